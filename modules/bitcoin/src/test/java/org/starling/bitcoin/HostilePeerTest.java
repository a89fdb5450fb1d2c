package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bitcoin.message.BlockMessage;
import org.starling.bitcoin.message.GetBlocks;
import org.starling.bitcoin.message.GetData;
import org.starling.bitcoin.message.GetHeaders;
import org.starling.bitcoin.message.Headers;
import org.starling.bitcoin.message.Inv;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.Message;
import org.starling.bitcoin.message.NotFound;
import org.starling.bitcoin.message.TxMessage;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;
import org.starling.engine.V1Transport;
import org.starling.world.SeededRandomness;

/** Peers that send anything at all: nothing they do throws, stops the node, or makes it hold more than it may. */
class HostilePeerTest {
    private static final long SECONDS = TestNode.START / 1000;

    private final TestNode node = new TestNode();
    private final List<Block> chain = TestNode.chainOn(TestNode.genesis(), 30, SECONDS, 1);
    private final List<Block> fork = TestNode.chainOn(TestNode.genesis(), 40, SECONDS, 900);
    private final List<TestNode.Remote> peers = new ArrayList<>();
    private int host;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void nothingThrowsAndNothingGrows(long seed) {
        SeededRandomness random = new SeededRandomness(seed);
        node.have(chain);
        V1Transport encoder = new V1Transport(TestNode.REGTEST.magic());
        for (int step = 0; step < 3_000; step++) {
            peers.removeIf(peer -> peer.closed);
            while (peers.size() < 5) {
                peers.add(connect(random));
            }
            TestNode.Remote peer = peers.get(random.below(peers.size()));
            switch (random.below(4)) {
                case 0 -> {
                    byte[] payload = new byte[random.below(200)];
                    random.fill(payload);
                    String type = Message.TYPES.get(random.below(Message.TYPES.size()));
                    peer.sendRaw(encoder.encode(type, Bytes.wrap(payload)));
                }
                case 1 -> peer.send(plausible(random));
                case 2 -> peer.sendRaw(bitten(encoder, plausible(random), random));
                default -> node.pass(random.below(3_000));
            }
            node.log.clear();
            peer.inbox.clear();
        }
        assertThat(node.manager.orphans()).isLessThanOrEqualTo(BitcoinLimits.ORPHANS);
        assertThat(node.manager.blocksInFlight()).isLessThanOrEqualTo(5 * BitcoinLimits.BLOCKS_IN_FLIGHT_PER_PEER);
        peers.forEach(peer -> node.links.links(link -> true).forEach(link -> node.links.close(node.now, link, "done")));
        assertThat(node.manager.trackedAnnouncements()).isZero();
        assertThat(node.manager.blocksInFlight()).isZero();
        assertThat(node.manager.orphans()).isZero();
    }

    private TestNode.Remote connect(SeededRandomness random) {
        host++;
        TestNode.Remote peer = random.below(2) == 0
                ? node.inbound(host)
                : node.outbound(host, random.below(3) == 0 ? LinkKind.BLOCK_RELAY : LinkKind.OUTBOUND_FULL_RELAY);
        if (random.below(10) > 0) {
            peer.send(new Version(70016, 9, SECONDS, NetAddress.of(TestNode.US), host, "/x/", 0, true));
            peer.send(new Verack());
        }
        return peer;
    }

    /** A message that a node might send, at a time when it should not. */
    private Message plausible(SeededRandomness random) {
        Block block = random.below(2) == 0 ? chain.get(random.below(30)) : fork.get(random.below(40));
        Hash256 hash = random.below(4) == 0 ? Hash256.ZERO : block.hash();
        int kind = random.below(7) | (random.below(2) == 0 ? InventoryItem.WITNESS : 0);
        List<InventoryItem> items = List.of(new InventoryItem(kind, hash));
        int from = random.below(39);
        return switch (random.below(9)) {
            case 0 -> new Inv(items);
            case 1 -> new GetData(items);
            case 2 -> new NotFound(items);
            case 3 -> new GetHeaders(70016, List.of(hash), Hash256.ZERO);
            case 4 -> new GetBlocks(70016, List.of(hash), Hash256.ZERO);
            case 5 ->
                new Headers(fork.subList(from, 1 + from + random.below(40 - from)).stream()
                        .map(Block::header)
                        .toList());
            case 6 -> new BlockMessage(block.serialized());
            case 7 -> new TxMessage(TestNode.spend(hash, random.below(50)), true);
            default -> new Verack();
        };
    }

    /** The message with a bit changed, its checksum made right again, or cut short. */
    private static Bytes bitten(V1Transport encoder, Message message, SeededRandomness random) {
        byte[] payload = message.payload().toArray();
        if (payload.length > 0 && random.below(2) == 0) {
            payload[random.below(payload.length)] ^= (byte) (1 << random.below(8));
            return encoder.encode(message.type(), Bytes.wrap(payload));
        }
        return encoder.encode(message.type(), Bytes.wrap(payload, 0, random.below(payload.length + 1)));
    }
}
