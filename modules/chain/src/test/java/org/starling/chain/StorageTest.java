package org.starling.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.consensus.RegtestOptions;
import org.starling.world.FileStore.OpenFile;
import org.starling.world.StorageException;

/** What happens to the files: obfuscation, pruning, damage, building anew. */
class StorageTest {
    private static final ChainOptions SMALL_FILES = new ChainOptions(TestChain.PARAMS).withMaxBlockFileBytes(4_000);

    @Test
    void blockFilesAreThoseOfCore() {
        TestChain test = new TestChain(1, new ChainOptions(TestChain.PARAMS).withObfuscateBlocks(false));
        Block block = test.mine();
        test.chain.flush();
        assertThat(test.files.read("xor.dat")).containsOnly(0).hasSize(8);
        Bytes file = Bytes.wrap(test.files.read("blk00000.dat"));
        Bytes genesis = TestChain.PARAMS.genesis().serialized();
        assertThat(file.slice(0, 8).hex()).isEqualTo("fabfb5da1d010000");
        assertThat(file.slice(8, 8 + 285)).isEqualTo(genesis);
        assertThat(file.from(8 + 285 + 8)).isEqualTo(block.serialized());
        Bytes undo = Bytes.wrap(test.files.read("rev00000.dat"));
        // One transaction, so no undo for any: an empty vector, then the checksum.
        assertThat(undo.slice(0, 9).hex()).isEqualTo("fabfb5da0100000000");
        assertThat(undo.length()).isEqualTo(8 + 1 + 32);
    }

    @Test
    void aFreshStoreGetsAKeyThatStays() {
        TestChain test = new TestChain(1);
        test.mineMany(3);
        byte[] key = test.files.read("xor.dat");
        assertThat(Bytes.wrap(key)).isNotEqualTo(Bytes.wrap(new byte[8]));
        test.chain.close();
        Bytes file = Bytes.wrap(test.files.read("blk00000.dat"));
        assertThat(file.startsWith(TestChain.PARAMS.magic())).isFalse();
        test.open();
        assertThat(test.files.read("xor.dat")).isEqualTo(key);
        assertThat(test.height()).isEqualTo(3);
        test.chain.close();
        test.options = test.options.withObfuscateBlocks(false);
        assertThatThrownBy(test::open)
                .isInstanceOf(StorageException.class)
                .hasMessageStartingWith(
                        "The blocksdir XOR-key can not be disabled when a random key was already stored!");
    }

    @Test
    void everyPositionIsObfuscatedAlike() {
        XorKey key = XorKey.of(Bytes.fromHex("0102030405060708"));
        byte[] whole = new byte[100];
        key.apply(whole, 0, 100, 0);
        for (int from = 0; from < 20; from++) {
            for (int length = 0; length < 40; length++) {
                byte[] part = new byte[100];
                key.apply(part, from, length, from);
                assertThat(Bytes.wrap(part).slice(from, from + length))
                        .isEqualTo(Bytes.wrap(whole).slice(from, from + length));
                assertThat(part[from + length]).isZero();
            }
        }
        assertThat(whole[8]).isEqualTo((byte) 1);
        assertThat(whole[15]).isEqualTo((byte) 8);
    }

    @Test
    void pruningRemovesOldFilesOnly() {
        ChainParams params = ChainParams.regtest(RegtestOptions.DEFAULT.withFastPrune(true));
        TestChain test = new TestChain(
                1, new ChainOptions(params).withMaxBlockFileBytes(4_000).withPrune(ChainOptions.Prune.MANUAL));
        test.mineMany(500);
        List<String> before = test.files.list("");
        int lowest = test.chain.prune(200);
        assertThat(lowest).isBetween(150, 201);
        assertThat(test.chain.tree().activeAt(lowest).hasBlock()).isTrue();
        assertThat(test.chain.tree().activeAt(lowest - 1).hasBlock()).isFalse();
        assertThat(test.chain.isPruned()).isTrue();
        assertThat(test.files.list("").size()).isLessThan(before.size());
        BlockEntry old = test.chain.tree().activeAt(100);
        assertThat(old.hasBlock()).isFalse();
        assertThat(old.transactionCount()).isEqualTo(1);
        assertThatThrownBy(() -> test.chain.readBlock(old)).isInstanceOf(IllegalStateException.class);
        assertThat(test.chain.prune(500)).isBetween(150, 500 - 288 + 1);
        assertThat(test.chain.tree().activeAt(500 - 287).hasBlock()).isTrue();
        Hash256 coins = test.coinsHash();
        test.chain.close();
        test.open();
        assertThat(test.height()).isEqualTo(500);
        assertThat(test.chain.isPruned()).isTrue();
        assertThat(test.coinsHash()).isEqualTo(coins);
        test.mineMany(3);
        // Back to what is left, and forward again.
        test.chain.invalidate(test.chain.tree().activeAt(260));
        test.chain.activateBest();
        assertThat(test.height()).isEqualTo(259);
    }

    @Test
    void pruningByItselfKeepsToItsTarget() {
        ChainParams params = ChainParams.regtest(RegtestOptions.DEFAULT.withFastPrune(true));
        TestChain test = new TestChain(
                1,
                new ChainOptions(params).withMaxBlockFileBytes(4_000).withPrune(new ChainOptions.Prune(true, 100_000)));
        test.mineMany(600);
        long total = 0;
        for (String name : test.files.list("")) {
            total += test.files.read(name).length;
        }
        assertThat(total).isLessThan(110_000);
        assertThat(test.chain.tree().activeAt(600 - 287).hasBlock()).isTrue();
        assertThat(test.chain.tree().activeAt(10).hasBlock()).isFalse();
    }

    @Test
    void blocksThatTheIndexDoesNotKnowAreFoundOnDisk() {
        TestChain test = new TestChain(1, SMALL_FILES);
        test.mineMany(10);
        test.chain.flush();
        test.mineMany(40);
        Hash256 tip = test.tip().hash();
        // The process ends without a flush; what it wrote to the files is there, and a torn record behind it.
        List<String> names = test.files.list("");
        String last =
                names.stream().filter(name -> name.startsWith("blk")).toList().getLast();
        OpenFile file = test.files.open(last);
        file.write(file.size(), new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 0, 9);
        test.open();
        assertThat(test.tip().hash()).isEqualTo(tip);
        test.mineMany(1);
        test.chain.close();
        test.open();
        assertThat(test.height()).isEqualTo(51);
    }

    @Test
    void aFileCutShortIsAClearErrorAndReindexingGoesOnFromWhatIsLeft() {
        TestChain test = new TestChain(1, SMALL_FILES);
        test.mineMany(50);
        test.chain.close();
        List<String> names = test.files.list("").stream()
                .filter(name -> name.startsWith("blk"))
                .toList();
        OpenFile file = test.files.open(names.getLast());
        file.truncate(file.size() - 10);
        assertThatThrownBy(test::open)
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("is missing from " + names.getLast())
                .hasMessageContaining("-reindex");
        test.options = SMALL_FILES.withRebuild(ChainOptions.Rebuild.INDEX);
        test.open();
        assertThat(test.height()).isEqualTo(49);
        test.options = SMALL_FILES;
        test.chain.close();
        test.open();
        test.mineMany(5);
        assertThat(test.height()).isEqualTo(54);
    }

    @Test
    void aByteChangedInABlockIsFoundWhenItIsRead() {
        TestChain test = new TestChain(1);
        test.mineMany(3);
        test.chain.flush();
        BlockEntry second = test.chain.tree().activeAt(2);
        OpenFile file = test.files.open("blk00000.dat");
        byte[] one = new byte[1];
        file.read(second.blockPosition() + 10, one, 0, 1);
        one[0] ^= 1;
        file.write(second.blockPosition() + 10, one, 0, 1);
        assertThatThrownBy(() -> test.chain.readBlock(second)).isInstanceOf(StorageException.class);
        OpenFile undo = test.files.open("rev00000.dat");
        undo.write(second.undoPosition(), new byte[] {77}, 0, 1);
        assertThatThrownBy(() -> test.chain.readUndo(second))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void anotherChainsDirectoryIsRefused() {
        TestChain test = new TestChain(1);
        test.mineMany(2);
        test.chain.close();
        test.options = new ChainOptions(ChainParams.main());
        assertThatThrownBy(test::open)
                .isInstanceOf(StorageException.class)
                .hasMessage("Incorrect or no genesis block found. Wrong datadir for network?");
    }
}
