package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.world.Endpoint;
import org.starling.world.NetworkEvent;
import org.starling.world.SeededRandomness;

class ConnectionPolicyTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final Endpoint US = new Endpoint(Bytes.fromHex("7f000001"), 18444);

    private final FakeNetwork network = new FakeNetwork();
    private final LinkTable links = new LinkTable(
            network,
            Transports.plain(Bytes.fromHex("fabfb5da")),
            (remote, local, kind) -> Set.of(),
            new Door(10, new BanList(), Routability.PUBLIC, new SeededRandomness(4)),
            Routes.DIRECT,
            new SeededRandomness(2),
            event -> {});
    private final AddressBook book =
            new AddressBook(Bytes.wrap(new byte[32]), Routability.PUBLIC, new SeededRandomness(1));
    private final BanList bans = new BanList();
    private List<AnchorFile.Anchor> anchors = List.of();

    ConnectionPolicyTest() {
        links.attach(new LinkHandler() {
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
        });
    }

    private ConnectionPolicy policy(NetAddress... only) {
        return new ConnectionPolicy(
                new ConnectionPolicy.Settings(8, 2, List.of(only), 9, 0x800, true),
                links,
                book,
                bans,
                anchors,
                new SeededRandomness(3),
                event -> {});
    }

    private void endFeelers(long now) {
        links.links(link -> link.kind() == LinkKind.FEELER).forEach(feeler -> links.close(now, feeler, "tested"));
    }

    private void fillBook(int count) {
        for (int i = 0; i < count; i++) {
            NetAddress address = NetAddress.ofIp(Bytes.copyOf((byte) (20 + i), (byte) 1, (byte) i, (byte) 1), 8333);
            book.add(NOW / 1000, address, 9, NOW / 1000, address, 0);
        }
    }

    /** Lets time pass, every attempt succeeding or failing at once; returns the links tried. */
    private int run(ConnectionPolicy policy, long from, long until, boolean succeed) {
        int before = network.connects.size();
        int answered = before;
        for (long now = from; now < until; ) {
            long next = policy.tick(now);
            assertThat(next).isGreaterThan(now);
            for (; answered < network.connects.size(); answered++) {
                Endpoint target = network.connects.get(answered);
                links.handle(
                        now,
                        succeed
                                ? new NetworkEvent.Connected(answered + 1, US, target)
                                : new NetworkEvent.Closed(answered + 1, "refused"));
            }
            now = next;
        }
        return network.connects.size() - before;
    }

    @Test
    void fillsItsSlotsFromDifferentGroups() {
        for (int i = 0; i < 200; i++) {
            NetAddress address =
                    NetAddress.ofIp(Bytes.copyOf((byte) (20 + i % 20), (byte) 1, (byte) i, (byte) 1), 8333);
            book.add(NOW / 1000, address, 9, NOW / 1000, address, 0);
        }
        run(policy(), NOW, NOW + 60_000, true);
        assertThat(links.count(LinkKind.OUTBOUND_FULL_RELAY)).isEqualTo(8);
        assertThat(links.count(LinkKind.BLOCK_RELAY)).isEqualTo(2);
        List<Bytes> groups = links.links(link -> link.kind() != LinkKind.FEELER).stream()
                .map(link -> Routability.PUBLIC.group(link.remote()))
                .toList();
        assertThat(groups).hasSize(10).doesNotHaveDuplicates();
    }

    @Test
    void restsWhileAllItsLinksAreThereAndSaysWhenToLookEarlier() {
        fillBook(20);
        ConnectionPolicy policy = policy();
        run(policy, NOW, NOW + 30_000, true);
        long now = NOW + 30_000;
        endFeelers(now);
        long looks = 0;
        for (long end = now + 60_000; now < end; now = policy.tick(now)) {
            looks++;
        }
        assertThat(looks).isLessThan(60_000 / Limits.ATTEMPT_INTERVAL_MILLIS / 2);

        endFeelers(now);
        long changes = policy.changes();
        Link lost =
                links.links(link -> link.kind() == LinkKind.OUTBOUND_FULL_RELAY).getFirst();
        links.close(now, lost, "gone");
        assertThat(policy.changes()).isGreaterThan(changes);
        assertThat(run(policy, now, now + 2_000, true)).isPositive();
        assertThat(links.count(LinkKind.OUTBOUND_FULL_RELAY)).isEqualTo(8);
    }

    @Test
    void leavesOutTheDiscouragedAndThoseWithoutTheServices() {
        NetAddress bad = NetAddress.parse("20.1.1.1:8333", 0);
        NetAddress useless = NetAddress.parse("21.1.1.1:8333", 0);
        book.add(NOW / 1000, bad, 9, NOW / 1000, bad, 0);
        book.add(NOW / 1000, useless, 1, NOW / 1000, useless, 0);
        bans.discourage(bad);
        run(policy(), NOW, NOW + 60_000, true);
        assertThat(links.links(link -> link.kind() != LinkKind.ADDR_FETCH)).isEmpty();
        assertThat(network.connects).doesNotContain(bad.endpoint());
    }

    @Test
    void namedNodesAreTriedAgainWithGrowingWaits() {
        ConnectionPolicy policy = policy(NetAddress.parse("9.9.9.9:1", 0));
        assertThat(run(policy, NOW, NOW + 10_000, false)).isEqualTo(4);
        assertThat(run(policy, NOW + 10_000, NOW + 600_000, false)).isBetween(10, 14);
        assertThat(run(policy, NOW + 700_000, NOW + 800_000, true)).isEqualTo(1);
    }

    @Test
    void asksForAddressesWhenNobodyIsLeftToConnectTo() {
        NetAddress only = NetAddress.parse("20.1.1.1:8333", 0);
        book.add(NOW / 1000, only, 9, NOW / 1000, only, 0);
        ConnectionPolicy policy = policy();
        run(policy, NOW, NOW + 10_000, true);
        assertThat(links.count(LinkKind.ADDR_FETCH)).isZero();
        run(policy, NOW + 10_000, NOW + 20_000, true);
        assertThat(links.count(LinkKind.ADDR_FETCH)).isEqualTo(1);
        run(policy, NOW + 20_000, NOW + 1_000_000, true);
        assertThat(links.count(LinkKind.ADDR_FETCH)).as("with doubling waits").isBetween(5, 8);
    }

    @Test
    void addedNodesCanBeRemoved() {
        ConnectionPolicy policy = policy();
        NetAddress node = NetAddress.parse("9.9.9.9:1", 0);
        assertThat(policy.add(node, "9.9.9.9:0x1", true)).isTrue();
        assertThat(policy.add(node, "9.9.9.9:1", true)).isFalse();
        run(policy, NOW, NOW + 1_000, true);
        assertThat(policy.added()).containsExactly(new ConnectionPolicy.Added(node, "9.9.9.9:0x1", true));
        assertThat(policy.remove(node)).isTrue();
        assertThat(policy.added()).isEmpty();
    }

    @Test
    void goesBackToItsAnchorsFirst() {
        fillBook(40);
        NetAddress one = NetAddress.parse("91.1.1.1:8333", 0);
        NetAddress other = NetAddress.parse("92.1.1.1:8333", 0);
        NetAddress sameGroup = NetAddress.parse("91.1.7.7:8333", 0);
        anchors = List.of(
                new AnchorFile.Anchor(other, 9), new AnchorFile.Anchor(sameGroup, 9), new AnchorFile.Anchor(one, 9));
        run(policy(), NOW, NOW + 20_000, true);
        assertThat(network.connects.subList(0, 2)).containsExactly(one.endpoint(), other.endpoint());
        assertThat(links.links(link -> link.kind() == LinkKind.BLOCK_RELAY).stream()
                        .map(Link::remote))
                .containsExactly(one, other);
        assertThat(links.count(LinkKind.OUTBOUND_FULL_RELAY)).isEqualTo(8);
    }

    @Test
    void anchorsAreTheNodesThatBlocksComeFrom() {
        fillBook(40);
        ConnectionPolicy policy = policy();
        run(policy, NOW, NOW + 20_000, true);
        assertThat(policy.anchors())
                .extracting(AnchorFile.Anchor::address)
                .containsExactlyElementsOf(links.links(link -> link.kind() == LinkKind.BLOCK_RELAY).stream()
                        .map(Link::remote)
                        .toList());
        assertThat(policy.anchors()).extracting(AnchorFile.Anchor::services).containsOnly(9L);
    }

    @Test
    void opensOneMoreForAnOldTipAndNotTwo() {
        fillBook(60);
        ConnectionPolicy policy = policy();
        run(policy, NOW, NOW + 20_000, true);
        endFeelers(NOW + 20_000);
        policy.seekExtraFullRelay(true);
        run(policy, NOW + 20_000, NOW + 30_000, true);
        assertThat(links.count(LinkKind.OUTBOUND_FULL_RELAY)).isEqualTo(9);
        run(policy, NOW + 30_000, NOW + 60_000, true);
        assertThat(links.count(LinkKind.OUTBOUND_FULL_RELAY)).isEqualTo(9);
    }

    @Test
    void asksSomebodyElseForBlocksEveryFewMinutesOnceCaughtUp() {
        fillBook(60);
        ConnectionPolicy policy = policy();
        run(policy, NOW, NOW + 10_000, true);
        policy.beginExtraBlockRelay();
        int visitors = 0;
        for (long now = NOW + 10_000; now < NOW + 60 * 60_000; now += 10_000) {
            run(policy, now, now + 10_000, true);
            // The service sends visitors away again, and feelers end by themselves.
            endFeelers(now);
            List<Link> blockRelay = links.links(link -> link.kind() == LinkKind.BLOCK_RELAY);
            if (blockRelay.size() > 2) {
                links.close(now, blockRelay.getLast(), "enough");
                visitors++;
            }
        }
        assertThat(visitors).as("in an hour, one each five minutes").isBetween(5, 22);
    }

    @Test
    void seeksALinkInEachNetworkThatItCanReach() {
        fillBook(40);
        links.routes(Routes.DIRECT);
        NetAddress v6 = NetAddress.parse("[2a00:1:2::3]:8333", 0);
        book.add(NOW / 1000, v6, 9, NOW / 1000, v6, 0);
        ConnectionPolicy policy = policy();
        for (long now = NOW; now < NOW + 60 * 60_000; now += 10_000) {
            run(policy, now, now + 10_000, true);
            endFeelers(now);
        }
        assertThat(links.isConnectedTo(v6)).isTrue();
        assertThat(links.linksForAll(NetworkType.IPV6)).isEqualTo(1);
    }

    @Test
    void doesNotChooseWhomTheOperatorNamed() {
        NetAddress named = NetAddress.parse("20.1.1.1:8333", 0);
        book.add(NOW / 1000, named, 9, NOW / 1000, named, 0);
        ConnectionPolicy policy = policy();
        policy.add(named, named.toString(), false);
        run(policy, NOW, NOW + 5_000, false);
        assertThat(links.attempts()).extracting(LinkTable.Attempt::kind).doesNotContain(LinkKind.OUTBOUND_FULL_RELAY);
        assertThat(network.connects).hasSize(3).containsOnly(named.endpoint());
    }
}
