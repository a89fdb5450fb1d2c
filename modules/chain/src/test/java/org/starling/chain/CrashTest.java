package org.starling.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;
import org.starling.world.StorageException;

/** The power goes at each write of a run in turn; what is found afterwards is always a state that the chain was in. */
class CrashTest {
    private static final long SUBSIDY = 50_0000_0000L;

    /** Blocks of the run, in the order in which they are handed over: a trunk, a spend, a longer branch, an extension. */
    private final List<Block> blocks = new ArrayList<>();

    /** The coins at each block, from a chain that was never disturbed. */
    private final Map<Hash256, Hash256> coinsAt = new HashMap<>();

    private Hash256 finalTip = Hash256.ZERO;

    /** Small caches make coins spill in the middle, in several batches. */
    @ParameterizedTest
    @ValueSource(longs = {1_500, 8_000, 1 << 20})
    void aCrashAtAnyWriteLosesNothingThatWasFlushed(long cacheBytes) {
        ChainOptions options = new ChainOptions(TestChain.PARAMS).withCoinsCacheBytes(cacheBytes);
        makeBlocks();
        TestChain whole = new TestChain(0, options);
        run(whole, 0);
        long writes = whole.disk.writes();
        int crashes = 0;
        for (long at = 1; at < writes; at++) {
            crashes += crashAt(at, options) ? 1 : 0;
        }
        assertThat(crashes).isGreaterThan(50);
    }

    private boolean crashAt(long write, ChainOptions options) {
        TestChain test = new TestChain(write * 31, options.withRebuild(ChainOptions.Rebuild.NOTHING));
        test.chain.flush();
        test.disk.crashAtWrite(write);
        int flushed = 0;
        try {
            flushed = run(test, 0);
        } catch (StorageException e) {
            flushed = Math.max(flushed, lastFlushed);
        }
        if (!test.disk.crashed()) {
            return false;
        }
        reopen(test, write);
        Hash256 tip = test.tip().hash();
        assertThat(test.coinsHash())
                .as("coins at %s after a crash at write %s", test.tip(), write)
                .isEqualTo(coinsAt.get(tip));
        if (flushed > 0) {
            BlockEntry safe = test.chain.tree().find(blocks.get(flushed - 1).hash());
            assertThat(safe).as("block %s was flushed", flushed).isNotNull();
            assertThat(test.tip().chainWork()).isGreaterThanOrEqualTo(safe.chainWork());
        }
        run(test, 0);
        assertThat(test.tip().hash()).isEqualTo(finalTip);
        assertThat(test.coinsHash()).isEqualTo(coinsAt.get(finalTip));
        return true;
    }

    /** Opens again after the crash, with further crashes while it is repaired. */
    private void reopen(TestChain test, long write) {
        for (int again = 1; ; again++) {
            test.disk.restart();
            if (again < 4) {
                test.disk.crashAtWrite(write % 3 + again);
            }
            try {
                test.open();
                test.disk.crashAtWrite(Long.MAX_VALUE / 4);
                return;
            } catch (StorageException e) {
                assertThat(test.disk.crashed()).as(e.toString()).isTrue();
            }
        }
    }

    private int lastFlushed;

    /** Hands over all blocks, flushing now and then; returns how many were handed over when last flushed. */
    private int run(TestChain test, int from) {
        lastFlushed = 0;
        for (int i = from; i < blocks.size(); i++) {
            test.give(blocks.get(i));
            if (i % 13 == 12) {
                test.chain.flush();
                lastFlushed = i + 1;
            }
        }
        test.chain.flush();
        lastFlushed = blocks.size();
        return lastFlushed;
    }

    private void makeBlocks() {
        TestChain maker = new TestChain(99);
        coinsAt.put(maker.tip().hash(), maker.coinsHash());
        Block first = add(maker, maker.mine());
        for (int i = 0; i < 100; i++) {
            add(maker, maker.mine());
        }
        Transaction spend = TestChain.spend(SUBSIDY, 1, TestChain.coinbaseOf(first));
        add(maker, maker.mine(spend));
        add(maker, maker.mine(TestChain.spend(SUBSIDY, 2, spend.outPoint(0))));
        BlockEntry fork = Objects.requireNonNull(maker.chain.tree().activeAt(98));
        for (Block block : TestChain.branch(fork, 8, 5)) {
            maker.give(block);
            add(maker, block);
        }
        // The branch's coins, block by block, as the reorganisation passes through them.
        TestChain straight = new TestChain(98);
        for (int height = 1; height <= maker.height(); height++) {
            straight.give(maker.chain.readBlock(maker.chain.tree().activeAt(height)));
            coinsAt.put(straight.tip().hash(), straight.coinsHash());
        }
        for (int i = 0; i < 5; i++) {
            add(maker, maker.mine(TestChain.spend(SUBSIDY, i, TestChain.coinbaseOf(blocks.get(i)))));
        }
        finalTip = maker.tip().hash();
        maker.chain.close();
    }

    private Block add(TestChain maker, Block block) {
        blocks.add(block);
        coinsAt.put(maker.tip().hash(), maker.coinsHash());
        return block;
    }
}
