package org.starling.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.ChainParams;
import org.starling.consensus.OutPoint;
import org.starling.consensus.RegtestOptions;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;
import org.starling.world.StorageException;

class ChainTest {
    private static final long SUBSIDY = 50_0000_0000L;

    private final TestChain test = new TestChain(1);
    private final Chain chain = test.chain;

    @Test
    void beginsWithGenesisAndNoCoins() {
        assertThat(test.height()).isZero();
        assertThat(chain.tree().tip()).isSameAs(chain.tree().genesis());
        assertThat(chain.readBlock(test.tip())).isEqualTo(TestChain.PARAMS.genesis());
        assertThat(chain.coins().has(TestChain.coinbaseOf(TestChain.PARAMS.genesis())))
                .isFalse();
        CoinStatistics statistics = CoinStatistics.compute(chain, CoinStatistics.HashType.MUHASH);
        assertThat(statistics.outputs()).isZero();
        // The hash of no coins at all, whichever chain it is.
        assertThat(statistics.hash().toString())
                .isEqualTo("dd5ad2a105c2d29495f577245c357409002329b9f4d6182c0af3dc2f462555c8");
    }

    @Test
    void extendsBySpendingBlocks() {
        Block first = test.mine();
        test.mineMany(100);
        Transaction spend = TestChain.spend(SUBSIDY, 1, TestChain.coinbaseOf(first));
        Transaction chained = TestChain.spend(SUBSIDY, 2, spend.outPoint(0));
        Block block = test.mine(spend, chained);
        assertThat(test.height()).isEqualTo(102);
        assertThat(chain.coins().has(TestChain.coinbaseOf(first))).isFalse();
        assertThat(chain.coins().has(spend.outPoint(0))).isFalse();
        assertThat(chain.coins().coin(chained.outPoint(0)).height()).isEqualTo(102);
        assertThat(chain.coins().has(chained.outPoint(1))).as("OP_RETURN").isFalse();
        BlockUndo undo = chain.readUndo(test.tip());
        assertThat(undo.spentBy(1)).hasSize(1);
        assertThat(undo.spentBy(1).getFirst().coinbase()).isTrue();
        assertThat(undo.spentBy(2).getFirst().height()).isEqualTo(102);
        assertThat(chain.readBlock(test.tip())).isEqualTo(block);
        assertThat(test.tip().chainTransactionCount()).isEqualTo(105);
        assertThat(test.events).hasSize(102).endsWith("+101", "+102");
    }

    @Test
    void refusesWhatTheRulesForbid() {
        Block first = test.mine();
        Transaction early = TestChain.spend(SUBSIDY, 1, TestChain.coinbaseOf(first));
        assertRefused(TestChain.block(test.tip(), 1, early), "bad-txns-premature-spend-of-coinbase");
        test.mineMany(100);
        Transaction missing = TestChain.spend(1, 1, new OutPoint(Hash256.fromHex("ab".repeat(32)), 0));
        assertRefused(TestChain.block(test.tip(), 1, missing), "bad-txns-inputs-missingorspent");
        Transaction spend = TestChain.spend(SUBSIDY, 1, TestChain.coinbaseOf(first));
        Transaction again = TestChain.spend(SUBSIDY, 2, TestChain.coinbaseOf(first));
        assertRefused(TestChain.block(test.tip(), 2, spend, again), "bad-txns-inputs-missingorspent");
        Transaction inflated = TestChain.spend(SUBSIDY + 1, 1, TestChain.coinbaseOf(first));
        assertRefused(TestChain.block(test.tip(), 3, inflated), "bad-txns-in-belowout");
        assertThat(test.height()).isEqualTo(101);
        assertThat(chain.coins().has(TestChain.coinbaseOf(first))).isTrue();
        test.mine(spend);
        assertThat(test.height()).isEqualTo(102);
        Block badHash = TestChain.block(test.tip(), 9);
        BlockHeader header = badHash.header();
        int nonce = 0;
        while (header.hash().toArray()[31] >= 0) {
            header = header.withNonce(nonce++);
        }
        assertThat(chain.processBlock(Block.of(header, badHash.transactions()), true, TestChain.NOW, true))
                .isEqualTo(new Acceptance.Refused(
                        Rejection.of(Rejection.Kind.INVALID_HEADER, "high-hash", "proof of work failed")));
    }

    private void assertRefused(Block block, String reason) {
        Hash256 before = test.coinsHash();
        Acceptance outcome = test.give(block);
        assertThat(outcome).isInstanceOf(Acceptance.Refused.class);
        assertThat(((Acceptance.Refused) outcome).rejection().reason()).isEqualTo(reason);
        assertThat(test.coinsHash()).isEqualTo(before);
        assertThat(chain.tree().find(block.hash()).isFailed()).isTrue();
        assertThat(((Acceptance.Refused) test.give(block)).rejection().reason()).isEqualTo("duplicate-invalid");
        Block child = TestChain.block(chain.tree().find(block.hash()), 0);
        assertThat(((Acceptance.Refused) test.give(child)).rejection().reason()).isEqualTo("bad-prevblk");
    }

    @Test
    void blocksMayComeInAnyOrder() {
        List<Block> blocks = TestChain.branch(test.tip(), 20, 5);
        List<BlockHeader> headers = blocks.stream().map(Block::header).toList();
        assertThat(((Acceptance.Refused) test.give(blocks.get(3))).rejection().reason())
                .isEqualTo("prev-blk-not-found");
        assertThat(chain.acceptHeaders(headers, TestChain.NOW, true)).isInstanceOf(Acceptance.Accepted.class);
        assertThat(chain.tree().bestHeader().height()).isEqualTo(20);
        for (int i = 19; i > 0; i--) {
            test.give(blocks.get(i));
            assertThat(test.height()).isZero();
        }
        test.give(blocks.getFirst());
        assertThat(test.height()).isEqualTo(20);
    }

    @Test
    void reorganisesAtEveryDepth() {
        Block first = test.mine();
        test.mineMany(110);
        Transaction toBeUndone = TestChain.spend(SUBSIDY, 1, TestChain.coinbaseOf(first));
        test.mine(toBeUndone);
        int fork = test.height() - 1;
        BlockEntry base = chain.tree().activeAt(fork);
        Hash256 afterLast = null;
        for (int depth = 1; depth <= 100; depth += depth < 5 ? 1 : 19) {
            int needed = test.height() - fork + 1;
            List<Block> branch = TestChain.branch(base, needed, 1000 + depth);
            branch.forEach(test::give);
            assertThat(test.tip().hash()).isEqualTo(branch.getLast().hash());
            assertThat(chain.coins().has(TestChain.coinbaseOf(first))).isTrue();
            test.mineMany(depth);
            afterLast = test.coinsHash();
        }
        // The same blocks on a chain that never reorganised give the same coins.
        TestChain straight = new TestChain(2);
        for (int height = 1; height <= test.height(); height++) {
            straight.give(chain.readBlock(chain.tree().activeAt(height)));
        }
        assertThat(straight.coinsHash()).isEqualTo(afterLast);
        assertThat(straight.tip().hash()).isEqualTo(test.tip().hash());
    }

    @Test
    void aBetterBranchWithABadBlockIsFollowedOnlyUpToIt() {
        test.mineMany(105);
        BlockEntry base = chain.tree().activeAt(100);
        Hash256 tip = test.tip().hash();
        Hash256 coins = test.coinsHash();
        List<Block> branch = new ArrayList<>(TestChain.branch(base, 3, 77));
        HeaderTree scratch = scratch(base, branch);
        Transaction bad = TestChain.spend(1, 1, new OutPoint(Hash256.fromHex("cd".repeat(32)), 0));
        BlockEntry third = scratch.find(branch.getLast().hash());
        Block broken = TestChain.block(third, 77, bad);
        BlockEntry fourth = scratch.add(broken.header(), broken.hash(), third);
        branch.add(broken);
        branch.addAll(TestChain.branch(fourth, 4, 78));
        branch.forEach(block -> chain.acceptBlock(block, true, TestChain.NOW, true));
        test.events.clear();
        chain.activateBest();
        assertThat(test.tip().hash()).isEqualTo(tip);
        assertThat(test.coinsHash()).isEqualTo(coins);
        assertThat(chain.tree().find(broken.hash()).isFailed()).isTrue();
        assertThat(chain.tree().find(branch.getLast().hash()).isInvalid()).isTrue();
        assertThat(chain.tree().find(branch.getLast().hash()).isFailed()).isFalse();
        assertThat(chain.tree().find(branch.get(2).hash()).isInvalid()).isFalse();
        assertThat(chain.rejectionOf(broken.hash()).reason()).isEqualTo("bad-txns-inputs-missingorspent");
        assertThat(chain.tree().bestHeader().hash()).isEqualTo(tip);
        assertThat(test.events)
                .containsExactly(
                        "-105", "-104", "-103", "-102", "-101", "+101", "+102", "+103", "-103", "-102", "-101", "+101",
                        "+102", "+103", "+104", "+105");
    }

    private static HeaderTree scratch(BlockEntry base, List<Block> branch) {
        HeaderTree scratch = new HeaderTree(TestChain.PARAMS.genesis().header());
        BlockEntry at = scratch.genesis();
        for (int height = 1; height <= base.height(); height++) {
            at = scratch.add(
                    base.ancestor(height).header(), base.ancestor(height).hash(), at);
        }
        for (Block block : branch) {
            at = scratch.add(block.header(), block.hash(), at);
        }
        return scratch;
    }

    @Test
    void anOperatorMayInvalidateAndReconsider() {
        test.mineMany(10);
        BlockEntry tip = test.tip();
        BlockEntry seventh = chain.tree().activeAt(7);
        chain.invalidate(seventh);
        chain.activateBest();
        assertThat(test.height()).isEqualTo(6);
        assertThat(tip.isInvalid()).isTrue();
        List<Block> other = TestChain.branch(test.tip(), 2, 3);
        other.forEach(test::give);
        assertThat(test.height()).isEqualTo(8);
        chain.reconsider(tip);
        chain.activateBest();
        assertThat(test.tip()).isSameAs(tip);
        assertThat(seventh.isInvalid()).isFalse();
        assertThatThrownBy(() -> chain.invalidate(chain.tree().genesis())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ofEqualWorkTheFirstStaysUnlessAnotherIsPreferred() {
        test.mineMany(3);
        BlockEntry base = test.tip();
        Block a = TestChain.block(base, 1);
        Block b = TestChain.block(base, 2);
        test.give(a);
        test.give(b);
        assertThat(test.tip().hash()).isEqualTo(a.hash());
        chain.prefer(chain.tree().find(b.hash()));
        chain.activateBest();
        assertThat(test.tip().hash()).isEqualTo(b.hash());
        chain.prefer(chain.tree().find(a.hash()));
        chain.activateBest();
        assertThat(test.tip().hash()).isEqualTo(a.hash());
    }

    @Test
    void blocksThatNoOneAskedForAreKeptOnlyIfUseful() {
        test.mineMany(5);
        Block old = TestChain.block(chain.tree().activeAt(2), 9);
        assertThat(chain.processBlock(old, false, TestChain.NOW, true))
                .isEqualTo(new Acceptance.Accepted(chain.tree().find(old.hash()), false));
        assertThat(chain.tree().find(old.hash()).hasBlock()).isFalse();
        Block next = TestChain.block(test.tip(), 9);
        chain.processBlock(next, false, TestChain.NOW, true);
        assertThat(test.tip().hash()).isEqualTo(next.hash());
    }

    @Test
    void aTemplateIsTriedWithoutEffect() {
        Block first = test.mine();
        test.mineMany(100);
        Hash256 before = test.coinsHash();
        Transaction spend = TestChain.spend(SUBSIDY, 1, TestChain.coinbaseOf(first));
        assertThat(chain.testBlock(TestChain.block(test.tip(), 1, spend), TestChain.NOW, false))
                .isNull();
        Transaction missing = TestChain.spend(1, 1, new OutPoint(Hash256.fromHex("ab".repeat(32)), 0));
        assertThat(chain.testBlock(TestChain.block(test.tip(), 1, spend, missing), TestChain.NOW, true)
                        .reason())
                .isEqualTo("bad-txns-inputs-missingorspent");
        assertThat(test.coinsHash()).isEqualTo(before);
        assertThat(test.height()).isEqualTo(101);
    }

    @Test
    void everythingIsThereAgainAfterARestart() {
        Block first = test.mine();
        test.mineMany(101);
        test.mine(TestChain.spend(SUBSIDY, 1, TestChain.coinbaseOf(first)));
        List<Block> side = TestChain.branch(chain.tree().activeAt(90), 5, 4);
        side.forEach(test::give);
        chain.invalidate(test.tip());
        chain.activateBest();
        BlockEntry tip = test.tip();
        Hash256 coins = test.coinsHash();
        chain.close();
        test.open();
        assertThat(test.tip()).isNotSameAs(tip);
        assertThat(test.tip().hash()).isEqualTo(tip.hash());
        assertThat(test.coinsHash()).isEqualTo(coins);
        BlockEntry sideTip = test.chain.tree().find(side.getLast().hash());
        assertThat(sideTip.chainTransactionCount()).isEqualTo(91 + 5);
        assertThat(test.chain.tree().tips()).hasSize(3);
        assertThat(test.chain.readBlock(sideTip)).isEqualTo(side.getLast());
        test.mineMany(3);
        assertThat(test.height()).isEqualTo(105);
    }

    @Test
    void scriptsAreChecked() {
        Block first = test.mine();
        test.mineMany(100);
        Transaction lock = Transaction.of(
                2,
                List.of(new org.starling.consensus.TxIn(
                        TestChain.coinbaseOf(first), org.starling.bytes.Bytes.EMPTY, -1)),
                List.of(
                        new org.starling.consensus.TxOut(SUBSIDY, org.starling.bytes.Bytes.fromHex("00")),
                        new org.starling.consensus.TxOut(0, TestChain.ANYONE)),
                0);
        test.mine(lock);
        Hash256 coins = test.coinsHash();
        Transaction bad = TestChain.spend(1, 1, lock.outPoint(0));
        Acceptance outcome = test.give(TestChain.block(test.tip(), 1, bad));
        assertThat(((Acceptance.Refused) outcome).rejection().reason())
                .isEqualTo("mandatory-script-verify-flag-failed (Script evaluated without error but finished with a"
                        + " false/empty top stack element)");
        assertThat(test.coinsHash()).isEqualTo(coins);
        // In a branch of several, what was connected behind it is taken back as well.
        Block broken = TestChain.block(test.tip(), 2, bad);
        HeaderTree scratch = scratch(test.tip(), List.of(broken));
        List<Block> branch = new ArrayList<>(List.of(broken));
        branch.addAll(TestChain.branch(scratch.find(broken.hash()), 5, 6));
        branch.forEach(block -> chain.acceptBlock(block, true, TestChain.NOW, true));
        chain.activateBest();
        assertThat(test.height()).isEqualTo(102);
        assertThat(test.coinsHash()).isEqualTo(coins);
    }

    @Test
    void aFullDiskStopsTheChainAndLosesNothing() {
        test.mineMany(20);
        chain.flush();
        Hash256 coins = test.coinsHash();
        test.disk.setFreeBytes(500);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10; i++) {
                        test.mine();
                        chain.flush();
                    }
                })
                .isInstanceOf(StorageException.class);
        assertThatThrownBy(chain::activateBest).isInstanceOf(StorageException.class);
        chain.close();
        test.disk.setFreeBytes(Long.MAX_VALUE / 4);
        test.open();
        assertThat(test.height()).isGreaterThanOrEqualTo(20);
        test.chain.invalidate(test.chain.tree().activeAt(20));
        test.chain.activateBest();
        test.chain.reconsider(
                test.chain.tree().find(test.chain.tree().bestHeader().hash()));
        test.chain.activateBest();
        while (test.height() > 20) {
            test.chain.invalidate(test.tip());
            test.chain.activateBest();
        }
        assertThat(test.coinsHash()).isEqualTo(coins);
    }

    /** BIP-0030: where coinbases need not state their height, one may not repeat another that is unspent. */
    @Test
    void aCoinbaseMayNotRepeatAnUnspentOne() {
        ChainParams params = ChainParams.regtest(RegtestOptions.DEFAULT.withActivationHeight("bip34@1000"));
        TestChain early = new TestChain(9, new ChainOptions(params));
        Block first = early.mine();
        early.mineMany(3);
        BlockEntry tip = early.tip();
        BlockHeader header = new BlockHeader(4, tip.hash(), first.header().merkleRoot(), tip.time() + 1, tip.bits(), 0);
        Block repeat = TestChain.solved(Block.of(header, first.transactions()));
        assertThat(early.chain.testBlock(repeat, TestChain.NOW, true).reason()).isEqualTo("bad-txns-BIP30");
        // The coin is found in the store as well as in memory.
        early.chain.close();
        early.open();
        assertThat(((Acceptance.Refused) early.give(repeat)).rejection().reason())
                .isEqualTo("bad-txns-BIP30");
        assertThat(early.height()).isEqualTo(4);
    }

    /** What is left as the best header is valid, even if all that has more work was built on the invalid block. */
    @Test
    void anInvalidatedBranchLeavesNoBestHeaderBehind() {
        TestChain test = new TestChain(1);
        test.mineMany(6);
        Block header = TestChain.block(test.tip(), 1);
        test.chain.acceptHeaders(List.of(header.header()), TestChain.NOW, true);
        test.chain.invalidate(test.chain.tree().activeAt(3));
        test.chain.activateBest();
        assertThat(test.height()).isEqualTo(2);
        assertThat(test.chain.tree().bestHeader()).isEqualTo(test.tip());
    }
}
