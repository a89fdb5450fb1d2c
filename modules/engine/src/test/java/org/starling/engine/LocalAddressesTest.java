package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.starling.engine.LocalAddresses.Entry;
import org.starling.engine.LocalAddresses.Origin;

final class LocalAddressesTest {
    private static final NetAddress HOME = at("77.1.2.3:8333");
    private static final NetAddress HOME_V6 = at("[2a01:4f8::3]:8333");
    private static final NetAddress ONION = at("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:8333");
    private static final NetAddress WRONG = at("66.6.6.6:8333");

    private final LocalAddresses ours = new LocalAddresses(true, 8333, Routability.PUBLIC);
    private long now = 1_700_000_000_000L;

    private static NetAddress at(String text) {
        return Objects.requireNonNull(NetAddress.parse(text, 8333));
    }

    /** A peer whom we chose says how it sees us: from the port that we connected with, not where we listen. */
    private boolean chosenSays(String peer, NetAddress seen) {
        return ours.told(now, LinkKind.OUTBOUND_FULL_RELAY, at(peer), seen.withPort(51_234));
    }

    @Test
    void threePeersInThreePartsOfTheNetworkAreBelieved() {
        assertThat(chosenSays("5.1.0.1", HOME)).isFalse();
        assertThat(chosenSays("5.2.0.1", HOME)).isFalse();
        assertThat(ours.entries(now)).isEmpty();
        assertThat(chosenSays("5.3.0.1", HOME)).isTrue();
        assertThat(ours.entries(now)).containsExactly(new Entry(HOME, 0));
        assertThat(chosenSays("5.4.0.1", HOME)).as("nothing new").isFalse();
    }

    @Test
    void manyPeersInOnePartOfTheNetworkHaveOneVote() {
        for (int i = 1; i < 100; i++) {
            chosenSays("66.6.0." + i, WRONG);
        }
        assertThat(ours.entries(now)).isEmpty();
    }

    @Test
    void aMinorityIsNotBelieved() {
        chosenSays("5.1.0.1", HOME);
        chosenSays("5.2.0.1", HOME);
        chosenSays("5.3.0.1", HOME);
        chosenSays("5.4.0.1", HOME);
        chosenSays("66.1.0.1", WRONG);
        chosenSays("66.2.0.1", WRONG);
        chosenSays("66.3.0.1", WRONG);
        assertThat(ours.all(now)).containsExactly(HOME);
        chosenSays("66.4.0.1", WRONG);
        assertThat(ours.all(now)).as("as many say this as that").isEmpty();
    }

    @Test
    void anyNumberOfInboundPeersCannotMakeUsBelieveAnything() {
        for (int i = 1; i < 250; i++) {
            ours.told(now, LinkKind.INBOUND, at("66." + i + ".0.1"), WRONG);
            ours.told(now, LinkKind.FEELER, at("66." + i + ".0.1"), WRONG);
            ours.told(now, LinkKind.ADDR_FETCH, at("66." + i + ".0.1"), WRONG);
        }
        assertThat(ours.entries(now)).isEmpty();
    }

    @Test
    void whoComesInHelpsToChooseAmongWhatWeKnow() {
        NetAddress other = at("77.1.2.4:8333");
        ours.add(HOME, Origin.INTERFACE);
        ours.add(other, Origin.INTERFACE);
        assertThat(ours.bestFor(now, at("5.1.0.1"), NetworkType.IPV4)).isEqualTo(HOME);
        ours.told(now, LinkKind.INBOUND, at("5.1.0.1"), other);
        ours.told(now, LinkKind.INBOUND, at("5.1.0.2"), other);
        assertThat(ours.entries(now)).containsExactly(new Entry(HOME, 1), new Entry(other, 2));
        assertThat(ours.bestFor(now, at("5.1.0.1"), NetworkType.IPV4)).isEqualTo(other);
    }

    @Test
    void whatWasSaidAgesAndIsForgotten() {
        chosenSays("5.1.0.1", HOME);
        chosenSays("5.2.0.1", HOME);
        chosenSays("5.3.0.1", HOME);
        now += Limits.ADDRESS_VOTE_MILLIS - 1;
        assertThat(ours.all(now)).containsExactly(HOME);
        chosenSays("5.3.0.1", HOME);
        now += 1;
        assertThat(ours.all(now)).as("one vote is left").isEmpty();
    }

    @Test
    void votesTakeABoundedPlace() {
        for (int i = 1; i < 250; i++) {
            chosenSays("5." + i + ".0.1", HOME);
        }
        for (int i = 0; i < Limits.ADDRESS_VOTES - 2; i++) {
            chosenSays("66." + i + ".0.1", at("66.6.6." + i));
        }
        assertThat(ours.all(now)).as("two votes of the first many are left").isEmpty();
    }

    @Test
    void anAddressThatIsNobodysCountsForNothing() {
        for (String seen : new String[] {"192.168.1.2", "127.0.0.1", "0.0.0.0", "fd00::2"}) {
            chosenSays("5.1.0.1", at(seen));
            chosenSays("5.2.0.1", at(seen));
            chosenSays("5.3.0.1", at(seen));
        }
        assertThat(ours.entries(now)).isEmpty();
        chosenSays("192.168.1.9", HOME);
        chosenSays("10.1.1.9", HOME);
        chosenSays("127.0.0.1", HOME);
        assertThat(ours.entries(now))
                .as("nor do neighbours who see us from inside")
                .isEmpty();
    }

    @Test
    void whatWeKnowBetterIsNotBelievedAnew() {
        ours.add(HOME.withPort(9000), Origin.MAPPED);
        chosenSays("5.1.0.1", HOME);
        chosenSays("5.2.0.1", HOME);
        chosenSays("5.3.0.1", HOME);
        assertThat(ours.entries(now)).containsExactly(new Entry(HOME.withPort(9000), 3));
    }

    @Test
    void theOperatorsWordCountsMost() {
        ours.add(HOME, Origin.INTERFACE);
        ours.add(HOME, Origin.MANUAL);
        ours.add(HOME, Origin.BOUND);
        assertThat(ours.entries(now)).containsExactly(new Entry(HOME, 4));
        assertThat(ours.add(at("10.0.0.1"), Origin.MANUAL))
                .as("nobody reaches that")
                .isFalse();
        ours.remove(HOME);
        assertThat(ours.entries(now)).isEmpty();
    }

    @Test
    void withoutDiscoveryOnlyWhatTheOperatorNamesIsKnown() {
        LocalAddresses quiet = new LocalAddresses(false, 8333, Routability.PUBLIC);
        assertThat(quiet.add(HOME, Origin.BOUND)).isFalse();
        assertThat(quiet.add(HOME_V6, Origin.MANUAL)).isTrue();
        for (String peer : new String[] {"5.1.0.1", "5.2.0.1", "5.3.0.1"}) {
            quiet.told(now, LinkKind.MANUAL, at(peer), HOME);
        }
        assertThat(quiet.all(now)).containsExactly(HOME_V6);
    }

    @Test
    void eachIsToldWhatItReachesBest() {
        ours.add(HOME, Origin.BOUND);
        ours.add(HOME_V6, Origin.INTERFACE);
        ours.add(ONION, Origin.MANUAL);
        assertThat(ours.bestFor(now, at("5.1.0.1"), NetworkType.IPV4)).isEqualTo(HOME);
        assertThat(ours.bestFor(now, at("2a02::1"), NetworkType.IPV6)).isEqualTo(HOME_V6);
        assertThat(ours.bestFor(now, at("2002:505:505::1"), NetworkType.IPV6)).isEqualTo(HOME_V6);
        assertThat(ours.bestFor(now, at("2001::1"), NetworkType.IPV6))
                .as("from a tunnel")
                .isEqualTo(HOME);
        assertThat(ours.bestFor(now, at("127.0.0.1"), NetworkType.TORV3)).isEqualTo(ONION);
        ours.remove(ONION);
        assertThat(ours.bestFor(now, at("127.0.0.1"), NetworkType.TORV3))
                .as("rather nothing")
                .isNull();
    }

    @Test
    void anAddressInATunnelComesAfterOneWithout() {
        NetAddress tunnelled = at("[2002:4d01:203::1]:8333");
        ours.add(tunnelled, Origin.MANUAL);
        assertThat(ours.bestFor(now, at("2a02::1"), NetworkType.IPV6)).isEqualTo(tunnelled);
        ours.add(HOME, Origin.INTERFACE);
        assertThat(ours.bestFor(now, at("2a02::1"), NetworkType.IPV6)).isEqualTo(HOME);
        ours.add(HOME_V6, Origin.INTERFACE);
        assertThat(ours.bestFor(now, at("2a02::1"), NetworkType.IPV6)).isEqualTo(HOME_V6);
    }
}
