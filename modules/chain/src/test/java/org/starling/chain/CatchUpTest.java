package org.starling.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;

/** A long way to the best chain is gone in portions, between which the chain is whole and takes other calls. */
class CatchUpTest {
    private static final int PORTION_BLOCKS = 1_000;

    /** Blocks with a spend now and then, stored but not connected. */
    private static List<Block> longChain(int blocks) {
        TestChain maker = new TestChain(2);
        List<Block> chain = new ArrayList<>();
        Transaction last = null;
        for (int height = 1; height <= blocks; height++) {
            Block block = maker.mine(last == null ? new Transaction[0] : new Transaction[] {last});
            chain.add(block);
            last = height < 100 ? null : TestChain.spend(1_000, height, TestChain.coinbaseOf(chain.get(height - 100)));
        }
        return chain;
    }

    private static void store(TestChain test, List<Block> blocks) {
        blocks.forEach(block -> test.chain.acceptBlock(block, true, TestChain.NOW, true));
    }

    @Test
    void aPortionAtATime() {
        List<Block> blocks = longChain(2_300);
        TestChain whole = new TestChain(1);
        store(whole, blocks);
        whole.chain.activateBest();

        TestChain test = new TestChain(1);
        store(test, blocks);
        assertThat(test.chain.activateSome()).isTrue();
        assertThat(test.height()).isEqualTo(PORTION_BLOCKS);

        // What happens between two portions finds tip and coins in step, and disturbs nothing.
        assertThat(test.chain.testBlock(TestChain.block(test.tip(), 5), TestChain.NOW, true))
                .isNull();
        Block known = blocks.get(PORTION_BLOCKS - 1);
        assertThat(test.chain.coins().coin(TestChain.coinbaseOf(known))).isNotNull();
        assertThat(test.chain.coins().coin(TestChain.coinbaseOf(blocks.get(PORTION_BLOCKS))))
                .isNull();
        test.chain.flush();

        assertThat(test.chain.activateSome()).isTrue();
        assertThat(test.chain.activateSome()).isFalse();
        assertThat(test.height()).isEqualTo(2_300);
        assertThat(test.coinsHash()).isEqualTo(whole.coinsHash());
    }

    @Test
    void anotherGoalBetweenTwoPortions() {
        List<Block> blocks = longChain(2_300);
        TestChain test = new TestChain(1);
        store(test, blocks);
        test.chain.activateSome();
        BlockEntry barred = Objects.requireNonNull(
                test.chain.tree().find(blocks.get(PORTION_BLOCKS + 9).hash()));
        test.chain.invalidate(barred);
        test.chain.activateBest();
        assertThat(test.height()).isEqualTo(PORTION_BLOCKS + 9);

        test.chain.reconsider(barred);
        test.chain.activateBest();
        assertThat(test.height()).isEqualTo(2_300);
    }

    @Test
    void aLongReorganisationNeverShowsLessWork() {
        TestChain test = new TestChain(1);
        test.mineMany(1_500);
        Hash256 before = test.tip().hash();
        List<Block> branch = TestChain.branch(test.chain.tree().genesis(), 2_800, 9);
        store(test, branch);
        int shown = test.height();
        boolean more = true;
        while (more) {
            more = test.chain.activateSome();
            assertThat(test.height()).isGreaterThanOrEqualTo(shown);
            shown = test.height();
        }
        assertThat(test.tip().hash()).isNotEqualTo(before);
        assertThat(test.height()).isEqualTo(2_800);
    }

    @Test
    void aClosedChainGoesNoFurther() {
        TestChain test = new TestChain(1);
        store(test, longChain(1_200));
        test.chain.activateSome();
        test.chain.close();
        assertThat(test.chain.activateSome()).isFalse();
        assertThat(test.open().height()).isEqualTo(1_200);
    }
}
