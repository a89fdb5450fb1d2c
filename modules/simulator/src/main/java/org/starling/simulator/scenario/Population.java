package org.starling.simulator.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.Services;
import org.starling.bytes.Bytes;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Transaction;
import org.starling.engine.Limits;
import org.starling.engine.Link;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;
import org.starling.engine.Routability;
import org.starling.engine.Routes;
import org.starling.node.Miner;
import org.starling.node.Node;
import org.starling.node.NodeConfig;
import org.starling.simulator.Region;
import org.starling.simulator.SimulatedNode;
import org.starling.simulator.SimulatedWorld;
import org.starling.world.Randomness;

/**
 * The honest nodes of a run. Their disks hold the same first blocks, with coins for {@link Payments}; each but the first
 * is told the address of one other, and finds the rest by itself.
 */
final class Population {
    private static final String USER_AGENT = "/Starling:simulated/";

    /** Subsidies of that many blocks are there to be split. */
    private static final int FUNDING_BLOCKS = 20;

    private static final int MATURITY = 100;
    private static final int COINS_PER_SPLIT = 1_000;
    private static final long TRIES = 10_000_000;

    /** Most coins that {@link Payments} can be given. */
    static final int MOST_COINS = FUNDING_BLOCKS * COINS_PER_SPLIT;

    private final SimulatedWorld world;
    private final Settings settings;
    private final Randomness random;
    private final TreeMap<NetAddress, SimulatedNode> byAddress = new TreeMap<>();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private ChainParams params = SimulatedChain.PARAMS;
    private final List<Integer> told = new ArrayList<>();

    Population(SimulatedWorld world, Settings settings) {
        this.world = world;
        this.settings = settings;
        this.random = world.randomness("population");
        List<Region> regions = List.of(Region.values());
        List<Integer> reachable = new ArrayList<>();
        for (int i = 0; i < settings.nodes(); i++) {
            boolean open = i == 0 || random.unit() < settings.reachableShare();
            SimulatedNode node = world.add(regions.get(random.below(regions.size())), open);
            nodes.add(node);
            byAddress.put(node.address(), node);
            told.add(reachable.isEmpty() ? 0 : reachable.get(random.below(reachable.size())));
            if (open) {
                reachable.add(i);
            }
        }
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }

    List<SimulatedNode> running() {
        return nodes().stream().filter(SimulatedNode::isRunning).toList();
    }

    int countReachable() {
        return (int) nodes().stream().filter(SimulatedNode::isReachable).count();
    }

    int countRunning() {
        int count = 0;
        for (SimulatedNode node : nodes()) {
            count += node.isRunning() ? 1 : 0;
        }
        return count;
    }

    /** A node that runs, by the seed's choice. */
    SimulatedNode any(Randomness choice) {
        List<SimulatedNode> running = running();
        return running.get(choice.below(running.size()));
    }

    /** The honest node at that address; null if there is none, as for one behind NAT that was reached from. */
    @Nullable
    SimulatedNode at(NetAddress address) {
        return byAddress.get(address);
    }

    /** As every node is set up. */
    NodeConfig config(SimulatedNode node) {
        return config(node, params, settings.encrypted());
    }

    static NodeConfig config(SimulatedNode node, ChainParams params, boolean encrypted) {
        return config(node, params, encrypted, USER_AGENT);
    }

    static NodeConfig config(SimulatedNode node, ChainParams params, boolean encrypted, String userAgent) {
        NodeConfig config = NodeConfig.of(params, userAgent);
        if (!encrypted) {
            config = config.withPeers(config.peers().withServices(config.peers().services() & ~Services.P2P_V2));
        }
        return config.withConnections(new NodeConfig.Connections(
                List.of(node.endpoint()),
                List.of(),
                List.of(),
                true,
                List.of(),
                Limits.CONNECTIONS,
                Limits.OUTBOUND_FULL_RELAY,
                Limits.OUTBOUND_BLOCK_RELAY,
                true,
                Routability.PUBLIC,
                List.of(),
                Routes.DIRECT));
    }

    /** Writes the first blocks to all disks, with so many coins to spend. */
    void found(Payments payments, int coins) {
        if (coins > MOST_COINS) {
            throw new IllegalArgumentException("at most " + MOST_COINS + " payments are possible in one run, not "
                    + coins + ": ask for fewer --minutes or --transactions");
        }
        SimulatedNode first = nodes().getFirst();
        first.start(config(first));
        Node node = first.node();
        List<Block> funding = new ArrayList<>();
        node.miner()
                .generate(payments.script(), FUNDING_BLOCKS, TRIES)
                .forEach(hash -> funding.add(node.chain()
                        .readBlock(Objects.requireNonNull(node.headers().find(hash)))));
        node.miner().generate(payments.script(), MATURITY, TRIES);
        int left = coins;
        for (Block block : funding) {
            if (left > 0) {
                int parts = Math.min(left, COINS_PER_SPLIT);
                Transaction coinbase = block.transactions().getFirst();
                Transaction split =
                        payments.split(coinbase.outPoint(0), coinbase.outputs().getFirst(), parts);
                Block solved = Miner.solve(node.miner().build(payments.script(), List.of(split), 0), TRIES);
                if (solved == null || node.miner().submit(solved) != null) {
                    throw new IllegalStateException("the first blocks are refused");
                }
                left -= parts;
            }
        }
        // From now on, a chain with less work than that is not followed.
        params = params.withMinimumChainWork(node.headers().tip().chainWork());
        first.stop();
        nodes().stream().skip(1).forEach(other -> other.copyChain(first));
    }

    void start(SimulatedNode node) {
        node.start(config(node));
        if (node.index() != 0) {
            NetAddress other = nodes().get(told.get(node.index())).address();
            tell(node, other);
        }
    }

    /** As DNS seeds would. */
    private void tell(SimulatedNode node, NetAddress other) {
        long seconds = world.millis() / 1000;
        node.node()
                .core(() -> node.node()
                        .addressBook()
                        .add(seconds, other, config(node).peers().services(), seconds, other, 0));
    }

    /** Links that nodes opened themselves, feelers and the like left out, by the nodes that opened them. */
    static List<Link> outbound(SimulatedNode node) {
        List<Link> outbound = new ArrayList<>();
        for (Link link : node.node().links().links()) {
            if (link.kind() == LinkKind.OUTBOUND_FULL_RELAY || link.kind() == LinkKind.BLOCK_RELAY) {
                outbound.add(link);
            }
        }
        return outbound;
    }

    /** How many nodes the largest part of the mesh has that hangs together. */
    int largestComponent() {
        Map<Integer, Set<Integer>> neighbours = neighbours();
        Set<Integer> left = new TreeSet<>(neighbours.keySet());
        int largest = 0;
        while (!left.isEmpty()) {
            ArrayList<Integer> stack = new ArrayList<>(List.of(left.iterator().next()));
            left.remove(stack.getFirst());
            int size = 0;
            while (!stack.isEmpty()) {
                int at = stack.removeLast();
                size++;
                for (int next : neighbours.getOrDefault(at, Set.of())) {
                    if (left.remove(next)) {
                        stack.add(next);
                    }
                }
            }
            largest = Math.max(largest, size);
        }
        return largest;
    }

    private Map<Integer, Set<Integer>> neighbours() {
        TreeMap<Integer, Set<Integer>> neighbours = new TreeMap<>();
        for (SimulatedNode node : running()) {
            neighbours.computeIfAbsent(node.index(), index -> new TreeSet<>());
        }
        for (SimulatedNode node : running()) {
            for (Link link : outbound(node)) {
                SimulatedNode other = at(link.remote());
                if (other != null && other.isRunning()) {
                    neighbours
                            .computeIfAbsent(node.index(), index -> new TreeSet<>())
                            .add(other.index());
                    neighbours
                            .computeIfAbsent(other.index(), index -> new TreeSet<>())
                            .add(node.index());
                }
            }
        }
        return neighbours;
    }

    /** Mean share of a node's outbound links that lead to different parts of the network; 1 if all do. */
    double diversity() {
        double sum = 0;
        int counted = 0;
        for (SimulatedNode node : running()) {
            List<Link> links = outbound(node);
            TreeSet<Bytes> groups = new TreeSet<>();
            links.forEach(link -> groups.add(Routability.PUBLIC.group(link.remote())));
            if (!links.isEmpty()) {
                sum += groups.size() / (double) links.size();
                counted++;
            }
        }
        return counted == 0 ? 0 : sum / counted;
    }

    double meanOutbound() {
        return running().stream()
                .mapToInt(node -> outbound(node).size())
                .average()
                .orElse(0);
    }
}
