package org.starling.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Hash256;
import org.starling.chain.index.CoinStatsIndex;
import org.starling.consensus.Block;
import org.starling.world.StorageException;

/** The power goes at each write in turn, while the indexes follow a chain and its reorganisation. */
class IndexCrashTest {
    private final List<Block> blocks = new ArrayList<>();
    private final Map<Hash256, CoinStatsIndex.Figures> figures = new HashMap<>();
    private final Map<Hash256, Hash256> filterHeaders = new HashMap<>();

    @Test
    void indexesGoOnRightlyAfterACrashAtAnyWrite() throws Exception {
        makeBlocks();
        IndexedChain whole = new IndexedChain(new TestChain(0));
        run(whole);
        for (BlockEntry at = whole.test.tip(); at != null; at = at.previous()) {
            figures.put(at.hash(), Objects.requireNonNull(whole.coins.figures(at)));
            filterHeaders.put(
                    at.hash(),
                    Objects.requireNonNull(whole.filters.commitment(at)).header());
        }
        int crashes = 0;
        for (long write = 1; write < whole.test.disk.writes(); write++) {
            crashes += crashAt(write) ? 1 : 0;
        }
        assertThat(crashes).isGreaterThan(80);
    }

    private boolean crashAt(long write) throws Exception {
        TestChain test = new TestChain(write * 17);
        test.chain.flush();
        IndexedChain indexed = new IndexedChain(test);
        test.disk.crashAtWrite(write);
        try {
            run(indexed);
            return false;
        } catch (StorageException e) {
            assertThat(test.disk.crashed()).as(e.toString()).isTrue();
        }
        test.disk.restart();
        test.open();
        IndexedChain again = indexed.reopen();
        run(again);
        for (BlockEntry at = test.tip(); at != null; at = at.previous()) {
            assertThat(again.coins.figures(at))
                    .as("figures at %s after a crash at write %s", at, write)
                    .isEqualTo(figures.get(at.hash()));
            assertThat(again.filters.commitment(at))
                    .as("filter of %s after a crash at write %s", at, write)
                    .isNotNull()
                    .extracting(commitment -> commitment.header())
                    .isEqualTo(filterHeaders.get(at.hash()));
        }
        for (Block block : blocks.subList(blocks.size() - 3, blocks.size())) {
            assertThat(again.transactions.find(block.transactions().getFirst().txid()))
                    .as("coinbase after a crash at write %s", write)
                    .isNotNull()
                    .extracting(found -> found.block().hash())
                    .isEqualTo(block.hash());
        }
        return true;
    }

    /** Hands over all blocks. Chain and indexes write by turns, the chain's flush comes later than the indexes'. */
    private void run(IndexedChain indexed) {
        for (int i = 0; i < blocks.size(); i++) {
            indexed.test.give(blocks.get(i));
            if (i % 2 == 1) {
                indexed.lane.drain();
            }
            if (i % 7 == 6) {
                indexed.test.chain.flush();
            }
        }
        indexed.lane.drain();
        indexed.test.chain.flush();
    }

    private void makeBlocks() {
        TestChain maker = new TestChain(99);
        for (int i = 0; i < 12; i++) {
            blocks.add(maker.mine());
        }
        BlockEntry fork = Objects.requireNonNull(maker.chain.tree().activeAt(7));
        for (Block block : TestChain.branch(fork, 9, 5)) {
            maker.give(block);
            blocks.add(block);
        }
        maker.chain.close();
    }
}
