package org.starling.simulator.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.Services;
import org.starling.bitcoin.message.AddrV2;
import org.starling.bitcoin.message.GetAddr;
import org.starling.bitcoin.message.GetHeaders;
import org.starling.bitcoin.message.Headers;
import org.starling.bitcoin.message.Message;
import org.starling.bitcoin.message.TimedAddress;
import org.starling.bytes.Bytes;
import org.starling.consensus.BlockHeader;
import org.starling.engine.Defences;
import org.starling.engine.Link;
import org.starling.engine.NetAddress;
import org.starling.node.Node;
import org.starling.simulator.Conditions;
import org.starling.simulator.Outsider;
import org.starling.simulator.Region;
import org.starling.simulator.SimulatedNode;
import org.starling.simulator.SimulatedWorld;
import org.starling.world.Endpoint;
import org.starling.world.Randomness;

/**
 * Somebody with many addresses floods the address book of a victim for hours, from as many links as the victim lets in,
 * and waits for it to restart: are all its outbound links the attacker's then? The victim is a production node. The
 * honest rest are stand-ins: they shake hands, tell addresses and know the chain's headers.
 */
final class Eclipse implements Scenario {
    private static final int PORT = 18_444;
    private static final int GROUPS_PER_BYTE = 250;
    private static final int HONEST_FIRST = 20;
    private static final int ATTACKER_FIRST = 150;
    private static final int MOST_GROUPS = 70 * GROUPS_PER_BYTE;
    private static final int MOST_HONEST = 120 * GROUPS_PER_BYTE;
    private static final long LINE_BYTES_PER_SECOND = 100_000_000;
    private static final long MINUTE = 60_000;

    /** Before the attack, the victim gets to know the network. */
    private static final long SETTLING_MILLIS = 60 * MINUTE;

    /** After a restart, it has so long to find its links. */
    private static final long RESTART_MILLIS = 10 * MINUTE;

    private static final long BLOCK_MILLIS = 10 * MINUTE;

    /** As many addresses as are taken in from one link in that time. */
    private static final long FLOOD_MILLIS = 10 * MINUTE;

    private static final int FLOOD_ADDRESSES = 60;
    private static final long CONNECT_MILLIS = 5_000;

    @Override
    public String name() {
        return "eclipse";
    }

    @Override
    public String summary() {
        return "an attacker with many addresses floods a victim's address book: how often does it take all outbound links";
    }

    @Override
    public List<Option> options() {
        return List.of(
                new Option("addresses", "the attacker's", "16000"),
                new Option("groups", "parts of the network (/16) that they lie in", "250"),
                new Option("links", "that the attacker holds open to the victim", "60"),
                new Option("restarts", "of the victim", "3"),
                new Option("killed", "1 if the victim is killed at each restart, 0 if it stops in order", "0"),
                new Option("weakened", "1 to take defences away too, one at a time and all; 0 not to", "1"),
                new Option("runs", "of each case", "20"));
    }

    @Override
    public Defaults defaults() {
        return new Defaults(4_000, 720, 0, 10);
    }

    /** One attack to be measured. */
    private record Attack(
            String name, int addresses, int groups, int links, int restarts, boolean killed, Defences defences) {
        String words() {
            return addresses + " addresses in " + groups + " groups, " + name;
        }
    }

    @Override
    public void play(Run run) {
        ScenarioOptions options = run.settings().options();
        int addresses = options.count("addresses", 16_000, 1, 4_000_000);
        int groups = options.count("groups", 250, 1, MOST_GROUPS);
        int links = options.count("links", 60, 0, 110);
        int restarts = options.count("restarts", 3, 1, 100);
        boolean killed = options.count("killed", 0, 0, 1) == 1;
        boolean weakened = options.count("weakened", 1, 0, 1) == 1;
        int runs = options.count("runs", 20, 1, 1_000);
        if (run.settings().nodes() > MOST_HONEST) {
            throw new IllegalArgumentException("--nodes is at most " + MOST_HONEST + " here");
        }
        run.note("Honest nodes are stand-ins that shake hands, tell honest addresses and know the chain's headers; only"
                + " the victim is a production node.");
        run.note("The attack lasts " + run.settings().minutes() / 60 + " hours; each figure is the share of " + runs
                + " runs; with so few the true share may differ by up to "
                + Math.round(100 * 0.98 / StrictMath.sqrt(runs)) + " points (95 %).");
        List<Report.Curve> curves = new ArrayList<>();
        for (int fewer : new int[] {10, 1}) {
            int in = Math.max(1, groups / fewer);
            List<Report.Point> points = new ArrayList<>();
            for (int part : new int[] {16, 4, 1}) {
                int some = Math.max(1, addresses / part);
                Attack attack =
                        new Attack("all defences", some, Math.min(in, some), links, restarts, killed, Defences.ALL);
                points.add(new Report.Point(some, 100 * measure(run, attack, runs)));
            }
            curves.add(new Report.Curve(in + " groups", points));
        }
        if (weakened) {
            int in = Math.min(groups, addresses);
            weakened()
                    .forEach((name, left) ->
                            measure(run, new Attack(name, addresses, in, links, restarts, killed, left), runs));
        }
        run.chart(
                "eclipsed",
                "Outbound links of the victim that are the attacker's, with all defences",
                "addresses of the attacker",
                "links, in %",
                curves);
    }

    private static Map<String, Defences> weakened() {
        Map<String, Defences> weakened = new LinkedHashMap<>();
        weakened.put("without group limits in the book", new Defences(false, true, true, true, true, true));
        weakened.put("without test before eviction", new Defences(true, false, true, true, true, true));
        weakened.put("without feelers", new Defences(true, true, false, true, true, true));
        weakened.put("without diversity of links", new Defences(true, true, true, false, true, true));
        weakened.put("without anchors", new Defences(true, true, true, true, false, true));
        weakened.put("without limits on addresses told", new Defences(true, true, true, true, true, false));
        weakened.put("without any of these", Defences.NONE);
        return weakened;
    }

    /** The mean share of the victim's outbound links that are the attacker's in the end. */
    private static double measure(Run run, Attack attack, int runs) {
        int eclipsed = 0;
        double linksTaken = 0;
        for (int i = 0; i < runs; i++) {
            run.tell(attack.words() + ", run " + (i + 1) + " of " + runs);
            Siege siege = new Siege(run, attack, i);
            double taken = siege.play();
            eclipsed += taken == 1 ? 1 : 0;
            linksTaken += taken;
        }
        run.figure(attack.words() + ": eclipsed", 100.0 * eclipsed / runs, "% of runs");
        run.figure(attack.words() + ": outbound links that are the attacker's, mean", 100 * linksTaken / runs, "%");
        return linksTaken / runs;
    }

    /** One victim, besieged. */
    private static final class Siege {
        private final Run run;
        private final Attack attack;
        private final SimulatedWorld world;
        private final Agenda agenda;
        private final Randomness random;
        private final int honest;
        private final SimulatedNode victim;
        private final List<BlockHeader> headers = new ArrayList<>();

        Siege(Run run, Attack attack, int number) {
            this.run = run;
            this.attack = attack;
            Randomness seeds = run.randomness("siege " + attack.words());
            world = new SimulatedWorld(seeds.child("run " + number).nextLong(), Conditions.ORDINARY);
            agenda = new Agenda(world);
            random = world.randomness("siege");
            honest = run.settings().nodes();
            victim = world.add(Region.EUROPE, true);
        }

        /** Returns the share of the victim's outbound links that the attacker has after the last restart. */
        double play() {
            world.outsider(Region.NORTH_AMERICA, this::isHonest, LINE_BYTES_PER_SECOND, new Crowd());
            Besieger besieger = new Besieger();
            besieger.self = world.outsider(Region.EUROPE, this::isAttacker, LINE_BYTES_PER_SECOND, besieger);
            start();
            NetAddress known = NetAddress.ofIp(honestIp(random.below(honest)), PORT);
            tellVictim(known);
            mine();
            agenda.every(BLOCK_MILLIS, this::mine);
            agenda.runUntil(world.millis() + SETTLING_MILLIS);
            besieger.begin();
            agenda.runUntil(world.millis() + (long) (run.settings().minutes() * MINUTE));
            for (int i = 0; i < attack.restarts; i++) {
                if (attack.killed) {
                    victim.kill();
                } else {
                    victim.stop();
                }
                start();
                agenda.runUntil(world.millis() + RESTART_MILLIS);
            }
            run.absorb(world);
            return taken();
        }

        private void start() {
            victim.start(Population.config(victim, SimulatedChain.PARAMS, false).withDefences(attack.defences));
        }

        private void tellVictim(NetAddress address) {
            long seconds = world.millis() / 1000;
            victim.node()
                    .core(() -> victim.node()
                            .addressBook()
                            .add(seconds, address, Services.NETWORK | Services.WITNESS, seconds, address, 0));
        }

        private void mine() {
            Node node = victim.node();
            node.miner().generate(Bytes.fromHex("51"), 1, 10_000_000).forEach(hash -> {
                var entry = node.headers().find(hash);
                if (entry != null) {
                    headers.add(entry.header());
                }
            });
        }

        private double taken() {
            List<Link> outbound = Population.outbound(victim);
            long theirs = outbound.stream()
                    .filter(link -> {
                        Endpoint endpoint = link.remote().endpoint();
                        return endpoint != null && isAttacker(endpoint);
                    })
                    .count();
            return outbound.isEmpty() ? 0 : theirs / (double) outbound.size();
        }

        /** Each in a part of the network of its own, the victim's left out. */
        private static Bytes honestIp(int i) {
            int group = i + 1;
            return Bytes.copyOf(
                    (byte) (HONEST_FIRST + group / GROUPS_PER_BYTE), (byte) (group % GROUPS_PER_BYTE), (byte) 7, (byte)
                            7);
        }

        private Bytes attackerIp(int i) {
            int group = i % attack.groups;
            int within = i / attack.groups;
            return Bytes.copyOf(
                    (byte) (ATTACKER_FIRST + group / GROUPS_PER_BYTE),
                    (byte) (group % GROUPS_PER_BYTE),
                    (byte) (within >> 8),
                    (byte) within);
        }

        private static int group(Endpoint endpoint, int first) {
            Bytes ip = endpoint.ip();
            return ip.length() == 4 ? ((ip.get(0) & 0xff) - first) * GROUPS_PER_BYTE + (ip.get(1) & 0xff) : -1;
        }

        private boolean isHonest(Endpoint endpoint) {
            int group = group(endpoint, HONEST_FIRST);
            return group >= 1 && group <= honest && endpoint.port() == PORT;
        }

        private boolean isAttacker(Endpoint endpoint) {
            int group = group(endpoint, ATTACKER_FIRST);
            return group >= 0 && group < attack.groups;
        }

        private AddrV2 addresses(int count, boolean attackers) {
            long seconds = world.millis() / 1000;
            List<TimedAddress> told = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Bytes ip = attackers ? attackerIp(random.below(attack.addresses)) : honestIp(random.below(honest));
                // An honest node saw them some time ago, the attacker claims that they are fresh.
                long age = attackers ? 0 : random.below(24 * 60 * 60);
                told.add(new TimedAddress(
                        seconds - age, Services.NETWORK | Services.WITNESS, NetAddress.ofIp(ip, PORT)));
            }
            return new AddrV2(told);
        }

        private void answer(Outsider self, Outsider.Talk talk, Message message, boolean attacker) {
            switch (message) {
                case GetAddr getAddr -> self.send(talk, addresses(1_000, attacker));
                case GetHeaders getHeaders ->
                    self.send(talk, new Headers(headers.subList(Math.max(0, headers.size() - 2_000), headers.size())));
                default -> {}
            }
        }

        /** The honest rest of the network. */
        private final class Crowd implements Outsider.Manner {
            @Override
            public void ready(Outsider self, Outsider.Talk talk) {}

            @Override
            public void message(Outsider self, Outsider.Talk talk, Message message) {
                answer(self, talk, message, false);
            }
        }

        private final class Besieger implements Outsider.Manner {
            private @Nullable Outsider self;
            private final List<Outsider.Talk> floods = new ArrayList<>();

            void begin() {
                for (int i = 0; i < attack.links; i++) {
                    connect();
                }
                agenda.every(FLOOD_MILLIS, this::flood);
            }

            private void connect() {
                if (self != null) {
                    self.connect(attackerIp(random.below(attack.addresses)), victim.endpoint(), CONNECT_MILLIS);
                }
            }

            private void flood() {
                int each = attack.defences.addressLimits() ? FLOOD_ADDRESSES : 1_000;
                for (Outsider.Talk talk : List.copyOf(floods)) {
                    if (self != null) {
                        self.send(talk, addresses(each, true));
                    }
                }
            }

            @Override
            public void ready(Outsider outsider, Outsider.Talk talk) {
                if (!talk.isInbound()) {
                    floods.add(talk);
                }
            }

            @Override
            public void message(Outsider outsider, Outsider.Talk talk, Message message) {
                answer(outsider, talk, message, true);
            }

            @Override
            public void closed(Outsider outsider, Outsider.Talk talk, String reason) {
                if (!talk.isInbound()) {
                    floods.remove(talk);
                    agenda.after(MINUTE, this::connect);
                }
            }
        }
    }
}
