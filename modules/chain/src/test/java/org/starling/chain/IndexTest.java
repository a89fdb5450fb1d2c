package org.starling.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.index.BlockFilter;
import org.starling.chain.index.ChainIndex;
import org.starling.chain.index.CoinStatsIndex;
import org.starling.chain.index.FilterIndex;
import org.starling.chain.index.TxIndex;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;

/** The indexes follow the chain, forwards and over reorganisations. */
class IndexTest {
    private static final long COIN = 100_000_000;
    private static final long SUBSIDY = 50 * COIN;

    private final TestChain test = new TestChain(1);

    @Test
    void anIndexCatchesUpInPortionsAndFollows() throws Exception {
        test.mineMany(700);
        IndexedChain indexed = new IndexedChain(test);
        assertThat(indexed.filters.status()).isEqualTo(new ChainIndex.Status(false, -1));

        for (int index = 0; index < 3; index++) {
            assertThat(indexed.lane.step()).isTrue();
        }
        assertThat(indexed.filters.status()).isEqualTo(new ChainIndex.Status(false, 499));

        indexed.lane.drain();
        assertThat(indexed.filters.status()).isEqualTo(new ChainIndex.Status(true, 700));
        test.mine();
        assertThat(indexed.filters.status().height()).isEqualTo(700);
        indexed.lane.drain();
        assertThat(indexed.filters.status()).isEqualTo(new ChainIndex.Status(true, 701));
    }

    @Test
    void aTransactionIsFoundByItsId() throws Exception {
        IndexedChain indexed = new IndexedChain(test);
        Block first = test.mine();
        test.mineMany(100);
        Transaction spend = TestChain.spend(SUBSIDY, 1, TestChain.coinbaseOf(first));
        test.mine(spend);
        indexed.lane.drain();

        TxIndex.Found found = Objects.requireNonNull(indexed.transactions.find(spend.txid()));

        assertThat(found.transaction()).isEqualTo(spend);
        assertThat(found.block()).isEqualTo(test.tip());
        assertThat(found.place()).isEqualTo(1);
        Transaction genesis = TestChain.PARAMS.genesis().transactions().getFirst();
        assertThat(indexed.transactions.find(genesis.txid())).isNull();
        assertThat(indexed.transactions.find(Hash256.ZERO)).isNull();
    }

    @Test
    void theFiguresAreThoseThatAWholeScanGives() throws Exception {
        IndexedChain indexed = new IndexedChain(test);
        Block first = test.mine();
        test.mineMany(101);
        for (int i = 0; i < 3; i++) {
            test.mine(TestChain.spend(SUBSIDY - 100 * i, i, TestChain.coinbaseOf(i == 0 ? first : blockAt(i + 1))));
            indexed.lane.drain();

            CoinStatsIndex.Figures figures = figures(indexed, test.tip());
            CoinStatistics scanned = CoinStatistics.compute(test.chain, CoinStatistics.HashType.MUHASH);
            assertThat(figures.muHash()).isEqualTo(scanned.hash());
            assertThat(figures.outputs()).isEqualTo(scanned.outputs());
            assertThat(figures.bogoSize()).isEqualTo(scanned.bogoSize());
            assertThat(figures.totalAmount()).isEqualTo(scanned.totalAmount());
        }
        CoinStatsIndex.Figures genesis = figures(indexed, test.chain.tree().genesis());
        assertThat(genesis.totalUnspendable()).isEqualTo(SUBSIDY);
        assertThat(genesis.outputs()).isZero();
    }

    @Test
    void theChangesOfABlockAddUp() throws Exception {
        IndexedChain indexed = new IndexedChain(test);
        Block first = test.mine();
        test.mineMany(100);
        // The builder's coinbase does not claim the fee of 7 BTC.
        test.mine(TestChain.spend(SUBSIDY - 7 * COIN, 1, TestChain.coinbaseOf(first)));
        indexed.lane.drain();

        CoinStatsIndex.Figures figures = figures(indexed, test.tip());

        assertThat(figures.change())
                .isEqualTo(new CoinStatsIndex.Change(SUBSIDY, SUBSIDY - 7 * COIN, SUBSIDY, 0, 0, 0, 7 * COIN));
        assertThat(figures.totalUnspendable()).isEqualTo(SUBSIDY + 7 * COIN);
        assertThat(figures.totalAmount()).isEqualTo(102 * SUBSIDY - 7 * COIN);
    }

    @Test
    void aReorganisationIsFollowedAndWhatWasIndexedStays() throws Exception {
        IndexedChain indexed = new IndexedChain(test);
        test.mineMany(10);
        indexed.lane.drain();
        BlockEntry stale = test.tip();
        CoinStatsIndex.Figures before = figures(indexed, stale);

        TestChain.branch(Objects.requireNonNull(stale.ancestor(6)), 6, 9).forEach(test::give);
        assertThat(test.height()).isEqualTo(12);
        indexed.lane.drain();

        assertThat(indexed.coins.status()).isEqualTo(new ChainIndex.Status(true, 12));
        assertThat(figures(indexed, test.tip()).muHash())
                .isEqualTo(CoinStatistics.compute(test.chain, CoinStatistics.HashType.MUHASH)
                        .hash());
        assertThat(indexed.coins.figures(stale)).isEqualTo(before);
        assertThat(indexed.filters.filter(stale)).isNotNull();
        Transaction ofStale = test.chain.readBlock(stale).transactions().getFirst();
        assertThat(Objects.requireNonNull(indexed.transactions.find(ofStale.txid()))
                        .block())
                .isEqualTo(stale);
        requireFilterChain(indexed);
    }

    @Test
    void aChainThatIsBehindIsWaitedFor() throws Exception {
        IndexedChain indexed = new IndexedChain(test);
        test.mineMany(5);
        indexed.lane.drain();
        BlockEntry fourth = blockEntry(4);

        test.chain.invalidate(fourth);
        test.chain.activateBest();
        indexed.lane.drain();
        assertThat(indexed.coins.status()).isEqualTo(new ChainIndex.Status(true, 3));

        test.chain.reconsider(fourth);
        test.chain.activateBest();
        long writes = test.disk.writes();
        indexed.lane.drain();
        assertThat(indexed.coins.status()).isEqualTo(new ChainIndex.Status(true, 5));
        assertThat(test.disk.writes()).isEqualTo(writes);
    }

    @Test
    void anIndexGoesOnWhereItWas() throws Exception {
        IndexedChain indexed = new IndexedChain(test);
        test.mineMany(5);
        indexed.lane.drain();
        test.chain.close();
        test.open();
        test.mineMany(2);

        IndexedChain again = indexed.reopen();

        assertThat(again.coins.status()).isEqualTo(new ChainIndex.Status(false, 5));
        again.lane.drain();
        assertThat(again.coins.status()).isEqualTo(new ChainIndex.Status(true, 7));
        requireFilterChain(again);
    }

    @Test
    void aReorganisationWhileTheIndexWasOffIsMadeGood() throws Exception {
        IndexedChain indexed = new IndexedChain(test);
        test.mineMany(5);
        indexed.lane.drain();
        test.chain.close();
        test.open();
        TestChain.branch(blockEntry(2), 5, 4).forEach(test::give);

        IndexedChain again = indexed.reopen();
        again.lane.drain();

        assertThat(figures(again, test.tip()).muHash())
                .isEqualTo(CoinStatistics.compute(test.chain, CoinStatistics.HashType.MUHASH)
                        .hash());
        requireFilterChain(again);
    }

    @Test
    void pruningLeavesWhatAnIndexStillNeeds() throws Exception {
        TestChain pruning = pruning();
        pruning.mineMany(1100);
        IndexedChain indexed = new IndexedChain(pruning);
        pruning.chain.prune(700);
        assertThat(pruning.chain.isPruned()).isFalse();

        indexed.lane.drain();
        pruning.chain.prune(700);

        assertThat(pruning.chain.isPruned()).isTrue();
        assertThat(indexed.filters.filter(
                        Objects.requireNonNull(pruning.chain.tree().activeAt(3))))
                .isNotNull();
    }

    @Test
    void anIndexWhoseBlocksArePrunedDoesNotBegin() {
        TestChain pruning = pruning();
        pruning.mineMany(1100);
        pruning.chain.prune(700);
        assertThat(pruning.chain.isPruned()).isTrue();

        assertThatThrownBy(() -> new IndexedChain(pruning))
                .isInstanceOf(ChainIndex.PrunedException.class)
                .hasMessage("txindex best block of the index goes beyond pruned data. Please disable the index or"
                        + " reindex (which will download the whole blockchain again)");
    }

    private static TestChain pruning() {
        return new TestChain(
                3,
                new ChainOptions(TestChain.PARAMS)
                        .withPrune(ChainOptions.Prune.MANUAL)
                        .withMaxBlockFileBytes(ChainOptions.FAST_PRUNE_FILE_BYTES));
    }

    private void requireFilterChain(IndexedChain indexed) throws Exception {
        List<BlockFilter> filters = Objects.requireNonNull(indexed.filters.filters(0, test.tip()));
        List<FilterIndex.Commitment> commitments = Objects.requireNonNull(indexed.filters.commitments(0, test.tip()));
        Hash256 header = Hash256.ZERO;
        for (int height = 0; height < filters.size(); height++) {
            Block block = height == 0 ? TestChain.PARAMS.genesis() : test.chain.readBlock(blockEntry(height));
            Bytes paid = block.transactions().getFirst().outputs().getFirst().scriptPubKey();
            assertThat(filters.get(height).matchesAny(java.util.Set.of(paid))).isTrue();
            header = filters.get(height).header(header);
            assertThat(commitments.get(height).header()).isEqualTo(header);
            assertThat(commitments.get(height).filterHash())
                    .isEqualTo(filters.get(height).hash());
        }
    }

    private static CoinStatsIndex.Figures figures(IndexedChain indexed, BlockEntry entry) {
        return Objects.requireNonNull(indexed.coins.figures(entry));
    }

    private BlockEntry blockEntry(int height) {
        return Objects.requireNonNull(test.chain.tree().activeAt(height));
    }

    private Block blockAt(int height) {
        return test.chain.readBlock(blockEntry(height));
    }
}
