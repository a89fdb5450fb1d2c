package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.starling.bitcoin.message.AddrV2;
import org.starling.bitcoin.message.SendAddrV2;
import org.starling.bitcoin.message.TimedAddress;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;

/** A node that nobody told where it is learns that from those that it connects to, and tells it. */
final class OwnAddressTest {
    private static final NetAddress HOME = Objects.requireNonNull(NetAddress.parse("77.1.2.3:18444", 0));

    private final TestNode node = new TestNode();

    /** A peer in a part of the network of its own, which sees us at that address, with the port that we dialled from. */
    private TestNode.Remote peer(int part, LinkKind kind, NetAddress seen) {
        TestNode.Remote peer = node.outbound(part << 8, kind);
        long services = Services.NETWORK | Services.WITNESS;
        peer.send(new Version(
                70016, services, TestNode.START / 1000, seen.withPort(40_000 + part), part, "/test:1/", 0, true));
        peer.send(new SendAddrV2());
        peer.send(new Verack());
        return peer;
    }

    private static List<NetAddress> told(TestNode.Remote peer) {
        return peer.take(AddrV2.class).stream()
                .flatMap(message -> message.addresses().stream())
                .map(TimedAddress::address)
                .toList();
    }

    @Test
    void threeThatAgreeAreBelievedAndAllAreTold() {
        TestNode.Remote first = peer(1, LinkKind.OUTBOUND_FULL_RELAY, HOME);
        peer(2, LinkKind.BLOCK_RELAY, HOME);
        node.pass(5 * 60_000);
        assertThat(told(first)).isEmpty();
        TestNode.Remote third = peer(3, LinkKind.OUTBOUND_FULL_RELAY, HOME);
        node.pass(10 * 60_000);
        assertThat(told(first)).as("with the port that we listen at").containsExactly(HOME);
        assertThat(told(third)).containsExactly(HOME);
    }

    @Test
    void onesWordIsNotPassedOn() {
        TestNode.Remote liar = peer(1, LinkKind.OUTBOUND_FULL_RELAY, HOME);
        node.pass(24 * 60 * 60_000L);
        assertThat(told(liar)).isEmpty();
        assertThat(node.manager.ownAddresses().all(node.now)).isEmpty();
    }
}
