package org.starling.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.ChainParams;
import org.starling.engine.Limits;
import org.starling.engine.NetAddress;
import org.starling.engine.Routability;
import org.starling.engine.Routes;
import org.starling.node.NodeConfig;
import org.starling.world.Randomness;

/** Fifty nodes on a random graph mine, are cut in two, mine on both sides, and are joined again. */
final class ConvergenceScenario {
    static final int NODES = 50;

    /** Links that each node opens. */
    private static final int DEGREE = 3;

    private static final Bytes TO_ANYBODY = Bytes.fromHex("51");

    private final SimulatedWorld world;
    private final Randomness random;

    ConvergenceScenario(long seed) {
        world = new SimulatedWorld(seed, Conditions.ORDINARY);
        random = world.randomness("convergence");
    }

    SimulatedWorld world() {
        return world;
    }

    /** Starts the nodes, each linked to some others. */
    void start() {
        for (int i = 0; i < NODES; i++) {
            world.add();
        }
        for (SimulatedNode node : world.nodes()) {
            TreeSet<NetAddress> others = new TreeSet<>();
            while (others.size() < DEGREE) {
                int other = random.below(NODES);
                if (other != node.index()) {
                    others.add(world.nodes().get(other).address());
                }
            }
            node.start(NodeConfig.of(ChainParams.regtest(), "/Starling:sim/")
                    .withConnections(new NodeConfig.Connections(
                            List.of(node.endpoint()),
                            List.of(),
                            new ArrayList<>(others),
                            false,
                            List.of(),
                            Limits.CONNECTIONS,
                            0,
                            0,
                            true,
                            Routability.PUBLIC,
                            List.of(),
                            Routes.DIRECT)));
        }
        world.run(10_000);
    }

    /** One of the nodes, by the seed's choice, mines. */
    void mine(int blocks, List<SimulatedNode> miners) {
        for (int i = 0; i < blocks; i++) {
            miners.get(random.below(miners.size())).node().miner().generate(TO_ANYBODY, 1, 1_000_000);
            world.run(1_000 + random.below(4_000));
        }
    }

    boolean agree(List<SimulatedNode> nodes) {
        Hash256 first = tip(nodes.getFirst());
        for (SimulatedNode node : nodes) {
            if (!tip(node).equals(first)) {
                return false;
            }
        }
        return true;
    }

    static Hash256 tip(SimulatedNode node) {
        return node.node().headers().tip().hash();
    }

    static int height(SimulatedNode node) {
        return node.node().headers().tip().height();
    }

    List<SimulatedNode> half(int which) {
        return world.nodes().stream().filter(node -> node.index() % 2 == which).toList();
    }

    /** The whole story; returns the trace hash. */
    Hash256 play() {
        start();
        mine(10, world.nodes());
        check(world.runUntil(() -> agree(world.nodes()), 60_000), "all agree after mining");
        world.partition(node -> node.index() % 2);
        mine(3, half(0));
        mine(5, half(1));
        world.run(30_000);
        check(!tip(half(0).getFirst()).equals(tip(half(1).getFirst())), "the halves differ while apart");
        world.heal();
        check(world.runUntil(() -> agree(world.nodes()), 300_000), "all agree after the partition healed");
        check(height(world.nodes().getFirst()) == 15, "the longer branch won");
        return world.traceHash();
    }

    private static void check(boolean holds, String claim) {
        if (!holds) {
            throw new AssertionError("not so: " + claim);
        }
    }

    /** Plays with the seed given as the argument and prints the trace hash: for a second JVM. */
    public static void main(String[] args) {
        System.out.println(new ConvergenceScenario(Long.parseLong(args[0])).play());
    }
}
