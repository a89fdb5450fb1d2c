package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bitcoin.message.BlockMessage;
import org.starling.bitcoin.message.GetData;
import org.starling.bitcoin.message.Headers;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.Message;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.consensus.Block;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;

/** Nodes that have the last blocks only (BIP-0159). */
class LimitedNodeTest {
    private static final long LIMITED = Services.NETWORK_LIMITED | Services.WITNESS;
    private static final long SECONDS = TestNode.START / 1000;

    private static void shakeHands(TestNode.Remote peer, long services) {
        peer.send(new Version(70016, services, SECONDS, NetAddress.of(TestNode.US), 99, "/x/", 0, true));
        peer.send(new Verack());
        peer.take(Message.class);
    }

    private static GetData request(Block block) {
        return new GetData(List.of(new InventoryItem(InventoryItem.BLOCK | InventoryItem.WITNESS, block.hash())));
    }

    @Test
    void servesTheLastBlocksAndDropsWhoAsksForOlderOnes() {
        PeerSettings full = PeerSettings.of(TestNode.REGTEST, "/Starling:0.1.0/");
        TestNode node = new TestNode(new PeerSettings(
                full.chain(), LIMITED, full.userAgent(), true, false, false, 1000, 100, 60_000, false));
        List<Block> chain = TestNode.chainOn(TestNode.genesis(), 300, SECONDS, 1);
        node.have(chain);
        TestNode.Remote peer = node.inbound(1);
        shakeHands(peer, LIMITED | Services.NETWORK);
        peer.send(request(chain.get(299 - BitcoinLimits.LIMITED_BLOCKS)));
        assertThat(peer.take(BlockMessage.class)).hasSize(1);
        peer.send(request(chain.getFirst()));
        assertThat(peer.closed).isTrue();
        assertThat(node.logged("below NODE_NETWORK_LIMITED threshold")).isTrue();
    }

    @Test
    void isNotAskedForBlocksWhileWeCatchUp() {
        TestNode node = new TestNode();
        node.initialDownload = true;
        List<Block> chain = TestNode.chainOn(TestNode.genesis(), 40, SECONDS - 100_000, 1);
        Headers headers = new Headers(chain.stream().map(Block::header).toList());
        TestNode.Remote limited = node.outbound(1, LinkKind.OUTBOUND_FULL_RELAY);
        shakeHands(limited, LIMITED);
        limited.send(headers);
        assertThat(limited.take(GetData.class)).isEmpty();
        TestNode.Remote full = node.outbound(2, LinkKind.OUTBOUND_FULL_RELAY);
        shakeHands(full, LIMITED | Services.NETWORK);
        full.send(headers);
        assertThat(full.take(GetData.class)).isNotEmpty();
    }

    @Test
    void isAskedOnlyForBlocksThatItStillHas() {
        TestNode node = new TestNode();
        List<Block> chain = TestNode.chainOn(TestNode.genesis(), 300, SECONDS, 1);
        node.have(chain.subList(0, 5));
        TestNode.Remote limited = node.outbound(1, LinkKind.OUTBOUND_FULL_RELAY);
        shakeHands(limited, LIMITED);
        limited.send(new Headers(chain.stream().map(Block::header).toList()));
        assertThat(limited.take(GetData.class).getFirst().items())
                .extracting(InventoryItem::hash)
                .startsWith(chain.get(300 - BitcoinLimits.LIMITED_BLOCKS + 2).hash())
                .doesNotContain(chain.get(5).hash());
    }
}
