package org.starling.simulator.scenario;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.starling.bitcoin.Services;
import org.starling.bytes.Bytes;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.MerkleTree;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.script.ScriptBuilder;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;
import org.starling.node.Miner;
import org.starling.node.NodeObservation;
import org.starling.observatory.Concentration;
import org.starling.simulator.Conditions;
import org.starling.simulator.Region;
import org.starling.simulator.SimulatedNode;
import org.starling.simulator.SimulatedWorld;
import org.starling.world.Randomness;
import org.starling.world.SeededRandomness;

/**
 * A network of which it is known who runs which node, with what software, and who mines how much. Every node looks around as
 * {@code observe} does, and what it says is held against the truth.
 */
final class Observe implements Scenario {
    private static final long MINUTE = 60_000;
    private static final long TRIES = 10_000_000;
    private static final int MOST_OPERATORS = 5_000;

    /** Shares of the software. */
    private static final Map<String, Integer> CLIENTS = new TreeMap<>(Map.of("Alpha", 60, "Beta", 30, "Gamma", 10));

    /** Measures of a concentration, by the name that people know. */
    private static final List<Named> MEASURES = List.of(
            new Named("Nakamoto coefficient", Concentration::nakamoto),
            new Named("Herfindahl-Hirschman index", Concentration::herfindahl),
            new Named("effective number", Concentration::effective),
            new Named("Gini coefficient", Concentration::gini));

    private record Named(String name, Function<Concentration, Concentration.Measure> measure) {}

    @Override
    public String name() {
        return "observe";
    }

    @Override
    public String summary() {
        return "what the observatory says of operators, software and miners, beside the truth";
    }

    @Override
    public List<Option> options() {
        return List.of(
                new Option("operators", "of the nodes, the largest with twice as many as the second, and so on", "20"),
                new Option("miners", "the largest with twice as much as the fourth, and so on", "12"),
                new Option("pools", "that they mine for by turns, and whose tag they write into their blocks", "5"),
                new Option("blocks", "looked at each time", "144"),
                new Option("looks", "at blocks, one after the other", "10"));
    }

    @Override
    public Defaults defaults() {
        return new Defaults(60, 240, 0, 10);
    }

    @Override
    public void play(Run run) {
        ScenarioOptions options = run.settings().options();
        int operators = options.count("operators", 20, 1, MOST_OPERATORS);
        int miners = options.count("miners", 12, 1, 1_000);
        int pools = options.count("pools", 5, 1, miners);
        int blocks = options.count("blocks", 144, 1, NodeObservation.MOST_BLOCKS);
        int looks = options.count("looks", 10, 1, 1_000);
        run.note("Operators hold a part of the network (/16) each. No transactions are sent.");
        Known known = new Known(run, operators, miners, pools);
        known.form();
        known.measureNodes();
        known.measureMiners(blocks, looks);
        run.absorb(known.world);
    }

    /** A network whose truth is known. */
    private static final class Known {
        private final Run run;
        private final SimulatedWorld world;
        private final Agenda agenda;
        private final Randomness random;
        private final List<SimulatedNode> nodes = new ArrayList<>();
        private final List<Integer> operatorOf = new ArrayList<>();
        private final List<String> clientOf = new ArrayList<>();
        private final Map<NetAddress, Integer> operatorAt = new TreeMap<>();
        private final int[] mining;
        private final int pools;

        Known(Run run, int operators, int miners, int pools) {
            this.run = run;
            world = new SimulatedWorld(run.randomness("observe").nextLong(), Conditions.ORDINARY);
            agenda = new Agenda(world);
            random = world.randomness("truth");
            int[] sizes = new int[operators];
            for (int i = 0; i < operators; i++) {
                sizes[i] = 1_000_000 / (i + 1);
            }
            this.pools = pools;
            mining = new int[miners];
            for (int i = 0; i < miners; i++) {
                mining[i] = (int) (1_000_000 / StrictMath.sqrt(i + 1));
            }
            List<Region> regions = List.of(Region.values());
            for (int i = 0; i < run.settings().nodes(); i++) {
                int operator = draw(sizes);
                Bytes ip =
                        Bytes.copyOf((byte) (20 + operator / 250), (byte) (operator % 250), (byte) (i >> 8), (byte) i);
                boolean open = i == 0 || random.unit() < run.settings().reachableShare();
                SimulatedNode node = world.add(regions.get(random.below(regions.size())), ip, open);
                nodes.add(node);
                operatorOf.add(operator);
                operatorAt.put(node.address(), operator);
                clientOf.add(client());
            }
        }

        /** One of the holders, by their shares. */
        private int draw(int[] shares) {
            int at = random.below(Arrays.stream(shares).sum());
            int holder = 0;
            while (at >= shares[holder]) {
                at -= shares[holder++];
            }
            return holder;
        }

        private String client() {
            int at = random.below(100);
            for (Map.Entry<String, Integer> client : CLIENTS.entrySet()) {
                at -= client.getValue();
                if (at < 0) {
                    return client.getKey();
                }
            }
            throw new IllegalStateException("the shares of the software are no 100 %");
        }

        /** Starts all nodes, each told of an earlier one, and lets them talk for as long as the run was asked for. */
        void form() {
            List<SimulatedNode> open = new ArrayList<>();
            for (SimulatedNode node : nodes) {
                run.tell("starting node " + (node.index() + 1) + " of " + nodes.size());
                node.start(Population.config(
                        node,
                        SimulatedChain.PARAMS,
                        run.settings().encrypted(),
                        "/" + clientOf.get(node.index()) + ":1.0/"));
                if (!open.isEmpty()) {
                    tell(node, open.get(random.below(open.size())).address());
                }
                if (node.isReachable()) {
                    open.add(node);
                }
            }
            mine(nodes.getFirst(), 0);
            for (double minute = 1; minute <= run.settings().minutes(); minute++) {
                run.tell("talking, minute " + (int) minute);
                if (minute % run.settings().blockMinutes() < 1) {
                    mine(nodes.get(random.below(nodes.size())), draw(mining));
                }
                agenda.runUntil(world.millis() + MINUTE);
            }
        }

        private void tell(SimulatedNode node, NetAddress other) {
            long seconds = world.millis() / 1000;
            node.node()
                    .core(() -> node.node()
                            .addressBook()
                            .add(seconds, other, Services.NETWORK | Services.WITNESS, seconds, other, 0));
        }

        /** The miner mines one block at that node: the reward is its own, the tag its pool's. */
        private void mine(SimulatedNode at, int miner) {
            Bytes payout = Bytes.copyOf((byte) 0x52, (byte) 2, (byte) (miner >> 8), (byte) miner);
            Block template = at.node().miner().template(payout).block();
            Block block = Miner.solve(tagged(template, "/Pool " + poolOf(miner) + "/"), TRIES);
            if (block == null || at.node().miner().submit(block) != null) {
                throw new IllegalStateException("a block of miner " + miner + " is refused");
            }
        }

        private int poolOf(int miner) {
            return miner % pools;
        }

        private static Block tagged(Block block, String tag) {
            Transaction bare = block.transactions().getFirst();
            TxIn input = bare.inputs().getFirst();
            Bytes script = Bytes.concat(
                    input.scriptSig(),
                    new ScriptBuilder()
                            .data(Bytes.wrap(tag.getBytes(StandardCharsets.US_ASCII)))
                            .build());
            List<Transaction> transactions = new ArrayList<>(block.transactions());
            transactions.set(
                    0,
                    Transaction.of(
                            bare.version(), List.of(input.withScriptSig(script)), bare.outputs(), bare.lockTime()));
            BlockHeader header = block.header();
            return Block.of(
                    new BlockHeader(
                            header.version(),
                            header.previous(),
                            MerkleTree.ofTransactions(transactions).hash(),
                            header.time(),
                            header.bits(),
                            0),
                    transactions);
        }

        /** What each node says of who runs the network, beside the truth. */
        void measureNodes() {
            List<SimulatedNode> open =
                    nodes.stream().filter(SimulatedNode::isReachable).toList();
            Concentration operators = truth(
                    open.stream().map(node -> operatorOf.get(node.index())).toList());
            Concentration software =
                    truth(open.stream().map(node -> clientOf.get(node.index())).toList());
            List<org.starling.observatory.Report> reports = new ArrayList<>();
            for (SimulatedNode node : nodes) {
                run.tell("looking around from node " + (node.index() + 1) + " of " + nodes.size());
                org.starling.observatory.Report report = NodeObservation.of(node.node(), 1);
                reports.add(report);
                int colluding = colluding(node);
                run.checkers()
                        .require(
                                report.eclipse().operators() == colluding,
                                "node " + node.index() + " says that "
                                        + report.eclipse().operators() + " operators would have to collude, when "
                                        + colluding + " would");
            }
            compare("operators, from addresses known", operators, views(reports, "addresses_by_operator"));
            compare("operators, from links", operators, views(reports, "links_by_operator"));
            compare("software, from links", software, views(reports, "peers_by_client"));
            run.figure(
                    "operators that would have to collude against a node, mean",
                    reports.stream()
                            .mapToInt(report -> report.eclipse().operators())
                            .average()
                            .orElse(0),
                    "operators");
        }

        /**
         * The fewest operators who together hold all lasting links that the node opened, found by trying every set of them,
         * the smallest first.
         */
        private int colluding(SimulatedNode node) {
            List<Integer> holders = new ArrayList<>();
            node.node().links().links().forEach(link -> {
                if (link.kind() == LinkKind.OUTBOUND_FULL_RELAY || link.kind() == LinkKind.BLOCK_RELAY) {
                    holders.add(Objects.requireNonNull(operatorAt.get(link.remote())));
                }
            });
            List<Integer> candidates = List.copyOf(new TreeSet<>(holders));
            int fewest = candidates.size();
            for (int set = 0; set < 1 << candidates.size(); set++) {
                int chosen = set;
                if (Integer.bitCount(set) < fewest
                        && holders.stream().allMatch(holder -> (chosen >> candidates.indexOf(holder) & 1) == 1)) {
                    fewest = Integer.bitCount(set);
                }
            }
            return fewest;
        }

        private static List<Concentration> views(List<org.starling.observatory.Report> reports, String name) {
            List<Concentration> found = new ArrayList<>();
            for (org.starling.observatory.Report report : reports) {
                for (org.starling.observatory.Report.View view : report.views()) {
                    if (view.name().equals(name) && view.concentration() != null) {
                        found.add(view.concentration());
                    }
                }
            }
            return found;
        }

        private static <T> Concentration truth(List<T> members) {
            TreeMap<T, Integer> counts = new TreeMap<>();
            members.forEach(member -> counts.merge(member, 1, Integer::sum));
            return Concentration.of(counts.values(), new SeededRandomness(0));
        }

        private void compare(String what, Concentration truth, List<Concentration> measured) {
            run.figure(
                    what + ": counted at each look, mean",
                    measured.stream().mapToInt(Concentration::sample).average().orElse(0),
                    "members");
            for (Named each : MEASURES) {
                double mean = measured.stream()
                        .mapToDouble(one -> each.measure.apply(one).value())
                        .average()
                        .orElse(0);
                run.figure(
                        what + ": " + each.name + ", the truth",
                        each.measure.apply(truth).value(),
                        "");
                run.figure(what + ": " + each.name + ", as measured, mean", mean, "");
                run.figure(
                        what + ": " + each.name + ", intervals that hold the truth",
                        measured.isEmpty() ? 0 : 100.0 * holding(each, truth, measured) / measured.size(),
                        "%");
            }
        }

        private static long holding(Named each, Concentration truth, List<Concentration> measured) {
            double value = each.measure.apply(truth).value();
            return measured.stream()
                    .map(each.measure)
                    .filter(interval -> interval.low() <= value && value <= interval.high())
                    .count();
        }

        /** Mines by the shares, and looks at the last blocks again and again: each look sees others. */
        void measureMiners(int blocks, int looks) {
            int[] pooled = new int[pools];
            for (int miner = 0; miner < mining.length; miner++) {
                pooled[poolOf(miner)] += mining[miner];
            }
            List<Concentration> byPayout = new ArrayList<>();
            List<Concentration> byTag = new ArrayList<>();
            for (int look = 0; look < looks; look++) {
                for (int i = 0; i < blocks; i++) {
                    run.tell("mining block " + (look * blocks + i + 1) + " of " + looks * blocks);
                    mine(nodes.get(random.below(nodes.size())), draw(mining));
                    agenda.runUntil(world.millis() + MINUTE);
                }
                org.starling.observatory.Report report =
                        NodeObservation.of(nodes.getFirst().node(), blocks);
                org.starling.observatory.Report elsewhere =
                        NodeObservation.of(nodes.get(random.below(nodes.size())).node(), blocks);
                for (String view : List.of("blocks_by_payout", "blocks_by_tag")) {
                    run.checkers()
                            .require(
                                    views(List.of(report), view).equals(views(List.of(elsewhere), view)),
                                    "nodes differ about who mined");
                }
                byPayout.add(views(List.of(report), "blocks_by_payout").getFirst());
                byTag.add(views(List.of(report), "blocks_by_tag").getFirst());
            }
            judge("miners, by payout", mining, byPayout);
            judge("pools, by tag", pooled, byTag);
        }

        private void judge(String what, int[] shares, List<Concentration> measured) {
            Concentration truth = Concentration.of(Arrays.stream(shares).boxed().toList(), new SeededRandomness(0));
            compare(what, truth, measured);
            int looks = measured.size();
            // At 95 % each look misses the truth in one case of 20; three standard deviations more are no chance.
            double most = Math.ceil(0.05 * looks + 3 * StrictMath.sqrt(0.05 * 0.95 * looks));
            for (Named each : MEASURES) {
                long missed = looks - holding(each, truth, measured);
                run.checkers()
                        .require(
                                missed <= most,
                                what + ": " + missed + " of " + looks + " intervals of the " + each.name
                                        + " miss the truth");
            }
        }
    }
}
