package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.world.SeededRandomness;

/** Who comes in, and who goes for a newcomer. */
class DoorTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final Merits NONE = new Merits(Long.MAX_VALUE, 0, 0, true, false);

    private final BanList bans = new BanList();
    private final List<Link> inbound = new ArrayList<>();
    private final Map<Link, Merits> merits = new HashMap<>();

    private Door door(int slots) {
        return new Door(slots, bans, Routability.PUBLIC, new SeededRandomness(1));
    }

    // Of group a.b; the later, the younger.
    private Link link(int a, int b, int host, Merits earned, Permission... permissions) {
        NetAddress remote =
                NetAddress.ofIp(Bytes.copyOf((byte) a, (byte) b, (byte) (host >> 8), (byte) host), 1000 + host);
        long id = inbound.size();
        Set<Permission> granted = EnumSet.noneOf(Permission.class);
        granted.addAll(List.of(permissions));
        Transport transport = Transports.plain(Bytes.fromHex("fabfb5da")).inbound();
        Link link = new Link(
                id, id, LinkKind.INBOUND, remote, remote, granted, NOW + id * 1000, transport, remote.network());
        inbound.add(link);
        merits.put(link, earned);
        return link;
    }

    private @Nullable Link leaving() {
        return door(1).leaving(inbound, link -> merits.getOrDefault(link, NONE));
    }

    private Door.Answer knock(int slots, String host, Permission... permissions) {
        NetAddress remote = java.util.Objects.requireNonNull(NetAddress.parse(host, 1));
        return door(slots).knock(NOW, remote, Set.of(permissions), inbound, link -> merits.getOrDefault(link, NONE));
    }

    @Test
    void theBannedStayOutUnlessTrusted() {
        Subnet subnet = java.util.Objects.requireNonNull(Subnet.parse("1.2.0.0/16"));
        bans.ban(subnet, new BanList.Ban(NOW / 1000, NOW / 1000 + 60));
        assertThat(knock(8, "1.2.3.4")).isEqualTo(new Door.Answer.Refuse("banned"));
        assertThat(knock(8, "1.2.3.4", Permission.NOBAN)).isEqualTo(new Door.Answer.Enter());
        assertThat(knock(8, "1.3.3.4")).isEqualTo(new Door.Answer.Enter());
    }

    @Test
    void theDiscouragedComeInOnlyWhileThereIsRoom() {
        bans.discourage(java.util.Objects.requireNonNull(NetAddress.parse("1.2.3.4", 1)));
        assertThat(knock(3, "1.2.3.4")).isEqualTo(new Door.Answer.Enter());
        link(5, 5, 1, NONE);
        link(5, 5, 2, NONE);
        assertThat(knock(3, "1.2.3.4")).isEqualTo(new Door.Answer.Refuse("discouraged"));
        assertThat(knock(3, "1.2.3.5")).isEqualTo(new Door.Answer.Enter());
    }

    @Test
    void fewLinksAreAllWorthKeeping() {
        for (int i = 0; i < 20; i++) {
            link(5, i, 1, NONE);
        }
        assertThat(knock(20, "1.2.3.4")).isEqualTo(new Door.Answer.Refuse("full"));
    }

    @Test
    void anAttackerWithManyAddressesOfOneGroupLosesTheYoungest() {
        List<Link> honest = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            honest.add(link(60 + i, 1, 1, NONE));
        }
        Link youngest = link(9, 9, 0, NONE);
        for (int i = 1; i < 60; i++) {
            youngest = link(9, 9, i, NONE);
        }
        assertThat(leaving()).isEqualTo(youngest);
        assertThat(honest).doesNotContain(youngest);
    }

    @Test
    void whoeverDidSomethingForUsStays() {
        Set<Link> useful = new java.util.HashSet<>();
        for (int i = 0; i < 40; i++) {
            link(7, 7, i, NONE);
        }
        // They are the youngest, of the largest group: nothing but what they did speaks for them.
        for (int i = 0; i < 8; i++) {
            useful.add(link(7, 7, 100 + i, new Merits(5 + i, 0, 0, true, true)));
        }
        for (int i = 0; i < 4; i++) {
            useful.add(link(7, 7, 200 + i, new Merits(9000, NOW + i, 0, true, true)));
            useful.add(link(7, 7, 300 + i, new Merits(9000, 0, NOW + i, true, true)));
        }
        for (int i = 0; i < 8; i++) {
            useful.add(link(7, 7, 400 + i, new Merits(9000, 0, NOW - 500 - i, false, true)));
        }
        List<Link> gone = new ArrayList<>();
        for (Link next = leaving(); next != null; next = leaving()) {
            gone.add(next);
            inbound.remove(next);
        }
        assertThat(gone).hasSizeGreaterThan(10).doesNotContainAnyElementsOf(useful);
    }

    @Test
    void theTrustedNeverLeave() {
        for (int i = 0; i < 60; i++) {
            link(8, 8, i, NONE, Permission.NOBAN);
        }
        assertThat(leaving()).isNull();
    }

    @Test
    void theDiscouragedGoFirst() {
        for (int i = 0; i < 60; i++) {
            link(20 + i, 1, 1, NONE);
        }
        Link bad = inbound.get(45);
        bans.discourage(bad.remote());
        assertThat(leaving()).isEqualTo(bad);
    }

    @Test
    void linksByRareNetworksAreKeptThoughYoung() {
        for (int i = 0; i < 60; i++) {
            link(20 + i, 1, 1, NONE);
        }
        Set<Link> local = new java.util.HashSet<>();
        for (int i = 0; i < 6; i++) {
            local.add(link(127, 0, 1 + i, NONE));
        }
        for (int i = 0; i < 20; i++) {
            Link next = leaving();
            assertThat(next).isNotNull();
            assertThat(local).doesNotContain(next);
            inbound.remove(next);
        }
    }
}
