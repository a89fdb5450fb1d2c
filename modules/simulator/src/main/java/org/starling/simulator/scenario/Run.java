package org.starling.simulator.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.ChainListener;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;
import org.starling.crypto.Sha256;
import org.starling.engine.Limits;
import org.starling.engine.Link;
import org.starling.engine.TrafficByType;
import org.starling.mempool.AcceptResult;
import org.starling.mempool.MempoolListener;
import org.starling.node.Node;
import org.starling.simulator.Conditions;
import org.starling.simulator.SimulatedNode;
import org.starling.simulator.SimulatedWorld;
import org.starling.world.Randomness;

/** One play of a scenario: its world, its nodes, what is measured, and what is found. */
public final class Run {
    /** A mesh that has not formed by then never will. */
    private static final long FORMING_LIMIT_MILLIS = 60 * 60_000;

    private static final long CHECK_INTERVAL_MILLIS = 30_000;
    private static final long PROGRESS_INTERVAL_MILLIS = 5_000;
    private static final long MINING_TRIES = 10_000_000;

    /** How long after the last payment or block all must agree. */
    private static final long SETTLE_MILLIS = 10 * 60_000;

    private final Scenario scenario;
    private final Settings settings;
    private final Progress progress;
    private final SimulatedWorld world;
    private final Agenda agenda;
    private final Population population;
    private final Checkers checkers;
    private final Payments payments;
    private final Arrivals transactions = new Arrivals();
    private final Arrivals blocks = new Arrivals();
    private final List<String> notes = new ArrayList<>();
    private final List<Report.Figure> figures = new ArrayList<>();
    private final List<Report.Chart> charts = new ArrayList<>();
    private final List<Report.Mesh> meshes = new ArrayList<>();
    private final TreeMap<String, long[]> trafficBefore = new TreeMap<>();
    private final ByteWriter tracesElsewhere = new ByteWriter();
    private long eventsElsewhere;
    private long beganMillis;
    private long endMillis;
    private boolean generating;
    private int sent;
    private int refused;

    /** Is told how far the run is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * @param phase what happens now
         * @param minutes simulated since the world began
         */
        void at(String phase, double minutes, long events);
    }

    private Run(Scenario scenario, Settings settings, Progress progress) {
        this.scenario = scenario;
        this.settings = settings;
        this.progress = progress;
        world = new SimulatedWorld(settings.seed(), Conditions.ORDINARY);
        agenda = new Agenda(world);
        population = new Population(world, settings);
        checkers = new Checkers(population);
        payments = new Payments(world.randomness("payments"));
        world.observe(new Arriving());
    }

    /** Plays the scenario. Throws {@link IllegalArgumentException} with what to do if the settings do not fit it. */
    public static Report play(Scenario scenario, Settings settings, Progress progress) {
        Run run = new Run(scenario, settings, progress);
        scenario.play(run);
        return run.report();
    }

    private Report report() {
        List<String> all = new ArrayList<>();
        all.add(
                "Nodes are production nodes in one thread unless said otherwise below, with regtest's rules and blocks of "
                        + SimulatedChain.HASHES_PER_BLOCK + " hashes.");
        all.add("A transaction's scripts are run once in the whole world; the other nodes are told that they pass.");
        all.add(
                settings.encrypted()
                        ? "Links speak BIP-0324 (v2)."
                        : "Links speak the v1 transport, to save the time that encryption takes.");
        all.addAll(notes);
        return new Report(
                scenario.name(),
                settings.arguments(scenario.name()),
                List.copyOf(all),
                List.copyOf(figures),
                List.copyOf(charts),
                List.copyOf(meshes),
                checkers.violations(),
                trace().toString(),
                world.events() + eventsElsewhere);
    }

    /** Adds what happened in a world beside the run's own to its trace. */
    void absorb(SimulatedWorld other) {
        tracesElsewhere.hash256(other.traceHash());
        eventsElsewhere += other.events();
    }

    private Hash256 trace() {
        return tracesElsewhere.length() == 0
                ? world.traceHash()
                : Sha256.once(Bytes.concat(world.traceHash().toBytes(), tracesElsewhere.toBytes()));
    }

    /** Notes what reaches which node when. */
    private final class Arriving implements SimulatedWorld.Observer {
        @Override
        public ChainListener chain(SimulatedNode node) {
            return new ChainListener() {
                @Override
                public void blockConnected(BlockEntry entry, Block block, BlockUndo undo) {
                    note(blocks, entry.hash(), node);
                    for (Transaction transaction : block.transactions()) {
                        if (transactions.of(transaction.txid()) != null) {
                            note(transactions, transaction.txid(), node);
                        }
                    }
                }
            };
        }

        @Override
        public MempoolListener mempool(SimulatedNode node) {
            return new MempoolListener() {
                @Override
                public void added(Transaction transaction, long sequence) {
                    note(transactions, transaction.txid(), node);
                }
            };
        }

        private void note(Arrivals arrivals, Hash256 thing, SimulatedNode node) {
            if (beganMillis > 0) {
                arrivals.note(thing, node.index(), world.micros(), settings.nodes(), population::countRunning);
            }
        }
    }

    // What scenarios do

    Settings settings() {
        return settings;
    }

    SimulatedWorld world() {
        return world;
    }

    Agenda agenda() {
        return agenda;
    }

    Population population() {
        return population;
    }

    Checkers checkers() {
        return checkers;
    }

    Arrivals transactions() {
        return transactions;
    }

    Arrivals blocks() {
        return blocks;
    }

    Randomness randomness(String name) {
        return world.randomness(name);
    }

    void note(String text) {
        notes.add(text);
    }

    void figure(String name, double value, String unit) {
        figures.add(new Report.Figure(name, value, unit));
    }

    void figure(String name, long value, String unit) {
        figure(name, (double) value, unit);
    }

    void chart(String name, String title, String across, String up, List<Report.Curve> curves) {
        charts.add(new Report.Chart(name, title, across, up, List.copyOf(curves)));
    }

    /** Time since the mesh had formed, in minutes. */
    double minutes() {
        return (world.millis() - beganMillis) / 60_000.0;
    }

    /** Writes the first blocks, starts all nodes and waits until each has the links that it wants. */
    void formMesh() {
        double expected = settings.minutes() * 60 * settings.transactionsPerSecond();
        population.found(payments, (int) StrictMath.ceil(expected + 6 * StrictMath.sqrt(expected)));
        agenda.every(PROGRESS_INTERVAL_MILLIS, () -> tell("running"));
        agenda.every(CHECK_INTERVAL_MILLIS, checkers::limits);
        long start = world.millis();
        population.nodes().forEach(population::start);
        int wanted = Math.min(Limits.OUTBOUND_FULL_RELAY, population.countReachable() - 1);
        Forming forming = new Forming(wanted);
        checkers.require(
                waitUntil("forming the mesh", FORMING_LIMIT_MILLIS, forming::ended),
                "nodes still gain outbound links after " + FORMING_LIMIT_MILLIS / 60_000 + " minutes");
        figure("mesh: time until the last node got its links", (forming.gainedMillis - start) / 1000.0, "s");
        figure(
                "mesh: nodes with fewer than " + wanted + " outbound links, since they know no more",
                forming.lacking(),
                "nodes");
        figure("mesh: outbound links of a node, mean", population.meanOutbound(), "links");
        beganMillis = world.millis();
        traffic().forEach((type, sums) -> trafficBefore.put(type, sums.clone()));
        meshNow();
    }

    /**
     * A mesh is formed when each node has the outbound links that it wants. In a small one that may never be, since a node
     * need not hear of everybody that it could connect to: there it ends when no node gains any more.
     */
    private final class Forming {
        private static final long STILL_MILLIS = 10 * 60_000;

        private final int wanted;
        private int most;
        private long gainedMillis = world.millis();

        Forming(int wanted) {
            this.wanted = wanted;
        }

        boolean ended() {
            int links = population.running().stream()
                    .mapToInt(node -> Math.min(wanted, Population.outbound(node).size()))
                    .sum();
            if (links > most) {
                most = links;
                gainedMillis = world.millis();
            }
            return links == wanted * population.countRunning() || world.millis() - gainedMillis >= STILL_MILLIS;
        }

        long lacking() {
            return population.running().stream()
                    .filter(node -> Population.outbound(node).size() < wanted)
                    .count();
        }
    }

    void tell(String phase) {
        progress.at(phase, (world.millis() - SimulatedWorld.START_MILLIS) / 60_000.0, world.events() + eventsElsewhere);
    }

    /** Lets time pass, in steps of one second, until the condition holds; false if it never did. */
    boolean waitUntil(String phase, long mostMillis, BooleanSupplier condition) {
        long end = world.millis() + mostMillis;
        while (!condition.getAsBoolean()) {
            if (world.millis() >= end) {
                return false;
            }
            tell(phase);
            agenda.runUntil(Math.min(end, world.millis() + 1_000));
        }
        return true;
    }

    /** Begins payments and mining; they end with {@link #settle}. */
    void beginTraffic() {
        generating = true;
        endMillis = world.millis() + (long) (settings.minutes() * 60_000);
        if (settings.transactionsPerSecond() > 0) {
            nextPayment(randomness("payment times"));
        }
        nextBlock(randomness("mining"));
    }

    private void nextPayment(Randomness random) {
        agenda.after(random.exponential(1_000 / settings.transactionsPerSecond()), () -> {
            if (generating && payments.left() > 0) {
                pay(population.any(random));
            }
            nextPayment(random);
        });
    }

    private void pay(SimulatedNode from) {
        Transaction payment = payments.pay();
        Node node = from.node();
        AcceptResult result = node.validation(
                () -> node.mempool().accept(payment, node.clock().seconds()));
        sent++;
        refused += result instanceof AcceptResult.Accepted ? 0 : 1;
    }

    private void nextBlock(Randomness random) {
        agenda.after(random.exponential(settings.blockMinutes() * 60_000), () -> {
            if (generating) {
                mine(population.any(random));
            }
            nextBlock(random);
        });
    }

    void mine(SimulatedNode miner) {
        miner.node().miner().generate(payments.script(), 1, MINING_TRIES);
    }

    /** Lets the time that was asked for pass. */
    void runToEnd() {
        agenda.runUntil(endMillis);
    }

    /** Ends payments and mining and checks what must hold in the end. */
    void settle() {
        generating = false;
        // A race that two blocks of one height run is decided by a third, as anywhere.
        boolean agreed = waitUntil("settling", SETTLE_MILLIS, checkers::agree);
        for (int i = 0; i < 3 && !agreed; i++) {
            mine(population.any(randomness("last blocks " + i)));
            agreed = waitUntil("settling", SETTLE_MILLIS, checkers::agree);
        }
        figure("payments sent", sent, "transactions");
        checkers.require(refused == 0, refused + " payments were refused by the node that sent them");
        tell("checking");
        checkers.end();
        meshNow();
    }

    /** Messages and bytes by type, of all nodes that run. */
    private Map<String, long[]> traffic() {
        TreeMap<String, long[]> sums = new TreeMap<>();
        for (SimulatedNode node : population.running()) {
            node.node().links().receivedByType().sums().forEach((type, sum) -> addTo(sums, type, sum));
        }
        return sums;
    }

    private static void addTo(Map<String, long[]> sums, String type, TrafficByType.Sum sum) {
        long[] both = sums.computeIfAbsent(type, name -> new long[2]);
        both[0] += sum.messages();
        both[1] += sum.bytes();
    }

    /** What of that type all nodes received since the mesh had formed: messages, bytes. */
    long[] received(String type) {
        long[] now = traffic().getOrDefault(type, new long[2]);
        long[] before = trafficBefore.getOrDefault(type, new long[2]);
        return new long[] {now[0] - before[0], now[1] - before[1]};
    }

    /** Figures of all that was received since the mesh had formed. */
    void trafficFigures() {
        double perNodeMinute = settings.nodes() * minutes();
        long messages = 0;
        long bytes = 0;
        for (String type : traffic().keySet()) {
            long[] sums = received(type);
            messages += sums[0];
            bytes += sums[1];
            figure("received per node and minute: " + type, sums[0] / perNodeMinute, "messages");
            figure("received per node and minute: " + type, sums[1] / perNodeMinute, "bytes");
        }
        figure("received per node and minute: all", messages / perNodeMinute, "messages");
        figure("received per node and minute: all", bytes / perNodeMinute, "bytes");
    }

    /** Keeps a picture of the mesh as it is now. */
    void meshNow() {
        List<Report.Place> places = new ArrayList<>();
        List<Report.Edge> edges = new ArrayList<>();
        Hash256 best = best();
        for (SimulatedNode node : population.nodes()) {
            String state = !node.isRunning()
                    ? "off"
                    : node.node().headers().tip().hash().equals(best) ? "tip" : "behind";
            places.add(new Report.Place(node.index(), node.region().name(), node.isReachable(), state));
            if (node.isRunning()) {
                for (Link link : Population.outbound(node)) {
                    SimulatedNode other = population.at(link.remote());
                    if (other != null) {
                        edges.add(new Report.Edge(node.index(), other.index()));
                    }
                }
            }
        }
        meshes.add(new Report.Mesh(minutes(), places, edges));
    }

    private Hash256 best() {
        BlockEntry best = null;
        for (SimulatedNode node : population.running()) {
            BlockEntry tip = node.node().headers().tip();
            best = best == null || tip.chainWork().compareTo(best.chainWork()) > 0 ? tip : best;
        }
        return best == null ? Hash256.ZERO : best.hash();
    }
}
