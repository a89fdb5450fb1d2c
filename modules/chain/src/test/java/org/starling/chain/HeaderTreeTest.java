package org.starling.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Hash256;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.ChainParams;

class HeaderTreeTest {
    private final HeaderTree tree =
            new HeaderTree(ChainParams.regtest().genesis().header());

    @Test
    void everyAncestorIsFoundFromEverywhere() {
        List<BlockEntry> chain = extend(tree.genesis(), 700, 0);
        for (int height = 0; height < chain.size(); height += 13) {
            BlockEntry entry = chain.get(height);
            for (int target = 0; target <= height; target++) {
                assertThat(entry.ancestor(target)).isSameAs(chain.get(target));
            }
            assertThat(entry.ancestor(height + 1)).isNull();
            assertThat(entry.ancestor(-1)).isNull();
        }
    }

    @Test
    void chainsMeetAtTheirFork() {
        List<BlockEntry> a = extend(tree.genesis(), 300, 0);
        for (int fork : new int[] {0, 1, 2, 63, 64, 65, 150, 255, 256, 299, 300}) {
            List<BlockEntry> b = extend(a.get(fork), 77, fork + 1);
            assertThat(a.getLast().forkWith(b.getLast())).isSameAs(a.get(fork));
            assertThat(b.getLast().forkWith(a.getLast())).isSameAs(a.get(fork));
            assertThat(b.get(40).forkWith(b.getLast())).isSameAs(b.get(40));
        }
    }

    @Test
    void locatorsLeadBackToTheFork() {
        List<BlockEntry> ours = extend(tree.genesis(), 500, 0);
        List<BlockEntry> theirs = extend(ours.get(400), 30, 1);
        tree.setTip(ours.getLast());
        List<Hash256> locator = tree.locator(theirs.getLast());
        assertThat(locator.getFirst()).isEqualTo(theirs.getLast().hash());
        assertThat(locator.getLast()).isEqualTo(tree.genesis().hash());
        assertThat(locator).hasSizeLessThan(25);
        BlockEntry fork = tree.forkOf(locator);
        assertThat(fork.height()).isBetween(300, 400);
        assertThat(tree.isActive(fork)).isTrue();
        assertThat(tree.forkOf(List.of())).isSameAs(tree.genesis());
        assertThat(tree.activeAfter(ours.get(10))).isSameAs(ours.get(11));
        assertThat(tree.activeAfter(theirs.getLast())).isNull();
        assertThat(tree.activeAfter(ours.getLast())).isNull();
        assertThat(tree.tips()).containsExactly(ours.getLast(), theirs.getLast());
    }

    @Test
    void workAddsUp() {
        List<BlockEntry> chain = extend(tree.genesis(), 9, 0);
        assertThat(chain.getLast().chainWork().toBigInteger().intValueExact()).isEqualTo(2 * 10);
    }

    private List<BlockEntry> extend(BlockEntry from, int count, int salt) {
        List<BlockEntry> chain = new ArrayList<>();
        for (int height = 0; height <= from.height(); height++) {
            chain.add(from.ancestor(height));
        }
        BlockEntry at = from;
        for (int i = 0; i < count; i++) {
            BlockHeader header = new BlockHeader(
                    4, at.hash(), Hash256.ZERO, at.time() + 600, tree.genesis().bits(), salt);
            at = tree.add(header, header.hash(), at);
            chain.add(at);
        }
        return chain;
    }
}
