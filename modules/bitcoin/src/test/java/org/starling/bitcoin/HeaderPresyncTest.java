package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.starling.bitcoin.message.GetHeaders;
import org.starling.bitcoin.message.Headers;
import org.starling.bitcoin.message.Inv;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.bytes.Hash256;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.ChainWork;
import org.starling.consensus.Target;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;

/** A node that demands the work of 30000 regtest blocks before it keeps a header. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeaderPresyncTest {
    private static final int LENGTH = 31_000;
    private static final long SECONDS = TestNode.START / 1000;

    private List<BlockHeader> chain;
    private List<BlockHeader> other;
    private ChainWork minimum;

    @BeforeAll
    void mine() {
        chain = mine(LENGTH, 1);
        other = mine(LENGTH, 2);
        ChainWork each = Target.fromBits(TestNode.genesis().bits()).work();
        minimum = ChainWork.ZERO;
        for (int i = 0; i < 30_000; i++) {
            minimum = minimum.plus(each);
        }
    }

    private static List<BlockHeader> mine(int length, int version) {
        List<BlockHeader> headers = new ArrayList<>();
        Target target = Target.fromBits(TestNode.genesis().bits());
        Hash256 previous = TestNode.genesis().hash();
        for (int i = 0; i < length; i++) {
            BlockHeader header = new BlockHeader(
                    0x20000000 | version,
                    previous,
                    Hash256.ZERO,
                    SECONDS - LENGTH + i,
                    TestNode.genesis().bits(),
                    0);
            Hash256 hash = header.hash();
            while (!target.admits(hash)) {
                header = header.withNonce(header.nonce() + 1);
                hash = header.hash();
            }
            headers.add(header);
            previous = hash;
        }
        return headers;
    }

    private TestNode node() {
        TestNode node =
                new TestNode(PeerSettings.of(TestNode.REGTEST.withMinimumChainWork(minimum), "/Starling:0.1.0/"));
        node.initialDownload = true;
        return node;
    }

    private static TestNode.Remote peer(TestNode node) {
        TestNode.Remote peer = node.outbound(1, LinkKind.OUTBOUND_FULL_RELAY);
        peer.send(new Version(70016, 9, SECONDS, NetAddress.of(TestNode.US), 5, "/x/", 0, true));
        peer.send(new Verack());
        return peer;
    }

    /** Answers a question for headers as a node on that chain does. */
    private static Headers answer(List<BlockHeader> headers, GetHeaders question) {
        int from = 0;
        for (int i = 0; i < headers.size() && from == 0; i++) {
            if (headers.get(i).hash().equals(question.locator().getFirst())) {
                from = i + 1;
            }
        }
        return new Headers(headers.subList(from, Math.min(headers.size(), from + 2000)));
    }

    @Test
    void nothingIsKeptBeforeTheWorkIsKnown() {
        TestNode node = node();
        TestNode.Remote peer = peer(node);
        int questions = 0;
        int kept = 0;
        for (List<GetHeaders> asked = peer.take(GetHeaders.class); !asked.isEmpty() && questions < 100; questions++) {
            peer.send(answer(chain, asked.getFirst()));
            kept += questions == 14 ? node.headers().size() : 0;
            List<GetHeaders> next = new ArrayList<>();
            peer.inbox.forEach(message -> {
                if (message instanceof GetHeaders more) {
                    next.add(more);
                }
            });
            if (next.isEmpty()) {
                break;
            }
            asked = peer.take(GetHeaders.class);
        }
        assertThat(kept).as("after 28000 headers").isEqualTo(1);
        assertThat(questions).isBetween(30, 33);
        assertThat(node.headers().bestHeader().height()).isEqualTo(LENGTH);
        assertThat(node.manager.blocksInFlight()).isEqualTo(BitcoinLimits.BLOCKS_IN_FLIGHT_PER_PEER);
    }

    @Test
    void aDifferentChainTheSecondTimeIsFoundOut() {
        TestNode node = node();
        TestNode.Remote peer = peer(node);
        int questions = 0;
        for (List<GetHeaders> asked = peer.take(GetHeaders.class);
                !asked.isEmpty();
                asked = peer.take(GetHeaders.class)) {
            peer.send(answer(questions++ < 15 ? chain : other, asked.getFirst()));
        }
        assertThat(node.logged("the chain is not the one that was counted")).isTrue();
        assertThat(node.headers().size()).isEqualTo(1);
    }

    @Test
    void aShortChainIsIgnored() {
        TestNode node = node();
        TestNode.Remote peer = peer(node);
        peer.send(new Headers(chain.subList(0, 1500)));
        assertThat(node.logged("Ignoring low-work chain (height=1500)")).isTrue();
        peer.send(new Headers(chain.subList(0, 2000)));
        peer.send(new Headers(chain.subList(2000, 2500)));
        assertThat(node.logged("the chain ends with too little work")).isTrue();
        assertThat(node.headers().size()).isEqualTo(1);
    }

    @Test
    void whenAShortChainGrowsItIsAskedForAgain() {
        TestNode node = node();
        TestNode.Remote peer = peer(node);
        peer.send(answer(chain.subList(0, 2_500), peer.take(GetHeaders.class).getFirst()));
        peer.send(answer(chain.subList(0, 2_500), peer.take(GetHeaders.class).getFirst()));
        assertThat(node.logged("the chain ends with too little work")).isTrue();
        assertThat(peer.take(GetHeaders.class)).isEmpty();
        peer.send(new Inv(
                List.of(new InventoryItem(InventoryItem.BLOCK, chain.get(2_500).hash()))));
        assertThat(peer.take(GetHeaders.class)).hasSize(1);
    }
}
