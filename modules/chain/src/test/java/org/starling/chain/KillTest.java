package org.starling.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;
import org.starling.platform.DataDirectoryLock;
import org.starling.platform.DiskFileStore;
import org.starling.platform.RocksStore;
import org.starling.platform.ThreadWorkers;
import org.starling.world.SeededRandomness;

/** A real process on a real disk is killed again and again while it mines, spends, reorganises and flushes. */
class KillTest {
    private static final int KILLS = 5;
    private static final long SUBSIDY = 50_0000_0000L;
    private static final ChainOptions OPTIONS = new ChainOptions(TestChain.PARAMS).withCoinsCacheBytes(40_000);

    @TempDir
    Path folder;

    @Test
    void aKilledProcessComesBackWithAllThatItFlushed() throws IOException, InterruptedException {
        Random random = new Random(11);
        int height = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            Hash256 flushed = runAndKill(500 + random.nextInt(700));
            Stage stage = new Stage(folder);
            try (stage) {
                BlockEntry known = stage.chain.tree().find(flushed);
                assertThat(known).as("the block flushed last").isNotNull();
                BlockEntry tip = stage.chain.tree().tip();
                assertThat(tip.chainWork()).isGreaterThanOrEqualTo(known.chainWork());
                assertThat(tip.height()).isGreaterThan(height);
                height = tip.height();
                assertThat(coins(stage.chain)).isEqualTo(coinsFromScratch(stage.chain));
            }
        }
    }

    /** The block that the process said it had flushed last. */
    private Hash256 runAndKill(int millis) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                KillTest.class.getName(),
                folder.toString()));
        Path said = Files.createTempFile(folder, "said", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(said.toFile())
                .start();
        try {
            while (Files.size(said) < 3 * 65 && process.isAlive()) {
                Thread.sleep(10);
            }
            Thread.sleep(millis);
            assertThat(process.isAlive()).as("it runs until it is killed").isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }
        List<String> lines = Files.readAllLines(said);
        return Hash256.fromHex(
                lines.stream().filter(line -> line.length() == 64).toList().getLast());
    }

    private static Hash256 coins(Chain chain) {
        return CoinStatistics.compute(chain, CoinStatistics.HashType.SERIALIZED_3)
                .hash();
    }

    private static Hash256 coinsFromScratch(Chain chain) {
        TestChain fresh = new TestChain(1);
        for (int height = 1; height <= chain.tree().tip().height(); height++) {
            fresh.give(chain.readBlock(Objects.requireNonNull(chain.tree().activeAt(height))));
        }
        return fresh.coinsHash();
    }

    /** The chain on real stores. */
    private static final class Stage implements AutoCloseable {
        final DataDirectoryLock lock;
        final RocksStore store;
        final ThreadWorkers workers = new ThreadWorkers("test", 2);
        final Chain chain;

        Stage(Path folder) {
            lock = DataDirectoryLock.acquire(folder);
            store = RocksStore.open(folder.resolve("chainstate"), RocksStore.SMALL_CACHE_BYTES);
            chain = Chain.open(
                    OPTIONS,
                    store,
                    new DiskFileStore(folder.resolve("blocks")),
                    workers,
                    new SeededRandomness(5),
                    TestChain.NOW);
            chain.activateBest();
        }

        @Override
        public void close() {
            chain.close();
            store.close();
            workers.close();
            lock.close();
        }
    }

    /** The process that is killed. Prints the tip's hash after each flush. */
    public static void main(String[] arguments) {
        Stage stage = new Stage(Path.of(arguments[0]));
        Chain chain = stage.chain;
        System.out.println(chain.tree().tip().hash());
        for (int i = 0; ; i++) {
            BlockEntry tip = chain.tree().tip();
            BlockEntry mature = chain.tree().activeAt(tip.height() - 99);
            List<Transaction> spends = new ArrayList<>();
            if (mature != null && mature.height() > 0) {
                Block old = chain.readBlock(mature);
                if (chain.coins().has(TestChain.coinbaseOf(old))) {
                    spends.add(TestChain.spend(SUBSIDY, i, TestChain.coinbaseOf(old)));
                }
            }
            Block block = TestChain.block(tip, i, spends.toArray(Transaction[]::new));
            chain.processBlock(block, true, TestChain.NOW, true);
            if (i % 40 == 39) {
                TestChain.branch(Objects.requireNonNull(tip.ancestor(tip.height() - 3)), 6, i)
                        .forEach(other -> chain.processBlock(other, true, TestChain.NOW, true));
            }
            if (i % 7 == 0) {
                chain.flush();
                System.out.println(chain.tree().tip().hash());
            }
        }
    }
}
