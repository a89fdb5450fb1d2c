package org.starling.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Hash256;
import org.starling.chain.ChainOptions.Rebuild;
import org.starling.consensus.Block;
import org.starling.consensus.OutPoint;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Durability;
import org.starling.world.SameThreadWorkers;
import org.starling.world.SeededRandomness;
import org.starling.world.StorageException;

/** Building coins or index again from what is on disk, and checking whether that is necessary. */
class RebuildTest {
    private static final ChainOptions SMALL_FILES =
            new ChainOptions(TestChain.PARAMS).withMaxBlockFileBytes(ChainOptions.FAST_PRUNE_FILE_BYTES);

    private final TestChain test = new TestChain(5, SMALL_FILES);
    private Block first = TestChain.PARAMS.genesis();
    private Hash256 coins = Hash256.ZERO;

    @BeforeEach
    void makeAChain() {
        first = test.mine();
        test.mineMany(100);
        test.mine(TestChain.spend(1_000, 1, TestChain.coinbaseOf(first)));
        coins = test.coinsHash();
        test.chain.close();
    }

    private Chain open(Rebuild rebuild) {
        return Chain.open(
                SMALL_FILES.withRebuild(rebuild),
                test.store,
                test.files,
                new SameThreadWorkers(),
                new SeededRandomness(7),
                TestChain.NOW);
    }

    private void removeCoin(OutPoint outPoint) {
        KeyValueStore.Batch batch = test.store.batch().delete(ChainStore.coinKey(outPoint));
        test.store.write(batch, Durability.SYNCED);
    }

    @Test
    void theCoinsAloneAreBuiltAgain() {
        byte[] undo = test.files.read("rev00000.dat");
        Chain chain = open(Rebuild.COINS);
        assertThat(chain.tree().tip().height()).isZero();
        assertThat(chain.tree().bestHeader().height()).isEqualTo(102);
        chain.activateBest();
        assertThat(CoinStatistics.compute(chain, CoinStatistics.HashType.SERIALIZED_3)
                        .hash())
                .isEqualTo(coins);
        assertThat(test.files.read("rev00000.dat")).isEqualTo(undo);
    }

    @Test
    void whereNoBlocksAreLeftTheIndexIsBuiltFromThoseThatCome() {
        List<Block> blocks = new ArrayList<>();
        TestChain donor = new TestChain(6);
        for (int i = 0; i < 3; i++) {
            blocks.add(donor.mine());
        }
        test.files.list("").stream().filter(name -> name.endsWith(".dat")).forEach(test.files::delete);
        Chain chain = open(Rebuild.INDEX);

        new BlockImport(chain, new SameThreadWorkers(), TestChain.NOW).finish();
        blocks.forEach(block -> chain.processBlock(block, true, TestChain.NOW, true));

        assertThat(chain.isReindexing()).isFalse();
        assertThat(chain.tree().tip().height()).isEqualTo(3);
    }

    @Test
    void aRemovalOfCoinsThatACrashEndedIsCompleted() {
        ChainStore store = new ChainStore(test.store);
        store.set(new byte[] {'Y'}, true);
        test.store.write(test.store.batch().delete(new byte[] {'B'}), Durability.SYNCED);
        removeCoin(TestChain.coinbaseOf(test.chain.readBlock(test.tip())));
        test.open();
        assertThat(test.height()).isEqualTo(102);
        assertThat(test.coinsHash()).isEqualTo(coins);
        assertThat(store.isRemovingCoins()).isFalse();
    }

    /** Blocks of a file may wait for parents in one that comes after it. */
    @Test
    void theIndexIsBuiltAgainFromBlocksInAnyOrder() {
        test.open();
        List<Block> branch = TestChain.branch(test.tip(), 600, 3);
        branch.forEach(block -> test.chain.acceptHeaders(List.of(block.header()), TestChain.NOW, true));
        branch.reversed().forEach(block -> test.chain.acceptBlock(block, true, TestChain.NOW, true));
        test.chain.activateBest();
        coins = test.coinsHash();
        test.chain.close();
        assertThat(test.files.list("")).contains("blk00002.dat");

        Chain chain = open(Rebuild.INDEX);
        BlockImport own = new BlockImport(chain, new SameThreadWorkers(), TestChain.NOW);
        assertThat(chain.isReindexing()).isTrue();
        assertThat(own.some()).isTrue();
        // A block that comes meanwhile from elsewhere does not get in the way of those on disk.
        Block stranger = TestChain.block(chain.tree().genesis(), 77);
        chain.acceptBlock(stranger, true, TestChain.NOW, true);
        BlockImport.Summary summary = own.finish();
        assertThat(summary.orphans()).isZero();
        assertThat(chain.isReindexing()).isFalse();
        assertThat(chain.tree().tip().height()).isEqualTo(702);
        assertThat(chain.readBlock(chain.tree().find(stranger.hash()))).isEqualTo(stranger);
        assertThat(CoinStatistics.compute(chain, CoinStatistics.HashType.SERIALIZED_3)
                        .hash())
                .isEqualTo(coins);
    }

    @Test
    void aNewIndexThatWasNotCompletedIsBegunAgain() {
        Chain chain = open(Rebuild.INDEX);
        chain.close();
        test.open();
        assertThat(test.height()).isEqualTo(102);
        assertThat(test.coinsHash()).isEqualTo(coins);
        test.mine();
        assertThat(test.files.list("")).doesNotContain("blk00001.dat");
    }

    @Test
    void soundCoinsPassEveryLevelOfTheCheckAndStayAsTheyAre() {
        Chain chain = open(Rebuild.NOTHING);
        for (int level = 0; level <= 4; level++) {
            chain.verify(0, level);
        }
        assertThat(CoinStatistics.compute(chain, CoinStatistics.HashType.SERIALIZED_3)
                        .hash())
                .isEqualTo(coins);
    }

    @Test
    void aMissingCoinIsFoundFromLevelThreeOn() {
        removeCoin(TestChain.coinbaseOf(test.chain.readBlock(test.tip())));
        Chain chain = open(Rebuild.NOTHING);
        assertThatCode(() -> chain.verify(6, 2)).doesNotThrowAnyException();
        assertThatThrownBy(() -> chain.verify(6, 3))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("Corrupted block database detected")
                .hasMessageContaining("-reindex-chainstate");
    }

    @Test
    void aPrunedNodeBeginsWithTheFilesThatStillFollowEachOther() {
        test.open();
        test.mineMany(600);
        test.chain.close();
        test.files.delete("blk00001.dat");
        assertThat(test.files.list("")).contains("blk00002.dat");
        ChainOptions pruning = SMALL_FILES.withPrune(ChainOptions.Prune.MANUAL).withRebuild(Rebuild.INDEX);
        Chain chain = Chain.open(
                pruning, test.store, test.files, new SameThreadWorkers(), new SeededRandomness(7), TestChain.NOW);
        BlockImport.Summary summary = new BlockImport(chain, new SameThreadWorkers(), TestChain.NOW).finish();
        assertThat(test.files.list("")).contains("blk00000.dat").doesNotContain("blk00002.dat");
        assertThat(summary.orphans()).isZero();
        assertThat(chain.tree().tip().height()).isGreaterThan(200);
    }
}
