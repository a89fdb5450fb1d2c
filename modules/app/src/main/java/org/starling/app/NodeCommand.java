package org.starling.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.api.metrics.LaneFigures;
import org.starling.api.page.NodePage;
import org.starling.api.page.PageServer;
import org.starling.api.page.WalletDesk;
import org.starling.api.rpc.RpcHost;
import org.starling.api.rpc.RpcServer;
import org.starling.api.rpc.RpcTable;
import org.starling.api.zmq.Publication;
import org.starling.api.zmq.ZmqPublisher;
import org.starling.chain.BlockEntry;
import org.starling.chain.Chain;
import org.starling.chain.ChainListener;
import org.starling.chain.index.ChainIndex;
import org.starling.consensus.HeaderRules;
import org.starling.embed.MachineWorld;
import org.starling.engine.TorControl;
import org.starling.node.MempoolKeeper;
import org.starling.node.Node;
import org.starling.node.NodeConfig;
import org.starling.node.wallet.Wallets;
import org.starling.platform.ThreadLane;
import org.starling.world.Endpoint;
import org.starling.world.NetworkException;
import org.starling.world.StorageException;

/**
 * Runs a node until it is told to stop, by RPC or by a signal. Takes the options and files of {@code bitcoind}; what keeps
 * it from starting is one line on standard error.
 */
final class NodeCommand implements RpcHost {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCommand.class);

    private final PrintStream out;
    private final PrintStream err;
    private final long startedNanos = System.nanoTime();
    private final Settings settings = new Settings(Options.ofNode());
    private final Notifier notifier = new Notifier(settings);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile @Nullable Throwable failure;
    private volatile int exitStatus;
    private volatile boolean endsBySignal;
    private volatile DataDirectory directory = new DataDirectory(Path.of(""), Path.of(""));
    private @Nullable WalletSetup walletSetup;
    private volatile Path blocks = Path.of("");
    private volatile List<Publication> publications = List.of();
    private volatile Supplier<Map<String, ThreadLane>> lanes = Map::of;
    private volatile String logPath = "";

    NodeCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Runs and returns the exit status. */
    int run(List<String> arguments) {
        if (wantsText(arguments)) {
            return 0;
        }
        // A signal ends the JVM with 143 unless its hook does otherwise: wait for an orderly end, then leave with 0.
        Thread hook = new Thread(this::endBySignal, "shutoff");
        Runtime.getRuntime().addShutdownHook(hook);
        int status;
        try {
            configure(arguments);
            if (Daemon.isWanted(settings)) {
                NodeConfig _ = new NodeOptions(settings, directory).config(); // what is wrong is said here
                status = Daemon.start(settings, arguments, out, err);
            } else {
                openLog();
                status = serve();
            }
        } catch (UsageException e) {
            err.println(e.line());
            LOG.error("{}", e.line());
            status = 1;
        }
        LOG.info("Shutdown: done");
        LogSetup.close();
        exitStatus = status;
        finished.countDown();
        if (!endsBySignal) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
        return status;
    }

    private void endBySignal() {
        endsBySignal = true;
        stop();
        try {
            finished.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(exitStatus);
    }

    private boolean wantsText(List<String> arguments) {
        for (String argument : arguments) {
            switch (argument) {
                case "-?", "-h", "-help", "--help", "-help-debug" -> {
                    out.print("usage: starling node [OPTIONS]\n\nRuns a Bitcoin node. Options are also read from"
                            + " bitcoin.conf in the data directory.\n"
                            + Options.ofNode().help());
                    return true;
                }
                case "-version", "--version" -> {
                    out.println("Starling version " + Version.TEXT);
                    return true;
                }
                default -> {}
            }
        }
        return false;
    }

    private void configure(List<String> arguments) throws UsageException {
        try {
            settings.addCommandLine(arguments);
        } catch (UsageException e) {
            throw new UsageException("Error parsing command line arguments: " + e.getMessage());
        }
        if (!settings.operands().isEmpty()) {
            throw new UsageException("Command line contains unexpected token '"
                    + settings.operands().getFirst() + "', see starling node -h for a list of options.");
        }
        Path root = DataDirectory.rootOf(settings);
        try {
            ConfigFile.readAll(settings, root);
        } catch (UsageException e) {
            throw new UsageException("Error reading configuration file: " + e.getMessage());
        }
        settings.useSection(Chains.sectionOf(settings));
        if (settings.unsuitable().contains("wallet")) {
            throw new UsageException("Config setting for -wallet only applied on " + Chains.sectionOf(settings)
                    + " network when in [" + Chains.sectionOf(settings) + "] section.");
        }
        directory = DataDirectory.of(DataDirectory.rootOf(settings), Chains.sectionOf(settings));
        directory.claim();
        blocks = blocksFolder();
    }

    private Path blocksFolder() throws UsageException {
        String given = settings.text("blocksdir", "");
        if (given.isEmpty()) {
            return directory.chain().resolve("blocks");
        }
        Path root = Path.of(given).toAbsolutePath();
        if (!Files.isDirectory(root)) {
            throw new UsageException("Specified blocks directory \"" + given + "\" does not exist.");
        }
        return root.resolve(Chains.folderOf(Chains.sectionOf(settings))).resolve("blocks");
    }

    private void openLog() throws UsageException {
        boolean toFile = !settings.isNegated("debuglogfile");
        Path file = directory.file(settings, "debuglogfile", "debug.log");
        logPath = toFile ? file.toString() : "";
        LogSetup.open(toFile ? file : null, settings.flag("printtoconsole", !Daemon.isDetached()), settings);
        LOG.info("Starling version {}", Version.TEXT);
        LOG.info("Default data directory {}", Path.of(System.getProperty("user.home"), ".starling"));
        LOG.info("Using data directory {}", directory.chain());
        Path config = directory.root().resolve(settings.text("conf", "bitcoin.conf"));
        if (Files.exists(config)) {
            LOG.info("Config file: {}", config);
        } else {
            LOG.info("Config file: {} (not found, skipping)", config);
        }
        settings.remarks().forEach(LOG::info);
        for (String warning : settings.warnings()) {
            err.println(warning);
            LOG.warn(warning);
        }
        List<String> idle = settings.withoutEffect();
        if (!idle.isEmpty()) {
            LOG.info("These options have no effect yet: -{}", String.join(" -", idle));
        }
        for (String name : settings.unsuitable()) {
            LOG.warn(
                    "Config setting for -{} only applied on {} network when in [{}] section.",
                    name,
                    Chains.sectionOf(settings),
                    Chains.sectionOf(settings));
        }
        settings.shown().forEach(LOG::info);
    }

    private int serve() throws UsageException {
        NodeOptions options = new NodeOptions(settings, directory);
        NodeConfig config = options.config();
        publications = ZmqOptions.read(settings);
        if (options.params().signetChallenge() != null) {
            LOG.info(
                    "Signet derived magic (message start): {}",
                    options.params().magic().hex());
        }
        LOG.info("SetNetworkActive: {}", config.connections().active());
        // The lock on the data directory comes first: what another process has there is not to be touched.
        try (MachineWorld world = openWorld();
                PidFile _ = PidFile.write(directory.file(settings, "pid", "bitcoind.pid"));
                RpcSetup setup = new RpcSetup(settings, directory)) {
            if (!settings.flag("server", true)) {
                runNode(options, config, world, null);
            } else {
                try (RpcServer rpc = RpcServer.start(setup.config(options.params()), methods(), this)) {
                    rpc.setWarmup("Loading block index…");
                    runNode(options, config, world, rpc);
                }
            }
        } catch (IOException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        } catch (FutureTipException e) {
            throw UsageException.question(String.valueOf(e.getMessage()));
        } catch (ChainIndex.PrunedException e) {
            throw new UsageException(e.getMessage()
                    + "\nError: A fatal internal error occurred, see debug.log for details: Failed to start indexes,"
                    + " shutting down..");
        } catch (NetworkException | StorageException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        Throwable cause = failure;
        if (cause == null) {
            return 0;
        }
        err.println("Error: A fatal internal error occurred, see debug.log for details: " + cause.getMessage());
        return 1;
    }

    private RpcTable methods() {
        RpcTable table = RpcTable.ofNode();
        return walletSetup().isEnabled() ? table.withWallets() : table;
    }

    private synchronized WalletSetup walletSetup() {
        WalletSetup made = walletSetup == null ? new WalletSetup(settings, directory) : walletSetup;
        walletSetup = made;
        return made;
    }

    private MachineWorld openWorld() throws UsageException {
        int threads = (int) settings.number("par", 0);
        int cores = Runtime.getRuntime().availableProcessors();
        return new MachineWorld(
                new MachineWorld.Place(
                        directory.chain(),
                        blocks,
                        Math.clamp((settings.number("dbcache", 450) << 20) / 8, 4L << 20, 256L << 20),
                        Math.clamp(threads <= 0 ? cores + threads : threads, 1, 256)),
                "",
                this::fail);
    }

    private void fail(Throwable cause) {
        failure = cause;
        LOG.error("A fatal internal error occurred", cause);
        stop();
    }

    private void runNode(NodeOptions options, NodeConfig config, MachineWorld world, @Nullable RpcServer rpc)
            throws NetworkException, IOException, UsageException {
        lanes = () -> new TreeMap<>(world.lanes());
        long stopHeight = settings.number("stopatheight", 0);
        int checkBlocks = options.checkBlocks();
        int checkLevel = options.checkLevel();
        long mocked = settings.number("mocktime", 0);
        long now = mocked != 0 ? mocked : System.currentTimeMillis() / 1000;
        try (notifier;
                ZmqPublisher zmq = ZmqPublisher.open(publications);
                Node node = Node.start(config, world.world(), options.imports(), chain -> {
                    refuseTipOfTheFuture(chain, now);
                    chain.verify(checkBlocks, checkLevel);
                    stopAt(chain, stopHeight);
                })) {
            publications = zmq.publications();
            zmq.watch(node);
            if (mocked != 0) {
                node.mockTime(mocked);
            }
            node.fees().load(options.takesOldFeeEstimates());
            if (settings.flag("persistmempool", true)) {
                node.mempoolKeeper().load();
            }
            reachByTor(node, options);
            try (Wallets wallets = walletSetup().isEnabled() ? walletSetup().open(node, world) : null) {
                if (rpc != null) {
                    rpc.attach(node);
                    if (wallets != null) {
                        rpc.attach(wallets);
                    }
                    rpc.finishWarmup();
                }
                serveUntilStopped(node, wallets);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serveUntilStopped(Node node, @Nullable Wallets wallets)
            throws IOException, InterruptedException, UsageException {
        LOG.info("init message: Done loading");
        notifier.watch(node);
        notifier.watch(node.warnings());
        if (wallets != null) {
            notifier.watch(node, wallets);
        }
        notifier.started();
        WalletDesk desk = wallets == null ? null : new WalletDesk(node, wallets, walletSetup());
        try (PageServer page = settings.flag("web", true)
                ? PageServer.start(
                        settings.isSet("webport") ? settings.port("webport", 0) : 0, new NodePage(node, desk), desk)
                : null) {
            announce(node, page);
            stopping.await();
            LOG.info("Shutdown: In progress...");
            notifier.stopping();
        }
    }

    /** A block that no node would take yet cannot have come by the wire: the clock is wrong, or was. */
    private static final class FutureTipException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        FutureTipException() {
            super("The block database contains a block which appears to be from the future. This may be due to your"
                    + " computer's date and time being set incorrectly. Only rebuild the block database if you are sure"
                    + " that your computer's date and time are correct.\n"
                    + "Please restart with -reindex or -reindex-chainstate to recover.");
        }
    }

    private static void refuseTipOfTheFuture(Chain chain, long nowSeconds) {
        if (chain.tree().tip().header().time() > nowSeconds + HeaderRules.MAX_FUTURE_SECONDS) {
            throw new FutureTipException();
        }
    }

    private static void reachByTor(Node node, NodeOptions options) throws UsageException {
        Endpoint entrance = options.onionEntrance();
        if (entrance != null) {
            node.core(() -> {
                node.links().onionEntrance(entrance);
                return true;
            });
        }
        TorControl.Settings tor = options.tor();
        if (tor != null) {
            node.publishOnion(tor, NodeCommand::cookie);
        }
    }

    /** A file of a cookie's length, or what shows that it is none. */
    static byte @Nullable [] cookie(String path) {
        try (InputStream in = Files.newInputStream(Path.of(path))) {
            return in.readNBytes(TorControl.COOKIE_BYTES + 1);
        } catch (IOException | InvalidPathException e) {
            LOG.warn("cannot read Tor's cookie {}: {}", path, e.toString());
            return null;
        }
    }

    private void announce(Node node, @Nullable PageServer page) {
        out.println(Daemon.READY + " on the " + node.params().type().label() + " chain, at block "
                + node.headers().tip().height() + ".");
        if (page != null) {
            out.println("Watch it: " + page.address());
        }
        out.flush();
    }

    private void stopAt(Chain chain, long height) {
        if (height > 0) {
            chain.addListener(new ChainListener() {
                @Override
                public void chainChanged(BlockEntry tip, BlockEntry fork) {
                    if (tip.height() >= height) {
                        stop();
                    }
                }
            });
        }
    }

    @Override
    public void stop() {
        stopping.countDown();
    }

    @Override
    public boolean isStopping() {
        return stopping.getCount() == 0;
    }

    @Override
    public long uptimeMillis() {
        return (System.nanoTime() - startedNanos) / 1_000_000;
    }

    @Override
    public String logPath() {
        return logPath;
    }

    @Override
    public List<String> logCategories() {
        return LogSetup.CATEGORIES;
    }

    @Override
    public boolean isLogged(String category) {
        return LogSetup.isLogged(category);
    }

    @Override
    public void setLogged(String category, boolean on) {
        LogSetup.setLogged(category, on);
    }

    @Override
    public String mempoolPath() {
        return directory.chain().resolve(MempoolKeeper.FILE).toString();
    }

    @Override
    public byte[] readFile(String path) throws IOException {
        return Files.readAllBytes(directory.root().resolve(path));
    }

    @Override
    public void loadOnStart(String wallet, Optional<Boolean> load) {
        load.ifPresent(wanted -> walletSetup().remember(wallet, wanted));
    }

    @Override
    public List<LaneFigures> lanes() {
        return lanes.get().entrySet().stream()
                .map(lane -> new LaneFigures(
                        lane.getKey(),
                        lane.getValue().done(),
                        lane.getValue().busyNanos(),
                        lane.getValue().waiting()))
                .toList();
    }

    @Override
    public List<Publication> publications() {
        return publications;
    }

    @Override
    public void randomBytes(byte[] bytes) {
        new SecureRandom().nextBytes(bytes);
    }

    @Override
    public void pause(long millis) {
        try {
            boolean _ = stopping.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public long blockBytes() {
        return bytesOf(blocks);
    }

    @Override
    public long coinBytes() {
        return bytesOf(directory.chain().resolve("chainstate"));
    }

    private static long bytesOf(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> {
                        try {
                            return Files.size(file);
                        } catch (NoSuchFileException e) {
                            return 0; // removed meanwhile
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
