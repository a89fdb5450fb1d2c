package org.starling.simulator.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.starling.bitcoin.BitcoinLimits;
import org.starling.bitcoin.Services;
import org.starling.bitcoin.message.AddrV2;
import org.starling.bitcoin.message.GetHeaders;
import org.starling.bitcoin.message.Headers;
import org.starling.bitcoin.message.Inv;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.Message;
import org.starling.bitcoin.message.TimedAddress;
import org.starling.bitcoin.message.TxMessage;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;
import org.starling.crypto.Sha256;
import org.starling.engine.NetAddress;
import org.starling.node.Node;
import org.starling.simulator.Outsider;
import org.starling.simulator.Region;
import org.starling.simulator.SimulatedNode;
import org.starling.world.Endpoint;
import org.starling.world.Randomness;

/**
 * Hostile peers send what costs them little and others much, as fast as their lines carry it: malformed messages, headers
 * of worthless chains, transactions without parents, announcements of what does not exist, addresses of nobody, questions
 * with long answers. Whoever is cut off returns from another address.
 *
 * <p>What honest nodes hold, and how fast they agree, stays within the bounds written here.
 */
final class Spam implements Scenario {
    /** A new block is with 99 % of the honest nodes within this, whatever the hostile do. */
    static final double BLOCK_SECONDS = 15;

    /** A payment is with 99 % of them within this. */
    static final double PAYMENT_SECONDS = 90;

    /** Share of its time that a node's validation is at work, over ten seconds. */
    static final double WORK = 0.8;

    /** Headers beside the best chain that one node keeps, for each the hostile can have found by then. */
    static final double HEADERS_FOR_EACH_FOUND = 1.5;

    private static final long RETURN_MILLIS = 2_000;
    private static final long CONNECT_MILLIS = 5_000;
    private static final long SAMPLE_MILLIS = 10_000;
    private static final int PORT = 18_444;
    private static final long TAIL_MICROS = 120_000_000;

    @Override
    public String name() {
        return "spam";
    }

    @Override
    public String summary() {
        return "hostile peers flood honest nodes with everything: memory, work and tip stay within written bounds";
    }

    @Override
    public List<Option> options() {
        return List.of(
                new Option("hostile", "hostile peers, each with its own line", "12"),
                new Option("links", "links that each holds open", "8"),
                new Option("bandwidth", "of each hostile peer, in kbit/s", "2000"),
                new Option(
                        "flood",
                        "one kind alone: 1 malformed, 2 headers, 3 orphans, 4 announcements, 5 addresses,"
                                + " 6 questions; 0 for all",
                        "0"),
                new Option("hashes", "hashes a second that the hostile have together", "200"));
    }

    @Override
    public Defaults defaults() {
        return new Defaults(40, 15, 0.2, 2);
    }

    /** What hostile peers do; each does one of them. */
    private enum Attack {
        MALFORMED,
        HEADERS,
        ORPHANS,
        ANNOUNCEMENTS,
        ADDRESSES,
        QUESTIONS
    }

    @Override
    public void play(Run run) {
        ScenarioOptions options = run.settings().options();
        int hostile = options.count("hostile", 12, 1, 1_000);
        int links = options.count("links", 8, 1, 100);
        long bandwidth = options.count("bandwidth", 2_000, 1, 1_000_000) * 1_000L / 8;
        int flood = options.count("flood", 0, 0, Attack.values().length);
        double hashes = options.number("hashes", 200, 0, 1_000_000);
        run.note("Hostile: " + hostile + " peers of " + bandwidth * 8 / 1_000 + " kbit/s each with " + links
                + " links, " + hashes + " hashes a second together; honest miners have "
                + SimulatedChain.HASHES_PER_BLOCK / (run.settings().blockMinutes() * 60) + ".");
        run.formMesh();
        run.beginTraffic();
        Mine mine = new Mine(run, hashes);
        List<Pest> pests = new ArrayList<>();
        for (int i = 0; i < hostile; i++) {
            Pest pest = new Pest(run, i, flood == 0 ? i : flood - 1, links, mine);
            pest.begin(bandwidth);
            pests.add(pest);
        }
        Peak peak = new Peak(run, pests);
        run.agenda().every(SAMPLE_MILLIS, peak::sample);
        run.runToEnd();
        List<Arrivals.Arrival> payments = run.transactions().until(run.world().micros() - TAIL_MICROS);
        List<Arrivals.Arrival> blocks = run.blocks().until(run.world().micros() - TAIL_MICROS);
        pests.forEach(Pest::end);
        run.settle();
        tell(run, pests, payments, blocks);
        peak.tell(mine.found.size());
    }

    private static void tell(
            Run run, List<Pest> pests, List<Arrivals.Arrival> payments, List<Arrivals.Arrival> blocks) {
        double block = Arrivals.worst(blocks, 0.99) / 1000;
        double payment = Arrivals.worst(payments, 0.99) / 1000;
        run.figure("blocks measured", blocks.size(), "blocks");
        run.figure("block: time until 99 % of the honest nodes have it, longest", block, "s");
        run.figure("payments measured", payments.size(), "payments");
        run.figure("payment: time until 99 % of the honest nodes have it, longest", payment, "s");
        long hostileBytes = pests.stream().mapToLong(pest -> pest.bytes).sum();
        run.figure(
                "hostile bytes that one reachable node took in, mean",
                hostileBytes / 1e6 / Math.max(1, run.population().countReachable()),
                "MB");
        TreeMap<Attack, long[]> sums = new TreeMap<>();
        for (Pest pest : pests) {
            long[] sum = sums.computeIfAbsent(pest.attack, key -> new long[3]);
            sum[0] += pest.messages;
            sum[1] += pest.bytes;
            sum[2] += pest.cutOff;
        }
        sums.forEach((attack, sum) -> {
            String name = "hostile, " + attack.name().toLowerCase(Locale.ROOT) + ": ";
            run.figure(name + "sent", sum[0], "messages");
            run.figure(name + "sent", sum[1] / 1e6, "MB");
            run.figure(name + "cut off or refused", sum[2], "times");
        });
        run.checkers()
                .require(
                        blocks.isEmpty() || block <= BLOCK_SECONDS,
                        "a block took " + block + " s to 99 % of the honest nodes, more than " + BLOCK_SECONDS);
        run.checkers()
                .require(
                        payments.isEmpty() || payment <= PAYMENT_SECONDS,
                        "a payment took " + payment + " s to 99 % of the honest nodes, more than " + PAYMENT_SECONDS);
    }

    /** The most that any honest node held at a time. */
    private static final class Peak {
        private final Run run;
        private final List<Pest> pests;
        private final long beganMillis;
        private long orphans;
        private long announcements;
        private long mostAnnouncements;
        private long addresses;
        private long sideHeaders;
        private long queued;
        private double work;
        private final long[] workBefore;

        Peak(Run run, List<Pest> pests) {
            this.run = run;
            this.pests = pests;
            beganMillis = run.world().millis();
            workBefore = new long[run.settings().nodes()];
            run.population().running().forEach(this::workSince);
        }

        private long workSince(SimulatedNode node) {
            long before = workBefore[node.index()];
            workBefore[node.index()] = node.validationMicros();
            return workBefore[node.index()] - before;
        }

        /**
         * Addresses that a book can hold: each honest node's, and of those of nobody one from each link that told any and
         * one more for each ten seconds of it. Messages of so many are not told on.
         */
        private long mostAddresses() {
            long seconds = (run.world().millis() - beganMillis) / 1000;
            double most = run.settings().nodes();
            for (Pest pest : pests) {
                if (pest.attack == Attack.ADDRESSES) {
                    most += pest.faces + pest.links * seconds * BitcoinLimits.ADDRESSES_PER_SECOND;
                }
            }
            return (long) most;
        }

        void sample() {
            for (SimulatedNode each : run.population().running()) {
                Node node = each.node();
                orphans = Math.max(orphans, node.peers().orphans());
                announcements = Math.max(announcements, node.peers().trackedAnnouncements());
                mostAnnouncements = Math.max(
                        mostAnnouncements,
                        (long) node.links().links().size() * BitcoinLimits.TX_ANNOUNCEMENTS_PER_PEER);
                addresses = Math.max(addresses, node.addressBook().size());
                sideHeaders = Math.max(
                        sideHeaders,
                        node.headers().size() - 1 - node.headers().tip().height());
                long waiting = node.links().links().stream()
                        .mapToLong(link -> link.queuedBytes())
                        .sum();
                queued = Math.max(queued, waiting);
                work = Math.max(work, workSince(each) / (SAMPLE_MILLIS * 1000.0));
            }
        }

        void tell(int found) {
            run.figure("most orphan transactions in one node", orphans, "transactions");
            run.figure("most announcements remembered by one node", announcements, "announcements");
            run.figure("most addresses in one book", addresses, "addresses");
            run.figure("most headers beside the best chain in one node", sideHeaders, "headers");
            run.figure("headers that the hostile found", found, "headers");
            run.figure("most bytes waiting to be sent by one node", queued / 1e6, "MB");
            run.figure("most of its time that a node's validation worked, over 10 s", 100 * work, "%");
            run.checkers().require(work <= WORK, "a node's validation worked " + 100 * work + " % of its time");
            run.checkers()
                    .require(
                            orphans <= BitcoinLimits.ORPHANS,
                            "a node held " + orphans + " orphans, more than " + BitcoinLimits.ORPHANS);
            long mostAddresses = mostAddresses();
            run.figure("addresses that the limits let into a book by then", mostAddresses, "addresses");
            run.checkers()
                    .require(
                            addresses <= mostAddresses,
                            "a book held " + addresses + " addresses, more than " + mostAddresses);
            run.checkers()
                    .require(
                            announcements <= mostAnnouncements,
                            "a node remembered " + announcements + " announcements, more than " + mostAnnouncements);
            double bound = HEADERS_FOR_EACH_FOUND * found + 10;
            run.checkers()
                    .require(
                            sideHeaders <= bound,
                            "a node kept " + sideHeaders + " headers beside its chain, more than " + bound);
        }
    }

    /** The hostile's hash rate at work on a chain of its own that forks off at the genesis block. */
    private static final class Mine {
        private final List<BlockHeader> found = new ArrayList<>();

        Mine(Run run, double hashes) {
            if (hashes > 0) {
                Randomness random = run.randomness("hostile mine");
                next(run, random, SimulatedChain.HASHES_PER_BLOCK / hashes * 1000);
            }
        }

        private void next(Run run, Randomness random, double meanMillis) {
            run.agenda().after(random.exponential(meanMillis), () -> {
                dig(run.world().millis() / 1000, random);
                next(run, random, meanMillis);
            });
        }

        private void dig(long seconds, Randomness random) {
            BlockHeader genesis = SimulatedChain.PARAMS.genesis().header();
            BlockHeader last = found.isEmpty() ? genesis : found.getLast();
            BlockHeader header = new BlockHeader(
                    0x20000000, last.hash(), hash(random), Math.max(seconds, last.time() + 1), genesis.bits(), 0);
            int nonce = 0;
            while (!SimulatedChain.PARAMS.pow().limit().admits(header.hash())) {
                header = header.withNonce(++nonce);
            }
            found.add(header);
        }
    }

    private static Hash256 hash(Randomness random) {
        byte[] bytes = new byte[Hash256.BYTES];
        random.fill(bytes);
        return Hash256.of(bytes);
    }

    /** One hostile peer. */
    private static final class Pest implements Outsider.Manner {
        private final Run run;
        private final int index;
        private final int links;
        private final Mine mine;
        private final Randomness random;
        private final Attack attack;
        private final List<SimulatedNode> targets;
        private int faces;
        private boolean ended;
        private long messages;
        private long bytes;
        private long cutOff;

        /** @param kind of its attack, counted beyond the last from the first again */
        Pest(Run run, int index, int kind, int links, Mine mine) {
            this.run = run;
            this.index = index;
            this.links = links;
            this.mine = mine;
            this.random = run.randomness("pest " + index);
            Attack[] attacks = Attack.values();
            this.attack = attacks[kind % attacks.length];
            this.targets = run.population().nodes().stream()
                    .filter(SimulatedNode::isReachable)
                    .toList();
        }

        void begin(long bandwidth) {
            Outsider self = run.world().outsider(Region.EUROPE, this::isMine, bandwidth, this);
            for (int i = 0; i < links; i++) {
                connect(self);
            }
        }

        void end() {
            ended = true;
        }

        private boolean isMine(Endpoint endpoint) {
            byte[] ip = endpoint.ip().toArray();
            return ip.length == 4 && ip[0] == (byte) (150 + index / 250) && ip[1] == (byte) (index % 250);
        }

        /** A face of its own each time, so that being shunned is no end. */
        private void connect(Outsider self) {
            faces++;
            Bytes ip =
                    Bytes.copyOf((byte) (150 + index / 250), (byte) (index % 250), (byte) (faces >> 8), (byte) faces);
            Endpoint target = targets.get(random.below(targets.size())).endpoint();
            self.connect(ip, target, CONNECT_MILLIS);
        }

        @Override
        public void ready(Outsider self, Outsider.Talk talk) {
            idle(self, talk);
        }

        @Override
        public void idle(Outsider self, Outsider.Talk talk) {
            if (ended) {
                self.close(talk);
                return;
            }
            switch (attack) {
                case MALFORMED -> malformed(self, talk);
                case HEADERS -> headers(self, talk);
                case ORPHANS -> say(self, talk, new TxMessage(orphan(), true));
                case ANNOUNCEMENTS -> say(self, talk, new Inv(announcements()));
                case ADDRESSES -> say(self, talk, new AddrV2(addresses()));
                case QUESTIONS -> say(self, talk, new GetHeaders(70_016, List.of(hash(random)), Hash256.ZERO));
            }
        }

        private void say(Outsider self, Outsider.Talk talk, Message message) {
            say(self, talk, message.type(), message.payload());
        }

        private void say(Outsider self, Outsider.Talk talk, String type, Bytes payload) {
            if (self.send(talk, type, payload)) {
                messages++;
                bytes += payload.length();
            }
        }

        private void malformed(Outsider self, Outsider.Talk talk) {
            List<String> types = Message.TYPES;
            byte[] content = new byte[random.below(2_000)];
            random.fill(content);
            say(self, talk, types.get(random.below(types.size())), Bytes.wrap(content));
        }

        /** By turns: those with work behind them, as far as it goes, and those with none. */
        private void headers(Outsider self, Outsider.Talk talk) {
            if (random.below(2) == 0 && !mine.found.isEmpty()) {
                say(self, talk, new Headers(mine.found.subList(0, Math.min(2_000, mine.found.size()))));
                return;
            }
            BlockHeader genesis = SimulatedChain.PARAMS.genesis().header();
            List<BlockHeader> worthless = new ArrayList<>();
            Hash256 previous = genesis.hash();
            for (int i = 0; i < 2_000; i++) {
                BlockHeader header =
                        new BlockHeader(0x20000000, previous, hash(random), genesis.time() + i, genesis.bits(), i);
                worthless.add(header);
                previous = header.hash();
            }
            say(self, talk, new Headers(worthless));
        }

        private Transaction orphan() {
            TxIn input = new TxIn(
                    new OutPoint(hash(random), 0), Bytes.EMPTY, TxIn.SEQUENCE_FINAL, List.of(Bytes.wrap(new byte[64])));
            List<TxOut> outputs = new ArrayList<>();
            for (int i = 0; i < 1 + random.below(40); i++) {
                outputs.add(new TxOut(
                        1_000,
                        Script.witness(0, Sha256.once(hash(random).toBytes()).toBytes())));
            }
            return Transaction.of(2, new ArrayList<>(List.of(input)), outputs, 0);
        }

        private List<InventoryItem> announcements() {
            List<InventoryItem> items = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                items.add(new InventoryItem(InventoryItem.WTX, hash(random)));
            }
            return items;
        }

        private List<TimedAddress> addresses() {
            long seconds = run.world().millis() / 1000;
            List<TimedAddress> addresses = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                Bytes ip = Bytes.copyOf(
                        (byte) (160 + random.below(30)), (byte) random.below(256), (byte) random.below(256), (byte)
                                random.below(256));
                addresses.add(
                        new TimedAddress(seconds, Services.NETWORK | Services.WITNESS, NetAddress.ofIp(ip, PORT)));
            }
            return addresses;
        }

        @Override
        public void closed(Outsider self, Outsider.Talk talk, String reason) {
            cutOff++;
            run.agenda().after(RETURN_MILLIS, () -> {
                if (!ended) {
                    connect(self);
                }
            });
        }
    }
}
