package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.starling.bitcoin.message.GetData;
import org.starling.bitcoin.message.Inv;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.Message;
import org.starling.bitcoin.message.NotFound;
import org.starling.bitcoin.message.TxMessage;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.bitcoin.message.WtxidRelay;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;
import org.starling.engine.NetAddress;
import org.starling.world.NetworkEvent;

/** Who of many peers is told of a transaction. */
final class NewsTest {
    private final TestNode node = new TestNode();

    @BeforeEach
    void mine() {
        List<Block> chain = TestNode.chainOn(TestNode.genesis(), 20, TestNode.START / 1000, 1);
        node.have(chain);
    }

    private TestNode.Remote peer(int host) {
        TestNode.Remote peer = node.inbound(host);
        peer.send(new Version(
                70016, Services.NETWORK, TestNode.START / 1000, NetAddress.of(TestNode.US), host, "/test/", 0, true));
        peer.send(new WtxidRelay());
        peer.send(new Verack());
        peer.take(Message.class);
        return peer;
    }

    private static Inv inv(Transaction transaction) {
        return new Inv(List.of(new InventoryItem(InventoryItem.WTX, transaction.wtxid())));
    }

    private static Transaction transaction(int salt) {
        return TestNode.spend(Hash256.of(new byte[32]), salt);
    }

    private void waitAMinute() {
        for (int i = 0; i < 60; i++) {
            node.now += 1_000;
            node.manager.tick(node.now);
            node.run();
        }
    }

    @Test
    void everyOneOfAHundredPeersIsToldOnceButThoseThatToldUs() {
        List<TestNode.Remote> peers =
                IntStream.range(1, 101).mapToObj(this::peer).toList();
        Transaction transaction = transaction(1);
        node.pooled(transaction);
        for (int i = 0; i < 100; i += 3) {
            peers.get(i).send(inv(transaction));
        }
        waitAMinute();
        for (int i = 0; i < 100; i++) {
            assertThat(peers.get(i).take(Inv.class))
                    .as("peer %d", i)
                    .isEqualTo(i % 3 == 0 ? List.of() : List.of(inv(transaction)));
        }
        node.manager.relay(node.now, transaction);
        waitAMinute();
        assertThat(peers).allSatisfy(peer -> assertThat(peer.take(Inv.class)).isEmpty());
    }

    @Test
    void whatCameBackFromABlockMayBeAskedForAtOnce() {
        TestNode.Remote peer = peer(1);
        Transaction fresh = transaction(1);
        Transaction old = transaction(2);
        node.pooled(fresh);
        node.returned(old);
        for (Transaction asked : List.of(fresh, old)) {
            peer.send(new GetData(inv(asked).items()));
        }
        assertThat(peer.take(Message.class))
                .containsExactly(new NotFound(inv(fresh).items()), new TxMessage(old, true));
        waitAMinute();
        assertThat(peer.take(Inv.class)).hasSize(1);
    }

    @Test
    void whoTakesThePlaceOfAnotherIsNotTakenForIt() {
        TestNode.Remote first = peer(1);
        Transaction old = transaction(1);
        node.pooled(old);
        first.send(inv(old));
        node.links.handle(node.now, new NetworkEvent.Closed(first.link, "gone"));
        TestNode.Remote second = peer(2);
        node.manager.relay(node.now, old);
        node.manager.relay(node.now, old);
        waitAMinute();
        assertThat(second.take(Inv.class)).as("told, and once").containsExactly(inv(old));
    }
}
