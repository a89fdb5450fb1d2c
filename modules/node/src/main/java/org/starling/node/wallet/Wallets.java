package org.starling.node.wallet;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.ChainListener;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;
import org.starling.mempool.Feerate;
import org.starling.mempool.MempoolListener;
import org.starling.mempool.RemovalReason;
import org.starling.node.Node;
import org.starling.wallet.book.TxState;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletException.Kind;
import org.starling.wallet.book.WalletFlag;
import org.starling.wallet.book.WalletOptions;
import org.starling.wallet.book.WalletTx;
import org.starling.world.Clock;
import org.starling.world.KeyValueStore;
import org.starling.world.Lane;
import org.starling.world.Randomness;
import org.starling.world.StorageException;
import org.starling.world.StoreShelf;

/**
 * The wallets of a node. What chain and mempool do reaches them on a lane of their own, in order; a wallet that was away
 * reads the blocks that it missed. Safe to use from any thread.
 */
public final class Wallets implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("wallet");

    /** Payments that are in no block are offered to the network again about once a day. */
    private static final long RESEND_MILLIS = 12 * 60 * 60 * 1000L;

    /** How long after the chain changed payments are offered that the mempool lacks. */
    private static final long OFFER_MILLIS = 2 * 60 * 1000L;

    /** How often time limits are looked at, at least. */
    private static final long TICK_MILLIS = 60_000;

    private final Node node;
    private final StoreShelf shelf;
    private final Clock worldClock;
    private final Lane lane;
    private final WalletOptions options;
    private final Randomness random;
    private final ChainReader reader;
    private final Payments payments;
    private final Map<String, Wallet> loaded = new TreeMap<>();
    private final List<Wallet.Listener> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<Collection<Wallet>>> loadListeners = new CopyOnWriteArrayList<>();
    private final Map<String, Scanning> scans = new ConcurrentHashMap<>();
    private final Map<String, Feerate> payFees = new ConcurrentHashMap<>();
    private volatile long nextResendMillis;
    private volatile long offerMillis = Long.MAX_VALUE;
    private boolean closed;

    private Wallets(
            Node node, StoreShelf shelf, Clock worldClock, Lane lane, WalletOptions options, Randomness random) {
        this.node = node;
        this.worldClock = worldClock;
        this.shelf = shelf;
        this.lane = lane;
        this.options = options;
        this.random = random;
        this.reader = new ChainReader(node);
        this.payments = new Payments(node, this, random.child("payments"));
        this.nextResendMillis = node.clock().millis() + RESEND_MILLIS + random.below(2 * RESEND_MILLIS);
    }

    /**
     * Begins to follow the node.
     *
     * @param shelf where the wallets are
     * @param worldClock the world's, by which the lane keeps appointments
     * @param lane theirs alone
     * @param random for keys: nobody may guess it
     */
    public static Wallets open(
            Node node, StoreShelf shelf, Clock worldClock, Lane lane, WalletOptions options, Randomness random) {
        Wallets wallets = new Wallets(node, shelf, worldClock, lane, options, random);
        node.validation(() -> {
            node.chain().addListener(wallets.new Chain());
            node.mempool().addListener(wallets.new Pool());
            return true;
        });
        node.miner().signBy(new SignetSigner(wallets, random.child("signet")));
        wallets.appoint();
        return wallets;
    }

    /** The chain's events, passed on to the lane. */
    private final class Chain implements ChainListener {
        @Override
        public void blockConnected(BlockEntry entry, Block block, BlockUndo undo) {
            onLane(wallet -> {
                BlockEntry previous = entry.previous();
                if (previous != null && wallet.isAt(previous.hash())) {
                    wallet.blockConnected(
                            block,
                            ChainReader.point(entry),
                            reader.locator(entry),
                            now(),
                            node.isInitialBlockDownload());
                }
            });
        }

        @Override
        public void blockDisconnected(BlockEntry entry, Block block, BlockUndo undo) {
            onLane(wallet -> {
                BlockEntry previous = entry.previous();
                if (previous != null && wallet.isAt(entry.hash())) {
                    wallet.blockDisconnected(block, entry.height(), reader.locator(previous), now());
                }
            });
        }

        // Whatever was missed is read now.
        @Override
        public void chainChanged(BlockEntry tip, BlockEntry fork) {
            onLane(wallet -> {
                catchUp(wallet);
                // What waited for its time, or was put out by a reorganisation, may be sent now.
                offerMillis = Math.min(offerMillis, node.clock().millis() + OFFER_MILLIS);
            });
        }
    }

    private void catchUp(Wallet wallet) {
        while (reader.step(wallet, now())) {
            LOG.debug("[{}] caught up to block {}", label(wallet), wallet.height());
        }
    }

    private final class Pool implements MempoolListener {
        @Override
        public void added(Transaction transaction, long sequence) {
            onLane(wallet -> wallet.entered(transaction, now()));
        }

        @Override
        public void removed(Transaction transaction, RemovalReason reason, long sequence) {
            onLane(wallet -> wallet.left(transaction, reason, now()));
        }
    }

    private void onLane(Consumer<Wallet> task) {
        boolean _ = lane.execute(() -> all().forEach(task));
    }

    private long now() {
        return node.clock().seconds();
    }

    private <T> T call(java.util.concurrent.Callable<T> task) {
        try {
            return lane.call(task).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } catch (CancellationException e) {
            throw new WalletException(Kind.GENERAL, "The node is stopping");
        }
    }

    /** Waits until all that chain and mempool did so far has reached the wallets. */
    public void drain() {
        node.drain();
        boolean _ = call(() -> true);
    }

    // Which there are

    /** Those that are loaded, by name. */
    public List<Wallet> all() {
        synchronized (loaded) {
            return List.copyOf(loaded.values());
        }
    }

    public @Nullable Wallet find(String name) {
        synchronized (loaded) {
            return loaded.get(name);
        }
    }

    public StoreShelf shelf() {
        return shelf;
    }

    public WalletOptions options() {
        return options;
    }

    public Payments payments() {
        return payments;
    }

    /** Told which transactions of which wallet changed. */
    public void addListener(Wallet.Listener listener) {
        listeners.add(listener);
        all().forEach(wallet -> wallet.addListener(listener));
    }

    private Wallet.Setting setting(String name) {
        return new Wallet.Setting(name, node.params(), options, random);
    }

    private void requireUnloaded(String name) {
        if (find(name) != null) {
            throw new WalletException(Kind.ALREADY_LOADED, "Wallet \"" + name + "\" is already loaded.");
        }
    }

    private boolean exists(String name) {
        try {
            return shelf.exists(name);
        } catch (StorageException e) {
            throw new WalletException(Kind.GENERAL, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Makes a wallet, without keys so far, that knows the chain up to now.
     *
     * @param filling gives it its keys before it is there for others; what it throws undoes the making
     */
    public Wallet create(String name, Set<WalletFlag> flags, long birth, Consumer<Wallet> filling) {
        if (exists(name)) {
            throw new WalletException(Kind.GENERAL, "Wallet file verification failed. " + inTheWay(name));
        }
        KeyValueStore store = shelf.create(name);
        boolean complete = false;
        try {
            Wallet wallet = Wallet.create(setting(name), store, flags, birth);
            filling.accept(wallet);
            BlockEntry place = beforeTime(birth);
            wallet.passed(place.height(), reader.locator(place));
            wallet.savePlace();
            add(wallet);
            complete = true;
            return wallet;
        } finally {
            if (!complete) {
                store.close();
                shelf.delete(name);
            }
        }
    }

    private String inTheWay(String name) {
        return "Failed to create database path '" + shelf.place(name) + "'. Database already exists.";
    }

    /** The last block that is surely older, by two hours more than clocks may differ. */
    private BlockEntry beforeTime(long seconds) {
        BlockEntry at = node.headers().tip();
        while (at.previous() != null && at.maxTime() >= seconds - TIMESTAMP_WINDOW) {
            BlockEntry previous = at.previous();
            if (previous == null) {
                break;
            }
            at = previous;
        }
        return at.maxTime() < seconds - TIMESTAMP_WINDOW ? at : node.headers().genesis();
    }

    /** Seconds by which a block's time may differ from that of a key. */
    public static final long TIMESTAMP_WINDOW = 2 * 60 * 60;

    /** Opens a wallet and brings it to the tip. */
    public Wallet load(String name) {
        requireUnloaded(name);
        if (!exists(name)) {
            throw new WalletException(
                    Kind.NOT_FOUND,
                    "Wallet file verification failed. Failed to load database path '" + shelf.place(name)
                            + "'. Path does not exist.");
        }
        KeyValueStore store;
        try {
            store = shelf.open(name);
        } catch (StorageException e) {
            throw new WalletException(Kind.GENERAL, "Wallet file verification failed. " + e.getMessage());
        }
        boolean complete = false;
        try {
            Wallet wallet = Wallet.open(setting(name), store);
            add(wallet);
            complete = true;
            return wallet;
        } finally {
            if (!complete) {
                store.close();
            }
        }
    }

    /** Copies a backup to where wallets are, and loads it. */
    public Wallet restore(String name, String backup) {
        if (!shelf.isBackup(backup)) {
            throw new WalletException(Kind.INVALID_ARGUMENT, "Backup file does not exist");
        }
        if (exists(name)) {
            throw new WalletException(Kind.ALREADY_EXISTS, inTheWay(name));
        }
        try {
            shelf.restore(name, backup);
        } catch (StorageException e) {
            throw new WalletException(
                    Kind.NOT_FOUND,
                    "Wallet file verification failed. Failed to load database path '" + shelf.place(name)
                            + "'. Data is not in recognized format. (" + e.getMessage() + ")");
        }
        boolean complete = false;
        try {
            Wallet wallet = load(name);
            complete = true;
            return wallet;
        } finally {
            if (!complete) {
                shelf.delete(name);
            }
        }
    }

    private void add(Wallet wallet) {
        listeners.forEach(wallet::addListener);
        // Blocks by the portion, so that the lane's other tasks come in between.
        boolean more = true;
        while (more) {
            more = call(() -> {
                boolean left = true;
                for (int i = 0; i < PORTION && left; i++) {
                    left = reader.step(wallet, now());
                }
                if (!left) {
                    synchronized (loaded) {
                        if (closed || loaded.putIfAbsent(wallet.name(), wallet) != null) {
                            throw new WalletException(
                                    Kind.ALREADY_LOADED, "Wallet \"" + wallet.name() + "\" is already loaded.");
                        }
                    }
                }
                return left;
            });
        }
        wallet.savePlace();
        meetMempool(wallet);
        LOG.info("[{}] Wallet loaded: {} transactions", label(wallet), wallet.count());
        loadListeners.forEach(listener -> listener.accept(List.of(wallet)));
    }

    private static final int PORTION = 100;

    private static String label(Wallet wallet) {
        return wallet.name().isEmpty() ? "default wallet" : wallet.name();
    }

    /** Told of wallets as they are loaded. */
    public void onLoad(Consumer<Collection<Wallet>> listener) {
        loadListeners.add(listener);
    }

    /** What the mempool holds, the wallet learns of; what the wallet waits for and the mempool lacks, it is given. */
    public void meetMempool(Wallet wallet) {
        List<Transaction> held = node.validation(() -> node.mempool().transactions());
        boolean _ = call(() -> {
            held.stream()
                    .filter(transaction -> node.mempool().contains(transaction.txid()))
                    .forEach(transaction -> wallet.entered(transaction, now()));
            return true;
        });
        payments.offerAgain(wallet);
    }

    /** Closes a wallet that is loaded. */
    public void unload(Wallet wallet) {
        boolean removed;
        synchronized (loaded) {
            removed = loaded.remove(wallet.name(), wallet);
        }
        if (removed) {
            boolean _ = call(() -> {
                wallet.close();
                return true;
            });
        }
    }

    // Looking again

    /**
     * Looks at blocks of the active chain again.
     *
     * @param to the last, at most the wallet's own height
     * @return the last block that was looked at; less than {@code to} if the rescan was aborted; -1 if none was
     * @throws WalletException if a block is not stored any more, or another rescan is under way
     */
    public int rescan(Wallet wallet, int from, int to) {
        Scanning scanning = new Scanning(worldClock.millis());
        if (scans.putIfAbsent(wallet.name(), scanning) != null) {
            throw new WalletException(Kind.GENERAL, "Wallet is currently rescanning. Abort existing rescan or wait.");
        }
        LOG.info(
                "[{}] Rescan started from block {}... ({})",
                label(wallet),
                from,
                reader.hasFilters() ? "fast variant using block filters" : "slow variant inspecting all blocks");
        try {
            int height = from;
            int last = -1;
            int portion = reader.hasFilters() ? PORTION : UNFILTERED_PORTION;
            while (height <= Math.min(to, wallet.height()) && !scanning.aborted) {
                int begin = height;
                int end = Math.min(Math.min(to, wallet.height()), begin + portion - 1);
                last = call(() -> portion(wallet, begin, end));
                height = last + 1;
                scanning.progress = (double) (height - from) / Math.max(1, to - from + 1);
                if (last / BLOCKS_BETWEEN_REPORTS > begin / BLOCKS_BETWEEN_REPORTS) {
                    LOG.info("[{}] Still rescanning. At block {} of {}", label(wallet), last, to);
                }
            }
            return last;
        } finally {
            scans.remove(wallet.name());
        }
    }

    private static final int UNFILTERED_PORTION = 8;
    private static final int BLOCKS_BETWEEN_REPORTS = 10_000;

    private int portion(Wallet wallet, int begin, int end) {
        BlockEntry place = reader.placeOf(wallet);
        int last = Math.min(end, place.height());
        for (int height = begin; height <= last; height++) {
            BlockEntry entry = place.ancestor(height);
            if (entry != null && reader.concerns(wallet, entry)) {
                try {
                    boolean _ = wallet.rescanned(reader.read(entry), ChainReader.point(entry), now());
                } catch (ChainReader.MissingBlockException e) {
                    throw new WalletException(Kind.GENERAL, String.valueOf(e.getMessage()));
                }
            }
        }
        return last;
    }

    /** Opens a wallet's keys for some seconds of the world's clock. */
    public void unlock(Wallet wallet, byte[] passphrase, long seconds) {
        wallet.secrets().unlock(passphrase, worldClock.millis() + seconds * 1000);
        boolean _ = lane.execute(this::tick);
    }

    /** What is paid for its size if nothing else is said; zero to estimate ({@code settxfee}). */
    public Feerate payFee(Wallet wallet) {
        Feerate set = payFees.get(wallet.name());
        return set == null ? wallet.options().payFee() : set;
    }

    public void payFee(Wallet wallet, Feerate rate) {
        payFees.put(wallet.name(), rate);
    }

    /**
     * A rescan under way.
     *
     * @param progress from 0 to 1
     */
    public record Rescan(long startedMillis, long nowMillis, double progress) {
        public long seconds() {
            return (nowMillis - startedMillis) / 1000;
        }
    }

    private static final class Scanning {
        final long startedMillis;
        volatile double progress;
        volatile boolean aborted;

        Scanning(long startedMillis) {
            this.startedMillis = startedMillis;
        }
    }

    /** The rescan of the wallet; null if none is under way. */
    public @Nullable Rescan rescanOf(Wallet wallet) {
        Scanning scanning = scans.get(wallet.name());
        return scanning == null ? null : new Rescan(scanning.startedMillis, worldClock.millis(), scanning.progress);
    }

    /** Ends the rescan of the wallet; false if none is under way. */
    public boolean abortRescan(Wallet wallet) {
        Scanning scanning = scans.get(wallet.name());
        if (scanning != null) {
            scanning.aborted = true;
        }
        return scanning != null;
    }

    /** The height of the first block that may hold coins of keys made at that time. */
    public int heightFor(long seconds) {
        return beforeTime(seconds).height();
    }

    // Time

    private void appoint() {
        lane.appoint(worldClock.millis() + soonest(), this::tick);
    }

    private long soonest() {
        long now = worldClock.millis();
        long soonest = TICK_MILLIS;
        for (Wallet wallet : all()) {
            long until = wallet.secrets().openUntilMillis();
            soonest = until == 0 ? soonest : Math.min(soonest, Math.max(1, until - now));
        }
        return soonest;
    }

    private void tick() {
        synchronized (loaded) {
            if (closed) {
                return;
            }
        }
        all().forEach(wallet -> wallet.secrets().tick(worldClock.millis()));
        due(node.clock().millis());
        appoint();
    }

    /** Does what would be due by then. */
    public void due(long thenMillis) {
        if (thenMillis >= nextResendMillis) {
            nextResendMillis = thenMillis + RESEND_MILLIS + random.below(2 * RESEND_MILLIS);
            all().forEach(payments::offerAgain);
        }
        if (thenMillis >= offerMillis) {
            offerMillis = Long.MAX_VALUE;
            all().forEach(payments::offerMissing);
        }
    }

    /** The wallet's payments that are in no block, the oldest first. */
    static List<WalletTx> waiting(Wallet wallet) {
        List<WalletTx> waiting = new ArrayList<>();
        for (WalletTx tx : wallet.transactions()) {
            boolean waits = switch (tx.state()) {
                case TxState.InMempool _ -> true;
                case TxState.Inactive(boolean abandoned) ->
                    !abandoned && !tx.transaction().isCoinbase();
                case TxState.Confirmed _, TxState.Conflicted _ -> false;
            };
            if (waits && wallet.debit(tx.transaction()) > 0 && !isReplaced(wallet, tx)) {
                waiting.add(tx);
            }
        }
        return waiting;
    }

    /** Whether another payment stands in its place that may still confirm: then this one must not. */
    private static boolean isReplaced(Wallet wallet, WalletTx tx) {
        String by = tx.note(WalletTx.Note.REPLACED_BY);
        WalletTx other = by.isEmpty() ? null : wallet.get(Hash256.fromHex(by));
        return other != null && !other.isAbandoned() && !(other.state() instanceof TxState.Conflicted);
    }

    /** Closes all wallets; their files are as they are. */
    @Override
    public void close() {
        synchronized (loaded) {
            closed = true;
        }
        for (Wallet wallet : all()) {
            try {
                unload(wallet);
            } catch (StorageException | WalletException e) {
                LOG.warn("[{}] not closed in order: {}", label(wallet), e.getMessage());
            }
        }
    }
}
