package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.starling.bitcoin.message.BlockMessage;
import org.starling.bitcoin.message.GetData;
import org.starling.bitcoin.message.GetHeaders;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.Message;
import org.starling.bitcoin.message.Ping;
import org.starling.bitcoin.message.Pong;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.engine.Limits;
import org.starling.engine.NetAddress;
import org.starling.engine.Permission;

/** A peer that asks for much work waits for its own budget; nobody else does. */
final class WorkBudgetTest {
    private final TestNode node = new TestNode();
    private List<Block> chain = List.of();

    @BeforeEach
    void mine() {
        chain = TestNode.chainOn(TestNode.genesis(), 20, TestNode.START / 1000, 1);
        node.have(chain);
    }

    private TestNode.Remote peer(int host) {
        TestNode.Remote peer = node.inbound(host);
        peer.send(new Version(
                70016, Services.NETWORK, TestNode.START / 1000, NetAddress.of(TestNode.US), host, "/test/", 0, true));
        peer.send(new Verack());
        peer.take(Message.class);
        node.manager.refill(node.now, node.now);
        return peer;
    }

    /** The same old block many times. */
    private GetData manyBlocks() {
        return manyBlocks(30_000);
    }

    private GetData manyBlocks(int count) {
        InventoryItem item = new InventoryItem(
                InventoryItem.BLOCK | InventoryItem.WITNESS, chain.get(3).hash());
        return new GetData(Collections.nCopies(count, item));
    }

    /** So much of the world's time passes, a tenth of a second at a time. */
    private void pass(long millis) {
        for (long end = node.now + millis; node.now < end; ) {
            node.now += Limits.WORK_REFILL_MILLIS;
            node.manager.refill(node.now, node.now);
            node.run();
        }
    }

    @Test
    void whoAsksForOldBlocksAtFullSpeedGetsThemAtTheSpeedOfItsBudget() {
        TestNode.Remote greedy = peer(1);
        greedy.send(manyBlocks());
        greedy.send(manyBlocks());
        long burst = Limits.WORK_BURST / BitcoinLimits.WORK_BLOCK;
        int atOnce = greedy.take(BlockMessage.class).size();
        assertThat(atOnce).isBetween(Math.toIntExact(burst) * 9 / 10, Math.toIntExact(burst));
        pass(1_000);
        long perSecond = Limits.WORK_PER_SECOND / BitcoinLimits.WORK_BLOCK;
        int inOneSecond = greedy.take(BlockMessage.class).size();
        assertThat(inOneSecond).isBetween((int) perSecond - 50, (int) perSecond + 5);
        pass(6_000);
        assertThat(greedy.take(BlockMessage.class))
                .as("in the end it gets all of them")
                .hasSize(60_000 - atOnce - inOneSecond);
    }

    @Test
    void aNodeThatCatchesUpGetsFiftyMegabytesASecond() {
        long fullBlock = BitcoinLimits.WORK_BLOCK + BitcoinLimits.WORK_KIB_COPIED * 1_600;
        assertThat(Limits.WORK_PER_SECOND / fullBlock * 1_600 * 1_024).isGreaterThan(50_000_000);
    }

    @Test
    void nobodyElseWaits() {
        TestNode.Remote greedy = peer(1);
        TestNode.Remote other = peer(2);
        greedy.send(manyBlocks());
        greedy.send(manyBlocks());
        greedy.send(new Ping(5));
        assertThat(greedy.take(Pong.class)).as("its socket is not read").isEmpty();
        other.send(new Ping(6));
        assertThat(other.take(Pong.class)).containsExactly(new Pong(6L));
        other.send(new GetData(manyBlocks().items().subList(0, 1)));
        assertThat(other.take(BlockMessage.class)).hasSize(1);
    }

    @Test
    void locatorsCostTooAndTheOnesThatTheOperatorTrustsPayNothing() {
        TestNode.Remote greedy = peer(1);
        GetHeaders request = new GetHeaders(70016, List.of(), Hash256.ZERO);
        for (int i = 0; i <= Limits.WORK_BURST / BitcoinLimits.WORK_LOCATOR; i++) {
            greedy.send(request);
        }
        greedy.send(new Ping(5));
        assertThat(greedy.take(Pong.class)).isEmpty();
        pass(1_000);
        assertThat(greedy.take(Pong.class)).containsExactly(new Pong(5L));

        node.permissions.add(Permission.NOBAN);
        TestNode.Remote trusted = peer(2);
        for (int i = 0; i <= Limits.WORK_BURST / BitcoinLimits.WORK_LOCATOR; i++) {
            trusted.send(request);
        }
        trusted.send(new Ping(6));
        assertThat(trusted.take(Pong.class)).containsExactly(new Pong(6L));
    }

    @Test
    void aStoppedClockOfTheNodeKeepsNobodyWaiting() {
        TestNode.Remote greedy = peer(1);
        greedy.send(manyBlocks());
        greedy.send(manyBlocks());
        greedy.take(Message.class);
        long world = node.now;
        for (int i = 0; i < 200; i++) {
            world = Math.min(world + 1_000, node.manager.refill(node.now, world));
            node.run();
        }
        assertThat(greedy.take(BlockMessage.class)).hasSizeGreaterThan(10_000);
        assertThat(node.manager.refill(node.now, world)).as("nobody waits").isEqualTo(Long.MAX_VALUE);
    }
}
