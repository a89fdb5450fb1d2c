package org.starling.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockImport;
import org.starling.chain.BlockUndo;
import org.starling.chain.Chain;
import org.starling.chain.ChainListener;
import org.starling.chain.ChainOptions;
import org.starling.chain.CoinStatistics;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainType;
import org.starling.platform.DiskFileStore;
import org.starling.platform.RocksStore;
import org.starling.platform.ThreadWorkers;
import org.starling.world.SeededRandomness;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Times the validation of block files. */
@Command(
        name = "connect",
        description = "Times the validation of a block file, or of a folder of block files such as Bitcoin Core's"
                + " blocks directory. The files are only read; coins and undo data go to a temporary folder.",
        mixinStandardHelpOptions = true)
final class ConnectCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE|DIR", description = "blocks to validate")
    private Path source = Path.of("");

    @Option(
            names = "--assumevalid",
            paramLabel = "HASH",
            description = "do not check scripts below this block, if it is buried deep enough (default: check all)")
    private String assumeValid = "";

    @Option(names = "--dbcache", description = "MiB of coins in memory (default: ${DEFAULT-VALUE})")
    private int cacheMib = 450;

    @Option(names = "--par", description = "threads (default: one for each processor)")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--repeat", description = "how often, in one process (default: ${DEFAULT-VALUE})")
    private int repeat = 1;

    @Option(names = "--muhash", description = "print the MuHash of the coins at the end")
    private boolean muHash;

    @Override
    public Integer call() throws IOException {
        for (int i = 0; i < repeat; i++) {
            Path folder = Files.createTempDirectory("starling-bench");
            try {
                run(folder);
            } finally {
                remove(folder);
            }
        }
        return 0;
    }

    private void run(Path folder) throws IOException {
        ForeignBlocks blocks = ForeignBlocks.of(source, new DiskFileStore(folder.resolve("blocks")));
        ChainParams params =
                paramsOf(blocks).withAssumeValid(assumeValid.isEmpty() ? Hash256.ZERO : Hash256.fromHex(assumeValid));
        ChainOptions options = new ChainOptions(params)
                .withCoinsCacheBytes(
                        Math.min((long) cacheMib << 20, Runtime.getRuntime().maxMemory() / 2))
                .withRebuild(ChainOptions.Rebuild.INDEX);
        Clock total = new Clock();
        try (RocksStore store = RocksStore.open(folder.resolve("chainstate"), 64L << 20);
                ThreadWorkers workers = new ThreadWorkers("worker", threads)) {
            Clock indexing = new Clock();
            long nowSeconds = System.currentTimeMillis() / 1000;
            Chain chain = Chain.open(options, store, blocks, workers, new SeededRandomness(1), nowSeconds);
            new BlockImport(chain, workers, nowSeconds).readAll();
            System.out.printf(
                    "index:   %d headers, %d MB, %s%n", chain.tree().size(), blocks.totalBytes() / 1_000_000, indexing);
            Count count = new Count();
            chain.addListener(count);
            Clock connecting = new Clock();
            chain.activateBest();
            String time = connecting.toString();
            double seconds = connecting.seconds();
            Clock flushing = new Clock();
            chain.flush();
            System.out.printf(
                    "connect: height %d, %d blocks, %d transactions, %d inputs, %s%n",
                    chain.tree().tip().height(), count.blocks, count.transactions, count.inputs, time);
            System.out.printf("flush:   %s%n", flushing);
            System.out.printf(
                    "rate:    %.1f blocks/s, %.0f transactions/s, %.0f inputs/s%n",
                    count.blocks / seconds, count.transactions / seconds, count.inputs / seconds);
            if (muHash) {
                System.out.println("muhash:  "
                        + CoinStatistics.compute(chain, CoinStatistics.HashType.MUHASH)
                                .hash());
            }
            chain.close();
        }
        System.out.printf("total:   %s, peak memory %d MB%n", total, peakMemoryBytes() / 1_000_000);
    }

    /** The chain whose magic the first block file begins with. */
    private static ChainParams paramsOf(ForeignBlocks blocks) throws IOException {
        byte[] start = new byte[12];
        try (var file = blocks.open("blk00000.dat")) {
            file.read(0, start, 0, start.length);
        }
        byte[] key = blocks.exists("xor.dat") ? blocks.read("xor.dat") : new byte[8];
        for (int i = 0; key != null && i < start.length; i++) {
            start[i] ^= key[i % key.length];
        }
        for (ChainType type : ChainType.values()) {
            ChainParams params = ChainParams.of(type);
            if (Bytes.wrap(start).startsWith(params.magic())) {
                return params;
            }
        }
        throw new IOException("The block file does not begin with the magic of any known chain");
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** The most memory that the process ever held, as far as the system tells. */
    private static long peakMemoryBytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (Files.exists(status)) {
            List<String> lines = Files.readAllLines(status);
            for (String line : lines) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        }
        return Runtime.getRuntime().totalMemory();
    }

    private static final class Count implements ChainListener {
        private long blocks;
        private long transactions;
        private long inputs;

        @Override
        public void blockConnected(BlockEntry entry, Block block, BlockUndo undo) {
            blocks++;
            transactions += block.transactions().size();
            block.transactions()
                    .forEach(transaction -> inputs += transaction.inputs().size());
        }
    }

    /** Seconds by the clock and of all processors since it was made. */
    private static final class Clock {
        private final long start = System.nanoTime();
        private final long cpuStart = cpu();

        double seconds() {
            return (System.nanoTime() - start) / 1e9;
        }

        private static long cpu() {
            return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                    .getProcessCpuTime();
        }

        @Override
        public String toString() {
            return "%.2f s, %.2f CPU s".formatted(seconds(), (cpu() - cpuStart) / 1e9);
        }
    }
}
