package org.starling.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.world.Names;
import org.starling.world.Randomness;

/**
 * Where the first addresses come from, in the order and with the waits of Core: nodes that the operator named to be asked
 * for addresses; names whose holders answer with addresses of nodes; and, when all that brought nothing for a minute, a
 * list that came with the program. A node that has addresses tries those before it asks for more.
 *
 * <pre>
 *   names:  SEED NODES FIRST --30 s--> ASKING <--three asked, and still short of links: 11 s or 5 min--> WAITING
 *                |                       |                                                                |
 *                +--two full links-------+---all asked------------------> DONE <------two full links------+
 * </pre>
 *
 * Of the core thread; call {@link #tick} at the time that it returned last.
 */
public final class Bootstrap {
    private static final long SEED_NODES_FIRST_MILLIS = 30_000;
    private static final long SEED_NODE_MILLIS = 10_000;
    private static final long LOOK_MILLIS = 500;
    private static final long FEW_KNOWN_WAIT_MILLIS = 11_000;
    private static final long MANY_KNOWN_WAIT_MILLIS = 300_000;
    private static final int MANY_KNOWN = 1_000;
    private static final int NAMES_AT_ONCE = 3;
    private static final long FIXED_AFTER_MILLIS = 60_000;

    /** Full links that show that no more help is needed. */
    private static final int ENOUGH_LINKS = 2;

    // Addresses learned from names count as seen this long ago.
    private static final long DAY_SECONDS = 24 * 60 * 60;
    private static final long SEEN_DAYS_AGO = 3;
    private static final int SEEN_SPREAD_DAYS = 4;

    private final Settings settings;
    private final LinkTable links;
    private final AddressBook book;
    private final Names names;
    private final Randomness random;
    private final Consumer<LogEvent> log;
    private final Deque<Host> seedNodes;
    private final Deque<String> seeds;
    private final List<Runnable> answers = new ArrayList<>();
    private Stage stage = Stage.SEED_NODES_FIRST;
    private boolean begun;
    private boolean fixedPending;
    private boolean networkAwaited;
    private long beganMillis;
    private long nextSeedNodeMillis;
    private int askNow;
    private int found;
    private long waitUntilMillis;
    private long nextLookMillis;

    private enum Stage {
        SEED_NODES_FIRST,
        ASKING,
        WAITING,
        ANSWER_AWAITED,
        DONE
    }

    /** A host by name or by address, the latter as text. */
    public record Host(String name, int port) {
        private static final int MAX_NAME_CHARACTERS = 253;

        /** Reads a host and perhaps a port; null if it cannot be one. Whether there is such a host is not looked up. */
        public static @Nullable Host parse(String text, int defaultPort) {
            int colon = text.lastIndexOf(':');
            boolean withPort = NetAddress.parse(text, 1) == null
                    && colon > 0
                    && text.substring(colon + 1).matches("[0-9]{1,5}");
            String name = withPort ? text.substring(0, colon) : text;
            int port = withPort ? Integer.parseInt(text.substring(colon + 1)) : defaultPort;
            return port > 0xffff || name.length() > MAX_NAME_CHARACTERS || !name.matches("[\\x21-\\x7e]+")
                    ? null
                    : new Host(name, port);
        }
    }

    /**
     * @param seedNodes to be asked for addresses ({@code -seednode})
     * @param names of DNS seeds; empty to ask none ({@code -dnsseed=0})
     * @param always whether names are asked though links and addresses suffice ({@code -forcednsseed})
     * @param useFixed whether addresses that came with the program are used at last ({@code -fixedseeds})
     * @param fixed those addresses
     * @param port of addresses learned from names
     * @param services that those addresses are known to offer; names are asked for such
     * @param othersNamed whether the operator named nodes to connect to, so that there is something to wait for
     */
    public record Settings(
            List<Host> seedNodes,
            List<String> names,
            boolean always,
            boolean useFixed,
            List<NetAddress> fixed,
            int port,
            long services,
            boolean othersNamed) {
        /** Asks nobody: for networks that have no seeds. */
        public static final Settings NONE = new Settings(List.of(), List.of(), false, false, List.of(), 0, 0, false);

        public Settings {
            seedNodes = List.copyOf(seedNodes);
            names = List.copyOf(names);
            fixed = List.copyOf(fixed);
        }
    }

    /** @param names answers on the core thread */
    public Bootstrap(
            Settings settings,
            LinkTable links,
            AddressBook book,
            Names names,
            Randomness random,
            Consumer<LogEvent> log) {
        this.settings = settings;
        this.links = links;
        this.book = book;
        this.names = names;
        this.random = random;
        this.log = log;
        this.seedNodes = shuffled(settings.seedNodes());
        this.seeds = shuffled(settings.names());
        this.fixedPending = settings.useFixed();
    }

    private <T> Deque<T> shuffled(List<T> all) {
        List<T> order = new ArrayList<>(all);
        for (int i = order.size() - 1; i > 0; i--) {
            int j = random.below(i + 1);
            T swap = order.get(i);
            order.set(i, order.get(j));
            order.set(j, swap);
        }
        return new ArrayDeque<>(order);
    }

    /** Does what is due, and returns when something may be due again, in milliseconds. */
    public long tick(long now) {
        if (!begun) {
            begin(now);
        }
        if (seedNodes.isEmpty() && stage == Stage.DONE && !fixedPending) {
            return Long.MAX_VALUE;
        }
        if (!links.isActive()) {
            if (!networkAwaited && stage != Stage.DONE) {
                info("Waiting for network to be reactivated before querying DNS seeds.");
                networkAwaited = true;
            }
            return now + LOOK_MILLIS;
        }
        nextSeedNode(now);
        names(now);
        fixed(now);
        return now + LOOK_MILLIS;
    }

    private void begin(long now) {
        begun = true;
        beganMillis = now;
        if (!settings.useFixed()) {
            info("Fixed seeds are disabled");
        }
        nextSeedNodeMillis = book.size() == 0 ? now : now + SEED_NODE_MILLIS;
        if (settings.names().isEmpty()) {
            info("DNS seeding disabled");
            stage = Stage.DONE;
        } else if (settings.seedNodes().isEmpty()) {
            beginAsking();
        } else {
            info("-seednode enabled. Trying the provided seeds for " + SEED_NODES_FIRST_MILLIS / 1000
                    + " seconds before defaulting to the dnsseeds.");
        }
    }

    private boolean enoughLinks() {
        return links.links(link -> link.kind() == LinkKind.OUTBOUND_FULL_RELAY).size() >= ENOUGH_LINKS;
    }

    // Nodes that the operator named

    private void nextSeedNode(long now) {
        if (seedNodes.isEmpty() || now < nextSeedNodeMillis || enoughLinks()) {
            return;
        }
        Host host = seedNodes.removeLast();
        nextSeedNodeMillis = now + SEED_NODE_MILLIS;
        info((book.size() == 0
                        ? "Empty addrman, adding seednode ("
                        : "Couldn't connect to peers from addrman after " + SEED_NODE_MILLIS / 1000
                                + " seconds. Adding seednode (")
                + host.name() + ") to addrfetch");
        fetchFrom(host);
    }

    /** Asks that host for addresses. */
    private void fetchFrom(Host host) {
        NetAddress address = NetAddress.parse(host.name(), host.port());
        if (address != null) {
            links.connect(address, LinkKind.ADDR_FETCH, true);
        } else {
            links.connectByName(host.name(), host.port(), LinkKind.ADDR_FETCH, true);
        }
    }

    // Names

    private void beginAsking() {
        stage = Stage.ASKING;
        askNow = settings.always() || book.size() == 0 ? seeds.size() : 0;
    }

    private void names(long now) {
        runAnswers();
        switch (stage) {
            case SEED_NODES_FIRST -> seedNodesFirst(now);
            case ASKING -> ask(now);
            case WAITING -> waitForLinks(now);
            case ANSWER_AWAITED, DONE -> {}
        }
    }

    private void seedNodesFirst(long now) {
        if (enoughLinks()) {
            info("P2P peers available. Finished fetching data from seed nodes.");
            beginAsking();
            stage = askNow > 0 ? Stage.ASKING : Stage.DONE;
        } else if (now > beganMillis + SEED_NODES_FIRST_MILLIS) {
            info("Couldn't connect to enough peers via seed nodes. Handing fetch logic to the DNS seeds.");
            beginAsking();
        }
    }

    private void ask(long now) {
        if (seeds.isEmpty()) {
            info(found + " addresses found from DNS seeds");
            stage = Stage.DONE;
            return;
        }
        if (askNow == 0) {
            askNow = NAMES_AT_ONCE;
            if (book.size() > 0) {
                long wait = book.size() >= MANY_KNOWN ? MANY_KNOWN_WAIT_MILLIS : FEW_KNOWN_WAIT_MILLIS;
                info("Waiting " + wait / 1000 + " seconds before querying DNS seeds.");
                waitUntilMillis = now + wait;
                nextLookMillis = now + FEW_KNOWN_WAIT_MILLIS;
                stage = Stage.WAITING;
                return;
            }
        }
        askNow--;
        askOne(now, seeds.remove());
    }

    private void waitForLinks(long now) {
        if (now >= nextLookMillis && enoughLinks()) {
            if (found > 0) {
                info(found + " addresses found from DNS seeds");
                info("P2P peers available. Finished DNS seeding.");
            } else {
                info("P2P peers available. Skipped DNS seeding.");
            }
            stage = Stage.DONE;
        } else if (now >= waitUntilMillis) {
            stage = Stage.ASKING;
        } else if (now >= nextLookMillis) {
            nextLookMillis = now + FEW_KNOWN_WAIT_MILLIS;
        }
    }

    private void askOne(long now, String seed) {
        info("Loading addresses from DNS seed " + seed);
        if (links.routes().nameProxy() != null) {
            // What is connected to through a proxy must not be looked up beside it.
            links.connectByName(seed, settings.port(), LinkKind.ADDR_FETCH, true);
            return;
        }
        stage = Stage.ANSWER_AWAITED;
        String name = "x" + Long.toHexString(settings.services()) + "." + seed;
        names.lookUp(
                name,
                answer -> later(() -> {
                    stage = Stage.ASKING;
                    if (answer.isEmpty()) {
                        // It may know no services, but still answer with some node.
                        fetchFrom(new Host(seed, settings.port()));
                    } else {
                        take(now / 1000, name, answer);
                    }
                }));
    }

    private void take(long nowSeconds, String name, List<Bytes> answer) {
        NetAddress source = NetAddress.ofName(name, settings.port());
        for (Bytes ip : answer.subList(0, Math.min(answer.size(), Limits.ADDRESSES_PER_NAME))) {
            NetAddress address = NetAddress.ofIp(ip, settings.port());
            long age = SEEN_DAYS_AGO * DAY_SECONDS + random.below(SEEN_SPREAD_DAYS * DAY_SECONDS);
            found++;
            book.add(nowSeconds, address, settings.services(), nowSeconds - age, source, 0);
        }
    }

    /** Keeps what to do with an answer until the next tick. */
    private void later(Runnable answer) {
        answers.add(answer);
    }

    private void runAnswers() {
        List<Runnable> arrived = List.copyOf(answers);
        answers.clear();
        arrived.forEach(Runnable::run);
    }

    // The list that came with the program

    private void fixed(long now) {
        if (!fixedPending) {
            return;
        }
        List<NetworkType> empty = networksWithoutAddresses();
        if (empty.isEmpty()) {
            return;
        }
        boolean nothingElse = settings.names().isEmpty() && settings.seedNodes().isEmpty() && !settings.othersNamed();
        if (now > beganMillis + FIXED_AFTER_MILLIS) {
            info(
                    "Adding fixed seeds as 60 seconds have passed and addrman is empty for at least one reachable network");
        } else if (nothingElse) {
            info("Adding fixed seeds as -dnsseed=0 (or IPv4/IPv6 connections are disabled via -onlynet) and neither"
                    + " -addnode nor -seednode are provided");
        } else {
            return;
        }
        fixedPending = false;
        NetAddress source = NetAddress.ofName("fixedseeds", 0);
        int added = 0;
        for (NetAddress address : settings.fixed()) {
            if (empty.contains(address.network())) {
                long age = SEEN_DAYS_AGO * DAY_SECONDS + random.below(SEEN_SPREAD_DAYS * DAY_SECONDS);
                book.add(now / 1000, address, settings.services(), now / 1000 - age, source, 0);
                added++;
            }
        }
        info("Added " + added + " fixed seeds from reachable networks.");
    }

    private List<NetworkType> networksWithoutAddresses() {
        List<NetworkType> empty = new ArrayList<>();
        for (NetworkType network : NetworkType.values()) {
            if (links.routes().usable(network) && !book.knows(network)) {
                empty.add(network);
            }
        }
        return empty;
    }

    private void info(String text) {
        log.accept(LogEvent.info("net", text));
    }
}
