package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.world.Endpoint;
import org.starling.world.NetworkEvent;
import org.starling.world.SeededRandomness;

class LinkTableTest {
    private static final Bytes MAGIC = Bytes.fromHex("fabfb5da");
    private static final Endpoint US = new Endpoint(Bytes.fromHex("7f000001"), 18444);

    private final FakeNetwork network = new FakeNetwork();
    private final List<LogEvent> log = new ArrayList<>();
    private final Recorder service = new Recorder();
    private final LinkTable table = table(Transports.plain(MAGIC), Routes.DIRECT);

    /** A table over the network and for the service of this test. */
    private LinkTable table(Transports transports, Routes routes) {
        LinkTable made = new LinkTable(
                network,
                transports,
                (remote, local, kind) -> Set.of(),
                door(2),
                routes,
                new SeededRandomness(3),
                log::add);
        made.attach(service);
        return made;
    }

    private static Door door(int slots) {
        return new Door(slots, new BanList(), Routability.PUBLIC, new SeededRandomness(4));
    }

    /** Notes what it is told. */
    private static final class Recorder implements LinkHandler {
        final List<String> events = new ArrayList<>();
        boolean busy;

        @Override
        public @Nullable String known(String type) {
            return type.equals("ping") ? type : null;
        }

        @Override
        public void opened(long now, Link link) {
            events.add("opened " + link.id() + " " + link.kind());
        }

        @Override
        public @Nullable String message(long now, Link link, Transport.Message message) {
            events.add(link.id() + " " + message.type());
            return message.type().equals("nonsense") ? "cannot read nonsense" : null;
        }

        @Override
        public boolean busy(Link link) {
            return busy;
        }

        @Override
        public Merits merits(Link link) {
            return new Merits(Long.MAX_VALUE, 0, 0, true, false);
        }

        @Override
        public void drained(long now, Link link) {}

        @Override
        public void closed(long now, Link link, String reason) {
            events.add("closed " + link.id() + " " + reason);
        }

        @Override
        public void unreachable(long now, NetAddress address, LinkKind kind, String reason) {
            events.add("unreachable " + address + " " + reason);
        }
    }

    private static Endpoint remote(int port) {
        return new Endpoint(Bytes.fromHex("01020304"), port);
    }

    private Link accept(long number) {
        table.handle(0, new NetworkEvent.Accepted(number, US, remote((int) number)));
        return table.links(link -> true).getLast();
    }

    private static Bytes message(String type) {
        return new V1Transport(MAGIC).encode(type, Bytes.EMPTY);
    }

    @Test
    void aNodeIsWaitedForAsLongAsTheOperatorSays() {
        NetAddress address = NetAddress.parse("192.0.2.7", 8333);
        table.connect(address, LinkKind.MANUAL, false);
        table.routes(Routes.DIRECT.withConnectMillis(250));
        table.connect(address, LinkKind.MANUAL, false);
        assertThat(network.timeouts).containsExactly(Limits.CONNECT_TIMEOUT_MILLIS, 250L);
    }

    @Test
    void outboundOpensOrFails() {
        assertThat(table.connect(NetAddress.of(remote(1)), LinkKind.MANUAL, false))
                .isTrue();
        assertThat(table.connect(NetAddress.of(remote(2)), LinkKind.FEELER, false))
                .isTrue();
        table.handle(5, new NetworkEvent.Connected(1, US, remote(1)));
        table.handle(5, new NetworkEvent.Closed(2, "refused"));
        assertThat(service.events).containsExactly("opened 0 MANUAL", "unreachable 1.2.3.4:2 refused");
        assertThat(table.isConnectedTo(NetAddress.of(remote(1)))).isTrue();
        assertThat(table.isConnectedTo(NetAddress.of(remote(2)))).isFalse();
    }

    @Test
    void inboundBeyondTheSlotsIsRefused() {
        accept(11);
        accept(12);
        table.handle(0, new NetworkEvent.Accepted(13, US, remote(13)));
        assertThat(table.links()).hasSize(2);
        assertThat(network.closed).containsExactly(13L);
    }

    @Test
    void oneReadAndOneWriteAreUnderWay() {
        Link link = accept(11);
        assertThat(network.reads).containsEntry(11L, 1);
        table.send(0, link, "ping", Bytes.EMPTY);
        table.send(0, link, "pong", Bytes.EMPTY);
        table.send(0, link, "pong", Bytes.EMPTY);
        assertThat(network.sent.get(11L)).containsExactly(message("ping"));
        table.handle(1, new NetworkEvent.Drained(11));
        assertThat(network.sent.get(11L))
                .containsExactly(message("ping"), Bytes.concat(message("pong"), message("pong")));
        table.handle(1, new NetworkEvent.Drained(11));
        assertThat(network.sent.get(11L)).hasSize(2);
        assertThat(link.bytesSent()).isEqualTo(72);
    }

    @Test
    void nothingWaitsWhereTheNetworkHasRoom() {
        network.roomy = true;
        Link link = accept(11);
        table.send(0, link, "ping", Bytes.EMPTY);
        table.send(0, link, "pong", Bytes.EMPTY);
        assertThat(network.sent.get(11L)).containsExactly(message("ping"), message("pong"));
        network.roomy = false;
        table.send(0, link, "ping", Bytes.EMPTY);
        table.send(0, link, "pong", Bytes.EMPTY);
        assertThat(network.sent.get(11L)).hasSize(3);
        assertThat(link.queuedBytes()).isEqualTo(24);
    }

    @Test
    void aBusyServiceStopsTheReading() {
        accept(11);
        service.busy = true;
        table.handle(1, new NetworkEvent.Received(11, Bytes.concat(message("ping"), message("odd"))));
        assertThat(service.events).containsExactly("opened 0 INBOUND");
        assertThat(network.reads).containsEntry(11L, 1);
        service.busy = false;
        table.handle(2, new NetworkEvent.Drained(11));
        assertThat(service.events).containsExactly("opened 0 INBOUND", "0 ping", "0 odd");
        assertThat(network.reads).containsEntry(11L, 2);
        assertThat(table.link(0).receivedByType()).containsEntry("ping", 24L).containsEntry("*other*", 24L);
    }

    @Test
    void aSlowReaderCannotGrowOurMemory() {
        Link link = accept(11);
        Bytes large = Bytes.wrap(new byte[Limits.MESSAGE_BYTES]);
        table.send(0, link, "block", large);
        assertThat(link.congested()).isTrue();
        table.send(0, link, "block", large);
        assertThat(link.isClosed()).isFalse();
        table.send(0, link, "block", large);
        assertThat(link.isClosed()).isTrue();
        assertThat(link.queuedBytes()).isZero();
        assertThat(service.events.getLast()).startsWith("closed 0 it reads too slowly");
    }

    @Test
    void wrongMagicClosesAtOnceAndBadMessagesSoon() {
        accept(11);
        table.handle(1, new NetworkEvent.Received(11, Bytes.fromHex("00000000")));
        assertThat(service.events.getLast()).contains("Wrong MessageStart 00000000");
        accept(12);
        for (int i = 0; i < Limits.BAD_MESSAGES; i++) {
            table.handle(1, new NetworkEvent.Received(12, message("nonsense")));
        }
        assertThat(service.events.getLast()).isEqualTo("1 nonsense");
        table.handle(1, new NetworkEvent.Received(12, message("nonsense")));
        assertThat(service.events.getLast())
                .isEqualTo("closed 1 too many bad messages, the last: cannot read nonsense");
        assertThat(network.closed).containsExactly(11L, 12L);
        assertThat(log).extracting(LogEvent::text).anyMatch(text -> text.contains("cannot read nonsense, peer=1"));
    }

    /** A table that speaks the encrypted transport, over the same network and for the same service. */
    private LinkTable encrypting() {
        return table(Transports.encrypted(MAGIC, List.of("ping"), new SeededRandomness(7)), Routes.DIRECT);
    }

    @Test
    void messagesWaitForTheHandshakeOfTheTransport() {
        LinkTable one = encrypting();
        one.connect(NetAddress.of(remote(1)), LinkKind.MANUAL, true);
        one.handle(1, new NetworkEvent.Connected(1, US, remote(1)));
        Link link = one.links().iterator().next();
        one.send(1, link, "ping", Bytes.EMPTY);
        assertThat(link.sentByType()).isEmpty();
        assertThat(link.queuedBytes()).isEqualTo(24);

        V2Transport other =
                new V2Transport(new V2Transport.Rules(MAGIC, List.of("ping")), false, new SeededRandomness(8));
        other.receive(network.sent.get(1L).removeFirst());
        assertThat(other.next()).isNull();
        one.handle(2, new NetworkEvent.Drained(1));
        one.handle(2, new NetworkEvent.Received(1, other.takeHandshake()));
        assertThat(link.queuedBytes()).isZero();
        assertThat(link.sentByType()).containsEntry("ping", 21L);
        assertThat(link.transport().label()).isEqualTo("v2");
        other.receive(network.sent.get(1L).removeFirst());
        assertThat(other.next()).isEqualTo(new Transport.Message("ping", Bytes.EMPTY, 21));
    }

    @Test
    void whatWaitsForAHandshakeIsBounded() {
        LinkTable one = encrypting();
        one.connect(NetAddress.of(remote(1)), LinkKind.MANUAL, true);
        one.handle(1, new NetworkEvent.Connected(1, US, remote(1)));
        Link link = one.links().iterator().next();
        Bytes large = Bytes.wrap(new byte[Limits.MESSAGE_BYTES]);
        for (int i = 0; i < 3; i++) {
            one.send(1, link, "block", large);
        }
        assertThat(link.isClosed()).isTrue();
        assertThat(link.queuedBytes()).isZero();
    }

    @Test
    void whoRefusesTheEncryptedTransportIsConnectedToWithout() {
        LinkTable one = encrypting();
        one.connect(NetAddress.of(remote(1)), LinkKind.BLOCK_RELAY, true);
        one.handle(1, new NetworkEvent.Connected(1, US, remote(1)));
        assertThat(network.sent.get(1L).getFirst().length()).isGreaterThanOrEqualTo(64);
        one.handle(2, new NetworkEvent.Closed(1, "closed by the other side"));
        assertThat(one.attempts())
                .containsExactly(new LinkTable.Attempt(NetAddress.of(remote(1)), LinkKind.BLOCK_RELAY, false));
        one.handle(3, new NetworkEvent.Connected(2, US, remote(1)));
        assertThat(one.links().iterator().next().transport().label()).isEqualTo("v1");
        one.handle(4, new NetworkEvent.Closed(2, "closed by the other side"));
        assertThat(one.attempts()).isEmpty();
    }

    @Test
    void switchingNetworkingOffRetriesNothing() {
        LinkTable one = encrypting();
        one.connect(NetAddress.of(remote(1)), LinkKind.MANUAL, true);
        one.handle(1, new NetworkEvent.Connected(1, US, remote(1)));
        one.setActive(2, false);
        assertThat(one.attempts()).isEmpty();
        assertThat(network.connects).hasSize(1);
    }

    @Test
    void aHostKnownByNameIsLookedUpEachTimeItIsConnectedTo() {
        List<Consumer<List<Bytes>>> questions = new ArrayList<>();
        table.names((name, answer) -> {
            assertThat(name).isEqualTo("node.example");
            questions.add(answer);
        });
        NetAddress host = table.name("node.example", 18444);
        assertThat(table.connect(host, LinkKind.MANUAL, false)).isTrue();
        assertThat(table.connect(host, LinkKind.MANUAL, false)).isTrue();
        assertThat(questions).as("asked once at a time").hasSize(1);
        assertThat(table.isConnectingTo(host)).isTrue();
        assertThat(table.count(LinkKind.MANUAL)).isEqualTo(1);

        questions.removeFirst().accept(List.of());
        assertThat(table.isConnectedTo(host)).isFalse();
        assertThat(log).extracting(LogEvent::text).contains("found no address of node.example:18444");

        List<Bytes> both = List.of(Bytes.fromHex("0a000001"), Bytes.fromHex("0a000002"));
        table.connect(host, LinkKind.MANUAL, false);
        questions.removeFirst().accept(both);
        assertThat(network.connects).containsExactly(new Endpoint(both.get(0), 18444));
        table.handle(1, new NetworkEvent.Closed(1, "refused"));
        table.connect(host, LinkKind.MANUAL, false);
        questions.removeFirst().accept(both);
        assertThat(network.connects).last().isEqualTo(new Endpoint(both.get(1), 18444));
        table.handle(1, new NetworkEvent.Connected(2, US, network.connects.getLast()));
        assertThat(table.isConnectedTo(host)).isTrue();
        assertThat(table.isConnectingTo(host)).isFalse();
        assertThat(table.links().iterator().next().remote()).hasToString("10.0.0.2:18444");
    }

    @Test
    void aHostKnownByNameIsOutOfReachIfNobodyMayLookItUp() {
        LinkTable one = table(Transports.plain(MAGIC), Routes.DIRECT.withoutLookUp());
        assertThat(one.connectByName("node.example", 18444, LinkKind.MANUAL, false))
                .isFalse();
    }

    private static final NetAddress ONION = Objects.requireNonNull(
            NetAddress.parse("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:8333", 0));
    private static final Endpoint TOR = new Endpoint(Bytes.fromHex("7f000001"), 9050);

    private LinkTable proxied(boolean isolate) {
        return table(Transports.plain(MAGIC), Routes.DIRECT.withProxy(NetworkType.TORV3, new Proxy(TOR, isolate)));
    }

    private void tell(LinkTable tell, long link, String hex) {
        tell.handle(2, new NetworkEvent.Drained(link));
        tell.handle(2, new NetworkEvent.Received(link, Bytes.fromHex(hex)));
    }

    @Test
    void anOnionIsReachedByItsProxyOnly() {
        assertThat(table.connect(ONION, LinkKind.MANUAL, false)).isFalse();
        LinkTable one = proxied(false);
        assertThat(one.connect(ONION, LinkKind.MANUAL, false)).isTrue();
        assertThat(network.connects).containsExactly(TOR);
        one.handle(1, new NetworkEvent.Connected(1, US, TOR));
        tell(one, 1, "0500");
        assertThat(service.events).isEmpty();
        assertThat(one.isConnectedTo(ONION)).isTrue();
        one.handle(2, new NetworkEvent.Received(1, Bytes.fromHex("05000001000000000000")));
        assertThat(service.events).containsExactly("opened 0 MANUAL");
        assertThat(one.links().iterator().next().remote()).isEqualTo(ONION);
        assertThat(network.reads).containsEntry(1L, 3);

        one.handle(3, new NetworkEvent.Received(1, message("ping")));
        assertThat(service.events.getLast()).isEqualTo("0 ping");
        Link link = one.links().iterator().next();
        one.send(3, link, "pong", Bytes.EMPTY);
        assertThat(network.sent.get(1L))
                .as("the proxy's request is still on its way")
                .hasSize(2);
        one.handle(4, new NetworkEvent.Drained(1));
        assertThat(network.sent.get(1L).getLast()).isEqualTo(message("pong"));
    }

    @Test
    void hostsOfOnesOwnNetworkAreReachedDirectly() {
        LinkTable one = table(Transports.plain(MAGIC), Routes.DIRECT.withProxy(NetworkType.IPV4, new Proxy(TOR, true)));
        one.connect(NetAddress.of(new Endpoint(Bytes.fromHex("c0a80001"), 8333)), LinkKind.MANUAL, false);
        one.connect(NetAddress.of(remote(8333)), LinkKind.MANUAL, false);
        assertThat(network.connects).containsExactly(new Endpoint(Bytes.fromHex("c0a80001"), 8333), TOR);
    }

    @Test
    void eachLinkByAnIsolatingProxyHasCredentialsOfItsOwn() {
        LinkTable one = proxied(true);
        one.connect(ONION, LinkKind.MANUAL, false);
        one.connect(ONION.withPort(1), LinkKind.MANUAL, false);
        for (long link = 1; link <= 2; link++) {
            one.handle(1, new NetworkEvent.Connected(link, US, TOR));
            tell(one, link, "0502");
        }
        Bytes first = network.sent.get(1L).getLast();
        assertThat(first.length()).isEqualTo(1 + 33 + 33);
        assertThat(first.slice(1, 34)).isEqualTo(first.from(34));
        assertThat(first).isNotEqualTo(network.sent.get(2L).getLast());
    }

    @Test
    void aProxyThatRefusesOrKeepsSilentIsGivenUp() {
        LinkTable one = proxied(false);
        for (int link = 1; link <= 3; link++) {
            one.connect(ONION.withPort(link), LinkKind.MANUAL, false);
            one.handle(1, new NetworkEvent.Connected(link, US, TOR));
        }
        tell(one, 1, "0500");
        tell(one, 1, "0504");
        assertThat(service.events.getLast()).endsWith("proxy: host unreachable");
        one.handle(2, new NetworkEvent.Closed(2, "closed by the other side"));
        assertThat(one.tick(20_000)).isEqualTo(20_001);
        assertThat(one.tick(20_001)).isEqualTo(Long.MAX_VALUE);
        assertThat(service.events.getLast()).endsWith(":3 proxy: no answer in 20000 ms");
        assertThat(service.events).hasSize(3);
        assertThat(network.closed).containsExactly(1L, 3L);
        assertThat(one.attempts()).isEmpty();
    }

    @Test
    void whatTheOtherSideSaysRightAfterTheProxyIsHeard() {
        LinkTable one = proxied(false);
        one.connect(ONION, LinkKind.MANUAL, false);
        one.handle(1, new NetworkEvent.Connected(1, US, TOR));
        tell(one, 1, "0500");
        tell(one, 1, "05000001000000000000" + message("ping").hex());
        assertThat(service.events).containsExactly("opened 0 MANUAL", "0 ping");
    }
}
