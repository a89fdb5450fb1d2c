package org.starling.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.engine.NetAddress;
import org.starling.node.Node;
import org.starling.node.NodeConfig;
import org.starling.node.World;
import org.starling.world.Datagrams;
import org.starling.world.Endpoint;
import org.starling.world.MemoryDisk;
import org.starling.world.MemoryFileStore;
import org.starling.world.MemoryKeyValueStore;
import org.starling.world.Names;
import org.starling.world.NetworkException;
import org.starling.world.Randomness;
import org.starling.world.SameThreadWorkers;

/**
 * A machine of the simulated world with a production {@link Node} on it.
 *
 * <pre>
 *   off --start()--> running --stop() or kill()--> off
 * </pre>
 *
 * Its disk stays when the node is off; what a kill leaves of unsynced data, the world's seed decides.
 */
public final class SimulatedNode {
    private static final int PORT = 18_444;

    private final SimulatedWorld world;
    private final int index;
    private final Region region;
    private final Bytes ip;
    private final boolean reachable;
    private final Randomness random;
    private final MemoryDisk disk;
    private final MemoryKeyValueStore store;
    private final MemoryFileStore files;
    private final MemoryFileStore blocks;
    private final Map<String, MemoryKeyValueStore> indexStores = new TreeMap<>();
    private @Nullable Running running;
    private int starts;
    private int side;

    private record Running(Node node, SimulatedNetwork network, List<SimulatedLane> lanes) {}

    SimulatedNode(SimulatedWorld world, int index, Region region, Bytes ip, boolean reachable, Randomness random) {
        this.world = world;
        this.index = index;
        this.region = region;
        this.ip = ip;
        this.reachable = reachable;
        this.random = random;
        this.disk = new MemoryDisk(random.child("disk"));
        this.store = new MemoryKeyValueStore(disk);
        this.files = new MemoryFileStore(disk);
        this.blocks = new MemoryFileStore(disk);
    }

    public int index() {
        return index;
    }

    public Bytes ip() {
        return ip;
    }

    /** Where others reach it. */
    public NetAddress address() {
        return NetAddress.ofIp(ip(), PORT);
    }

    /** What it listens on. */
    public Endpoint endpoint() {
        return new Endpoint(ip(), PORT);
    }

    public boolean isRunning() {
        return running != null;
    }

    /** The node. Throws if it is off. */
    public Node node() {
        return running().node();
    }

    /** Open links. */
    public int links() {
        return running().network().links();
    }

    /** Simulated time that validation took since the start, in microseconds. */
    public long validationMicros() {
        return running().lanes().get(1).busyMicros();
    }

    private Running running() {
        if (running == null) {
            throw new IllegalStateException("node " + index + " is off");
        }
        return running;
    }

    /** Gives it a copy of the other's chain; both are off. Nothing else of the other comes along. */
    public void copyChain(SimulatedNode other) {
        if (running != null || other.running != null) {
            throw new IllegalStateException("a chain is copied between nodes that are off");
        }
        store.copyFrom(other.store);
        blocks.copyFrom(other.blocks);
    }

    /** Whether others can connect to it. */
    public boolean isReachable() {
        return reachable;
    }

    public Region region() {
        return region;
    }

    /** Switches it on. */
    public void start(NodeConfig config) {
        if (running != null) {
            throw new IllegalStateException("node " + index + " is running");
        }
        Randomness here = random.child("start " + starts++);
        Randomness costs = here.child("costs");
        SimulatedLane core = world.lane(index, 0, () -> 0);
        SimulatedLane validation = world.lane(index, 1, () -> world.taskMicros(costs));
        SimulatedLane reads = world.lane(index, 2, () -> world.taskMicros(costs));
        List<SimulatedLane> lanes = new ArrayList<>(List.of(core, validation, reads));
        SimulatedNetwork[] network = new SimulatedNetwork[1];
        World outside = new World(
                world::millis,
                here,
                store,
                files,
                blocks,
                new SameThreadWorkers(),
                world.scripts(),
                core,
                validation,
                reads,
                folder -> indexPlace(folder, lanes, costs),
                sink -> network[0] = new SimulatedNetwork(world.internet(), index, ip(), region, reachable, sink),
                Names.NONE,
                Datagrams.NONE);
        try {
            Node node = Node.start(
                    config,
                    outside,
                    List.of(),
                    chain -> chain.addListener(world.observer().chain(this)));
            node.mempool().addListener(world.observer().mempool(this));
            network[0].side(side);
            running = new Running(node, network[0], lanes);
        } catch (NetworkException e) {
            throw new IllegalStateException("node " + index + ": " + e.getMessage(), e);
        }
    }

    private World.IndexPlace indexPlace(String folder, List<SimulatedLane> lanes, Randomness costs) {
        SimulatedLane lane = world.lane(index, lanes.size(), () -> world.taskMicros(costs));
        lanes.add(lane);
        return new World.IndexPlace(indexStores.computeIfAbsent(folder, name -> new MemoryKeyValueStore(disk)), lane);
    }

    /** Ends the node in order. */
    public void stop() {
        Running now = running();
        now.node().close();
        now.lanes().forEach(SimulatedLane::end);
        running = null;
    }

    /** The power goes. */
    public void kill() {
        Running now = running();
        now.lanes().forEach(SimulatedLane::end);
        now.network().close();
        disk.crash();
        disk.restart();
        running = null;
    }

    void side(int newSide) {
        side = newSide;
        if (running != null) {
            running.network().side(newSide);
        }
    }

    @Override
    public String toString() {
        return "node " + index;
    }
}
