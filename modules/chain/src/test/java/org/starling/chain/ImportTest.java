package org.starling.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.world.SameThreadWorkers;

class ImportTest {
    private final TestChain test = new TestChain(3);

    /** Real blocks with real work, from genesis on. */
    @Test
    void takesTheFirstBlocksOfMainnet() throws IOException {
        Path file = Path.of(System.getProperty("starling.vectors", ""), "blocks/mainnet-first-439.blk.dat");
        assumeTrue(Files.exists(file), "vectors: " + file + " is not there");
        ChainOptions options = new ChainOptions(ChainParams.main());
        TestChain main = new TestChain(4, options);
        BlockImport.Summary summary = load(main, Files.readAllBytes(file), Bytes.EMPTY, new ArrayList<>());
        assertThat(summary.blocks()).isEqualTo(439);
        assertThat(main.height()).isEqualTo(438);
        assertThat(main.tip().isValidated()).isTrue();
        CoinStatistics coins = CoinStatistics.compute(main.chain, CoinStatistics.HashType.MUHASH);
        // Not from another program: a change of this value means that rules or hashing have changed.
        assertThat(coins.hash().toString())
                .isEqualTo("bbfed8c011991c30706e507a56d7e7f13f509a4ba66038253a179d4bcd7112a1");
        assertThat(coins.outputs()).isEqualTo(443);
        assertThat(coins.totalAmount()).isEqualTo(438 * 50_0000_0000L);
        main.chain.close();
        main.open();
        assertThat(CoinStatistics.compute(main.chain, CoinStatistics.HashType.MUHASH)
                        .hash())
                .isEqualTo(coins.hash());
    }

    @Test
    void blocksMayStandInAnyOrderWithGarbageBetween() {
        List<Block> blocks = new ArrayList<>(TestChain.branch(test.tip(), 60, 1));
        Collections.shuffle(blocks, new Random(5));
        ByteWriter file = new ByteWriter();
        file.bytes(Bytes.fromHex("00010203fabfb5"));
        for (Block block : blocks) {
            append(file, block);
        }
        file.bytes(TestChain.PARAMS.magic()).i32(200).bytes(new byte[200]);
        append(file, TestChain.block(test.tip(), 99));
        file.bytes(TestChain.PARAMS.magic()).i32(5000).bytes(new byte[300]);
        List<String> damage = new ArrayList<>();
        BlockImport.Summary summary = load(test, file.toArray(), Bytes.EMPTY, damage);
        assertThat(test.height()).isEqualTo(60);
        assertThat(summary).isEqualTo(new BlockImport.Summary(61, 61, 0, 0));
        assertThat(damage.getFirst()).startsWith("0..7 no block");
        assertThat(damage).anyMatch(line -> line.contains("the block is damaged"));
        assertThat(damage.getLast()).contains(".." + file.length() + " ");
    }

    @Test
    void anObfuscatedAndZeroPaddedFileIsRead() {
        Bytes key = Bytes.fromHex("0102030405060708");
        ByteWriter file = new ByteWriter();
        TestChain.branch(test.tip(), 5, 1).forEach(block -> append(file, block));
        byte[] bytes = file.toArray();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= (byte) (i % 8 + 1);
        }
        List<String> damage = new ArrayList<>();
        load(test, Arrays.copyOf(bytes, bytes.length + 100_000), key, damage);
        assertThat(test.height()).isEqualTo(5);
        assertThat(damage).isEmpty();
        // A second time there is nothing new; without the key there is nothing at all.
        assertThat(load(test, bytes, key, damage).stored()).isZero();
        assertThat(load(test, bytes, Bytes.EMPTY, damage).blocks()).isZero();
        assertThat(damage).hasSize(1);
    }

    @Test
    void orphansAreCounted() {
        List<Block> blocks = TestChain.branch(test.tip(), 5, 1);
        ByteWriter file = new ByteWriter();
        blocks.subList(1, 5).forEach(block -> append(file, block));
        assertThat(load(test, file.toArray(), Bytes.EMPTY, new ArrayList<>()))
                .isEqualTo(new BlockImport.Summary(4, 0, 0, 4));
        assertThat(test.height()).isZero();
    }

    private static void append(ByteWriter file, Block block) {
        file.bytes(TestChain.PARAMS.magic()).i32(block.totalLength()).bytes(block.serialized());
    }

    private static BlockImport.Summary load(TestChain target, byte[] file, Bytes key, List<String> damage) {
        ByteSource source = new ByteSource() {
            @Override
            public long size() {
                return file.length;
            }

            @Override
            public int read(long position, byte[] bytes, int offset, int length) {
                int count = Math.clamp(file.length - position, 0, length);
                System.arraycopy(file, (int) position, bytes, offset, count);
                return count;
            }
        };
        BlockImport blockImport = new BlockImport(target.chain, new SameThreadWorkers(), TestChain.NOW * 2);
        blockImport.add(source, key, new BlockImport.Observer() {
            @Override
            public void damaged(long from, long to, String reason) {
                damage.add(from + ".." + to + " " + reason);
            }
        });
        return blockImport.finish();
    }
}
