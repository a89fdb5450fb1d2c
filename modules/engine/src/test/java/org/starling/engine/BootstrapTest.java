package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.engine.Bootstrap.Host;
import org.starling.world.Endpoint;
import org.starling.world.Names;
import org.starling.world.NetworkEvent;
import org.starling.world.SeededRandomness;

class BootstrapTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final Endpoint US = new Endpoint(Bytes.fromHex("7f000001"), 18444);
    private static final NetAddress KNOWN = NetAddress.parse("20.1.1.1:8333", 0);
    private static final NetAddress FIXED = NetAddress.parse("30.1.1.1:8333", 0);

    private final FakeNetwork network = new FakeNetwork();
    private final AddressBook book =
            new AddressBook(Bytes.wrap(new byte[32]), Routability.PUBLIC, new SeededRandomness(1));
    private final LinkTable links = new LinkTable(
            network,
            Transports.plain(Bytes.fromHex("fabfb5da")),
            (remote, local, kind) -> Set.of(),
            new Door(10, new BanList(), Routability.PUBLIC, new SeededRandomness(4)),
            Routes.DIRECT,
            new SeededRandomness(2),
            event -> {});
    private final TreeMap<String, List<Bytes>> known = new TreeMap<>();
    private final List<String> asked = new ArrayList<>();
    private final Names names = (name, answer) -> {
        asked.add(name);
        answer.accept(known.getOrDefault(name, List.of()));
    };
    private final List<String> log = new ArrayList<>();
    private List<Host> seedNodes = List.of();
    private List<String> seeds = List.of();
    private boolean always;
    private boolean useFixed = true;

    BootstrapTest() {
        links.attach(new Ignoring());
        links.names(names);
    }

    private Bootstrap bootstrap() {
        return new Bootstrap(
                new Bootstrap.Settings(seedNodes, seeds, always, useFixed, List.of(FIXED), 8333, 9, false),
                links,
                book,
                names,
                new SeededRandomness(3),
                event -> log.add(event.text()));
    }

    private void run(Bootstrap bootstrap, long fromSecond, long untilSecond) {
        for (long now = NOW + fromSecond * 1000; now < NOW + untilSecond * 1000; ) {
            long next = bootstrap.tick(now);
            assertThat(next).isGreaterThan(now);
            now = Math.min(next, NOW + untilSecond * 1000);
        }
    }

    private void linkTwice() {
        for (String host : List.of("40.1.1.1:1", "41.1.1.1:1")) {
            links.connect(NetAddress.parse(host, 0), LinkKind.OUTBOUND_FULL_RELAY, false);
            long number = network.connects.size();
            links.handle(NOW, new NetworkEvent.Connected(number, US, network.connects.getLast()));
        }
    }

    @Test
    void aNodeThatKnowsNobodyAsksAllNamesAtOnce() {
        seeds = List.of("a.example.", "b.example.", "c.example.", "d.example.");
        known.put("x9.b.example.", List.of(Bytes.fromHex("32010101"), Bytes.fromHex("33010101")));
        run(bootstrap(), 0, 5);
        assertThat(asked).contains("x9.a.example.", "x9.b.example.", "x9.c.example.", "x9.d.example.");
        assertThat(book.entries())
                .extracting(entry -> entry.address().toString())
                .containsExactlyInAnyOrder("50.1.1.1:8333", "51.1.1.1:8333");
        assertThat(book.entries()).allSatisfy(entry -> {
            assertThat(entry.services()).isEqualTo(9);
            assertThat(NOW / 1000 - entry.seenSeconds()).isBetween(3 * 86_400L, 7 * 86_400L);
        });
        assertThat(log).contains("2 addresses found from DNS seeds");
    }

    @Test
    void oneAnswerFillsNoMoreThanItsShare() {
        seeds = List.of("a.example.");
        List<Bytes> many = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            many.add(Bytes.copyOf((byte) 50, (byte) i, (byte) 1, (byte) 1));
        }
        known.put("x9.a.example.", many);
        run(bootstrap(), 0, 5);
        assertThat(book.size()).isLessThanOrEqualTo(Limits.ADDRESSES_PER_NAME);
        assertThat(log).contains(Limits.ADDRESSES_PER_NAME + " addresses found from DNS seeds");
    }

    @Test
    void aNodeThatKnowsSomebodyTriesThoseFirst() {
        book.add(NOW / 1000, KNOWN, 9, NOW / 1000, KNOWN, 0);
        seeds = List.of("a.example.");
        Bootstrap bootstrap = bootstrap();
        run(bootstrap, 0, 11);
        assertThat(log).contains("Waiting 11 seconds before querying DNS seeds.");
        assertThat(asked).isEmpty();
        run(bootstrap, 11, 13);
        assertThat(asked).first().isEqualTo("x9.a.example.");
    }

    @Test
    void aNodeWithLinksAsksNobody() {
        book.add(NOW / 1000, KNOWN, 9, NOW / 1000, KNOWN, 0);
        seeds = List.of("a.example.");
        linkTwice();
        run(bootstrap(), 0, 100);
        assertThat(asked).isEmpty();
        assertThat(log).contains("P2P peers available. Skipped DNS seeding.");
    }

    @Test
    void unlessTheOperatorWantsItAlways() {
        book.add(NOW / 1000, KNOWN, 9, NOW / 1000, KNOWN, 0);
        seeds = List.of("a.example.");
        always = true;
        linkTwice();
        run(bootstrap(), 0, 2);
        assertThat(asked).first().isEqualTo("x9.a.example.");
    }

    @Test
    void behindAProxyNoNameIsLookedUpHere() {
        Endpoint tor = new Endpoint(Bytes.fromHex("7f000001"), 9050);
        Proxy proxy = new Proxy(tor, true);
        links.routes(new Routes(Map.of(NetworkType.IPV4, proxy), Set.of(NetworkType.IPV4)));
        seeds = List.of("a.example.");
        seedNodes = List.of(new Host("node.example", 1234));
        run(bootstrap(), 0, 35);
        assertThat(asked).isEmpty();
        assertThat(network.connects).hasSize(2).containsOnly(tor);
        assertThat(links.attempts()).extracting(LinkTable.Attempt::kind).containsOnly(LinkKind.ADDR_FETCH);
        assertThat(links.attempts())
                .extracting(LinkTable.Attempt::address)
                .contains(NetAddress.ofName("node.example", 1234));
    }

    @Test
    void seedNodesAreAskedOneEachTenSecondsUntilThereAreLinks() {
        seedNodes = List.of(new Host("60.1.1.1", 8333), new Host("61.1.1.1", 8333), new Host("62.1.1.1", 8333));
        useFixed = false;
        Bootstrap bootstrap = bootstrap();
        run(bootstrap, 0, 15);
        assertThat(network.connects).hasSize(2);
        linkTwice();
        run(bootstrap, 15, 100);
        assertThat(network.connects).as("two seeds and two links").hasSize(4);
    }

    @Test
    void seedNodesWaitForThoseThatAreKnown() {
        book.add(NOW / 1000, KNOWN, 9, NOW / 1000, KNOWN, 0);
        seedNodes = List.of(new Host("60.1.1.1", 8333));
        Bootstrap bootstrap = bootstrap();
        run(bootstrap, 0, 10);
        assertThat(network.connects).isEmpty();
        run(bootstrap, 10, 12);
        assertThat(log)
                .contains("Couldn't connect to peers from addrman after 10 seconds. Adding seednode (60.1.1.1) to"
                        + " addrfetch");
    }

    @Test
    void theListOfTheProgramComesLast() {
        seeds = List.of("a.example.");
        Bootstrap bootstrap = bootstrap();
        run(bootstrap, 0, 60);
        assertThat(book.size()).isZero();
        run(bootstrap, 60, 62);
        assertThat(book.find(FIXED)).isNotNull();
        assertThat(log).contains("Added 1 fixed seeds from reachable networks.");
    }

    @Test
    void andAtOnceIfThereIsNothingElse() {
        run(bootstrap(), 0, 1);
        assertThat(book.find(FIXED)).isNotNull();
    }

    @Test
    void orNeverIfTheOperatorWantsNone() {
        useFixed = false;
        run(bootstrap(), 0, 200);
        assertThat(book.size()).isZero();
        assertThat(log).contains("DNS seeding disabled", "Fixed seeds are disabled");
    }

    /** A service that does nothing. */
    private static final class Ignoring implements LinkHandler {
        @Override
        public String known(String type) {
            return type;
        }

        @Override
        public void opened(long now, Link link) {}

        @Override
        public @Nullable String message(long now, Link link, Transport.Message message) {
            return null;
        }

        @Override
        public boolean busy(Link link) {
            return false;
        }

        @Override
        public Merits merits(Link link) {
            return new Merits(Long.MAX_VALUE, 0, 0, true, false);
        }

        @Override
        public void drained(long now, Link link) {}

        @Override
        public void closed(long now, Link link, String reason) {}

        @Override
        public void unreachable(long now, NetAddress address, LinkKind kind, String reason) {}
    }
}
