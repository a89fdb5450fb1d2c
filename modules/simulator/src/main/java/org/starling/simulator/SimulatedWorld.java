package org.starling.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.ChainListener;
import org.starling.chain.ScriptCache;
import org.starling.mempool.MempoolListener;
import org.starling.world.Endpoint;
import org.starling.world.Randomness;
import org.starling.world.SeededRandomness;

/**
 * Many production nodes in one thread, with simulated time, network and disks. A run is a pure function of the seed, the
 * conditions and what the scenario does: the trace hash of two equal runs is equal, in any JVM.
 *
 * <p>The scenario calls methods of the world and of its nodes, and lets time pass by {@link #run} or {@link #runUntil}. A
 * call on a node that waits for one of its lanes lets the world go on until the answer is there.
 */
public final class SimulatedWorld {
    /** 2023-11-14, when the simulated clock starts. */
    public static final long START_MILLIS = 1_700_000_000_000L;

    private static final long FIRST_OUTSIDER = 1_000_000;

    private final Conditions conditions;
    private final Randomness random;
    private final Scheduler scheduler;
    private final SimulatedInternet internet;
    private final ScriptCache scripts;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private long outsiders;
    private Observer observer = new Observer() {};

    public SimulatedWorld(long seed, Conditions conditions) {
        this.conditions = conditions;
        this.random = new SeededRandomness(seed).child("world");
        this.scheduler = new Scheduler(START_MILLIS);
        this.scripts = new ScriptCache(random.child("scripts"));
        this.internet = new SimulatedInternet(scheduler, conditions, random.child("internet"));
    }

    /** Sees what happens in the nodes, from outside. Its listeners only look on. */
    public interface Observer {
        default ChainListener chain(SimulatedNode node) {
            return new ChainListener() {};
        }

        default MempoolListener mempool(SimulatedNode node) {
            return new MempoolListener() {};
        }
    }

    /** Names who looks on at nodes that start from now on. */
    public void observe(Observer newObserver) {
        observer = newObserver;
    }

    Observer observer() {
        return observer;
    }

    /**
     * What all nodes know of scripts that pass: the same transaction's scripts are not run again in each node, which
     * could find nothing else.
     */
    ScriptCache scripts() {
        return scripts;
    }

    /** A stream of the run's seed for the scenario's own choices. */
    public Randomness randomness(String name) {
        return random.child("scenario").child(name);
    }

    /** A machine, still off, in a region that the seed chooses, that others can connect to. */
    public SimulatedNode add() {
        List<Region> regions = List.of(Region.values());
        return add(regions.get(random.child("region " + nodes.size()).below(regions.size())), true);
    }

    /** A machine, still off, in a part of the network (/16) of its own. */
    public SimulatedNode add(Region region, boolean reachable) {
        int index = nodes.size();
        return add(
                region, Bytes.copyOf((byte) (20 + index / 250), (byte) (index % 250), (byte) 7, (byte) 7), reachable);
    }

    /** A machine, still off, at an address (IPv4) that no other has. */
    public SimulatedNode add(Region region, Bytes ip, boolean reachable) {
        int index = nodes.size();
        SimulatedNode node = new SimulatedNode(this, index, region, ip, reachable, random.child("node " + index));
        nodes.add(node);
        return node;
    }

    /**
     * Somebody who runs no node of ours: speaks on links by hand.
     *
     * @param owned which addresses lead to it
     * @param bytesPerSecond what it can send, on all its links together
     */
    public Outsider outsider(Region region, Predicate<Endpoint> owned, long bytesPerSecond, Outsider.Manner manner) {
        return new Outsider(internet, FIRST_OUTSIDER + outsiders++, region, owned, bytesPerSecond, manner);
    }

    /** All machines in the order in which they were added. */
    public List<SimulatedNode> nodes() {
        return List.copyOf(nodes);
    }

    public long millis() {
        return scheduler.millis();
    }

    public long micros() {
        return scheduler.micros();
    }

    /** Lets so much time pass. */
    public void run(long millis) {
        scheduler.runUntil(() -> false, scheduler.micros() + millis * 1_000);
    }

    /** Lets time pass until the condition holds, but no more than that; returns whether it holds. */
    public boolean runUntil(BooleanSupplier condition, long mostMillis) {
        return scheduler.runUntil(condition, scheduler.micros() + mostMillis * 1_000);
    }

    /** Cuts the network: nodes of different sides do not hear each other. */
    public void partition(ToIntFunction<SimulatedNode> side) {
        nodes.forEach(node -> node.side(side.applyAsInt(node)));
        internet.sidesChanged();
    }

    /** Ends a partition. */
    public void heal() {
        partition(node -> 0);
    }

    /** Hash of every event delivered so far: its time, kind, node and content. */
    public Hash256 traceHash() {
        return scheduler.trace();
    }

    /** Events delivered so far. */
    public long events() {
        return scheduler.delivered();
    }

    SimulatedInternet internet() {
        return internet;
    }

    SimulatedLane lane(int node, int which, LongSupplier costMicros) {
        return new SimulatedLane(scheduler, node * 4L + which, costMicros);
    }

    long taskMicros(Randomness costs) {
        return 1 + (long) (costs.exponential(conditions.taskMillis()) * 1_000);
    }
}
