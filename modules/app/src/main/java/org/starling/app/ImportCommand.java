package org.starling.app;

import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockImport;
import org.starling.chain.Chain;
import org.starling.chain.ChainOptions;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainType;
import org.starling.platform.DataDirectoryLock;
import org.starling.platform.DiskFileStore;
import org.starling.platform.RocksStore;
import org.starling.platform.ThreadWorkers;
import org.starling.world.SeededRandomness;
import org.starling.world.StorageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes blocks from block files, Bitcoin Core's above all, into a data directory, validating all of them. */
@Command(
        name = "import",
        description = "Reads block files (blk*.dat), or folders of them such as Bitcoin Core's blocks directory, into a"
                + " data directory, and validates the blocks. The files are only read.")
final class ImportCommand implements Callable<Integer> {
    private static final long STORE_CACHE_BYTES = 64L << 20;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Option(
            names = {"-datadir", "--datadir"},
            paramLabel = "DIR",
            description = "the data directory (default: .starling in the home folder)")
    private String dataDirectory = "";

    @Option(
            names = {"-chain", "--chain"},
            description = "main, test, testnet4, signet or regtest (default: ${DEFAULT-VALUE})")
    private String chainName = "main";

    @Option(
            names = {"-dbcache", "--dbcache"},
            paramLabel = "MIB",
            description = "memory for coins (default: ${DEFAULT-VALUE})")
    private int cacheMib = 450;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "block files, or folders with blk00000.dat and so on")
    private List<Path> sources = List.of();

    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private int faults;

    @Override
    public Integer call() throws UsageException {
        ChainParams params = params();
        List<Path> files = files();
        Settings settings = new Settings(Options.ofClient());
        if (!dataDirectory.isEmpty()) {
            settings.addCommandLine(List.of("-datadir=" + dataDirectory));
        }
        DataDirectory directory = DataDirectory.of(DataDirectory.rootOf(settings), chainName);
        directory.claim();
        try (DataDirectoryLock _ = DataDirectoryLock.acquire(directory.chain())) {
            return run(params, directory.chain(), files);
        } catch (StorageException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private ChainParams params() throws UsageException {
        for (ChainType type : ChainType.values()) {
            if (Chains.folderOf(chainName).equals(Chains.folderOf(type.name().toLowerCase(Locale.ROOT)))) {
                return ChainParams.of(type);
            }
        }
        throw new UsageException("Unknown chain " + chainName + ".");
    }

    private List<Path> files() throws UsageException {
        List<Path> files = new ArrayList<>();
        for (Path source : sources) {
            if (Files.isDirectory(source)) {
                try (Stream<Path> entries = Files.list(source)) {
                    entries.filter(entry -> entry.getFileName().toString().matches("blk[0-9]{5}\\.dat"))
                            .sorted()
                            .forEach(files::add);
                } catch (IOException e) {
                    throw new UsageException("Cannot read " + source + ": " + e.getMessage());
                }
            } else if (Files.isReadable(source)) {
                files.add(source);
            } else {
                throw new UsageException("Cannot read " + source + ": there is no such file, or it may not be read.");
            }
        }
        if (files.isEmpty()) {
            throw new UsageException("There are no block files (blk00000.dat and so on) in " + sources + ".");
        }
        return files;
    }

    private int run(ChainParams params, Path folder, List<Path> files) throws UsageException {
        long nowSeconds = System.currentTimeMillis() / 1000;
        ChainOptions options = new ChainOptions(params)
                .withCoinsCacheBytes(
                        Math.min((long) cacheMib << 20, Runtime.getRuntime().maxMemory() / 2));
        try (RocksStore store = RocksStore.open(folder.resolve("chainstate"), STORE_CACHE_BYTES);
                ThreadWorkers workers =
                        new ThreadWorkers("import", Runtime.getRuntime().availableProcessors());
                Chain chain = Chain.open(
                        options,
                        store,
                        new DiskFileStore(folder.resolve("blocks")),
                        workers,
                        new SeededRandomness(new SecureRandom().nextLong()),
                        nowSeconds)) {
            chain.activateBest();
            BlockImport blocks = new BlockImport(chain, workers, nowSeconds);
            for (Path file : files) {
                read(file, blocks, chain);
            }
            BlockImport.Summary summary = blocks.finish();
            BlockEntry tip = chain.tree().tip();
            out.printf(
                    "%d blocks read, %d new, %d invalid, %d without a known parent%n",
                    summary.blocks(), summary.stored(), summary.rejected(), summary.orphans());
            out.printf("The best block is %s at height %d.%n", tip.hash(), tip.height());
            return faults == 0 ? 0 : 1;
        }
    }

    private void read(Path path, BlockImport blocks, Chain chain) throws UsageException {
        BlockFile file = BlockFile.of(path);
        Progress progress = new Progress(path, file.size(), chain);
        blocks.add(file, file.xorKey(), progress);
        blocks.readAll();
        progress.end();
    }

    /** A bar that moves on a terminal; elsewhere a line a file. Damage is told on standard error, once for each place. */
    private final class Progress implements BlockImport.Observer {
        private static final int WIDTH = 40;

        private final Path file;
        private final long size;
        private final Chain chain;
        private final boolean terminal = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent();
        private @Nullable String shown;

        Progress(Path file, long size, Chain chain) {
            this.file = file;
            this.size = size;
            this.chain = chain;
        }

        @Override
        public void progress(long bytes) {
            if (terminal) {
                int full = size == 0 ? WIDTH : (int) (bytes * WIDTH / size);
                String bar = "%s [%s%s] height %d"
                        .formatted(
                                file.getFileName(),
                                "#".repeat(full),
                                " ".repeat(WIDTH - full),
                                chain.tree().tip().height());
                if (!bar.equals(shown)) {
                    shown = bar;
                    out.print("\r" + bar);
                    out.flush();
                }
            }
        }

        void end() {
            if (terminal) {
                out.println();
            } else {
                out.printf("%s: %d bytes read%n", file, size);
            }
        }

        @Override
        public void damaged(long from, long to, String reason) {
            faults++;
            err.printf("%s%s, byte %d: %s%n", terminal ? "\r" : "", file, from, reason);
        }
    }
}
