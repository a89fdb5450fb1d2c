package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bitcoin.message.Headers;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.consensus.Block;
import org.starling.engine.ConnectionPolicy;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;
import org.starling.world.SeededRandomness;

class OutboundReviewTest {
    private static final long MINUTE = 60_000;
    private static final long SECONDS = TestNode.START / 1000;

    private final TestNode node = new TestNode();
    private final ConnectionPolicy policy = new ConnectionPolicy(
            new ConnectionPolicy.Settings(8, 2, List.of(), 9, 0, true),
            node.links,
            node.book,
            node.bans,
            List.of(),
            new SeededRandomness(1),
            event -> {});

    private List<TestNode.Remote> peers(int count, LinkKind kind) {
        List<TestNode.Remote> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            TestNode.Remote peer = node.outbound(1 + i, kind);
            long services = Services.NETWORK | Services.WITNESS;
            peer.send(new Version(70016, services, SECONDS, NetAddress.of(TestNode.US), 99, "/x/", 0, true));
            peer.send(new Verack());
            peers.add(peer);
        }
        return peers;
    }

    /** Lets time pass, looking at the links as often as asked to. */
    private void pass(long millis) {
        long end = node.now + millis;
        long next = node.manager.reviewOutbound(node.now, policy);
        while (next <= end) {
            node.pass(next - node.now);
            next = node.manager.reviewOutbound(node.now, policy);
        }
        node.pass(end - node.now);
    }

    private static List<Integer> closed(List<TestNode.Remote> peers) {
        List<Integer> closed = new ArrayList<>();
        for (int i = 0; i < peers.size(); i++) {
            if (peers.get(i).closed) {
                closed.add(i);
            }
        }
        return closed;
    }

    @Test
    void ofLinksThatAnnouncedNothingTheYoungestGoes() {
        List<TestNode.Remote> peers = peers(9, LinkKind.OUTBOUND_FULL_RELAY);
        policy.seekExtraFullRelay(true);
        pass(2 * MINUTE);
        assertThat(closed(peers)).containsExactly(8);
        assertThat(policy.seeksExtraFullRelay()).as("one was enough").isFalse();
        pass(2 * MINUTE);
        assertThat(closed(peers)).as("eight are wanted").containsExactly(8);
    }

    @Test
    void whoAnnouncedABlockStays() {
        List<TestNode.Remote> peers = peers(9, LinkKind.OUTBOUND_FULL_RELAY);
        Block block = TestNode.chainOn(TestNode.genesis(), 1, SECONDS, 1).getFirst();
        peers.get(8).send(new Headers(List.of(block.header())));
        node.have(List.of(block));
        pass(MINUTE);
        assertThat(closed(peers)).containsExactly(7);
    }

    @Test
    void theVisitorForBlocksAloneLeavesAgain() {
        List<TestNode.Remote> peers = peers(3, LinkKind.BLOCK_RELAY);
        pass(40_000);
        assertThat(closed(peers)).as("not judged yet").isEmpty();
        pass(MINUTE);
        assertThat(closed(peers)).containsExactly(2);
    }

    @Test
    void aTipThatDoesNotMoveIsSuspicious() {
        pass(29 * MINUTE);
        assertThat(policy.seeksExtraFullRelay()).isFalse();
        pass(15 * MINUTE);
        assertThat(policy.seeksExtraFullRelay()).isTrue();
        assertThat(node.logged("Potential stale tip detected")).isTrue();
        node.have(TestNode.chainOn(TestNode.genesis(), 1, node.now / 1000, 1));
        pass(15 * MINUTE);
        assertThat(policy.seeksExtraFullRelay()).isFalse();
    }
}
