package org.starling.node;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.mempool.AcceptResult;
import org.starling.mempool.Mempool;
import org.starling.mempool.MempoolFile;
import org.starling.world.StorageException;

/** Keeps the mempool over a restart, in a file. A file that is damaged, or that cannot be written, stops nothing. */
public final class MempoolKeeper {
    /** Where the mempool is kept while the node is closed. */
    public static final String FILE = "mempool.dat";

    private static final Logger LOG = LoggerFactory.getLogger(MempoolKeeper.class);

    private final Mempool mempool;
    private final World world;
    private final NodeClock clock;
    private volatile boolean loading;
    private volatile boolean keeping;

    // Of the validation lane, once the node is open.
    private boolean held;
    private boolean expected;

    MempoolKeeper(Mempool mempool, World world, NodeClock clock) {
        this.mempool = mempool;
        this.world = world;
        this.clock = clock;
    }

    /**
     * What of a mempool file counts.
     *
     * @param currentTime whether transactions count as accepted now, not when they were
     * @param feeDeltas whether what operators added to fees is added here
     * @param unbroadcast whether what nobody fetched yet is sent again
     */
    public record Taken(boolean currentTime, boolean feeDeltas, boolean unbroadcast) {
        static final Taken WHOLE = new Taken(false, true, true);
    }

    /** Begins to take in what the mempool held when the node was last closed. From now on closing keeps it. */
    public void load() {
        loading = true;
        keeping = true;
        world.validation().execute(() -> {
            expected = true;
            if (!held) {
                loadFile();
            }
        });
    }

    /** Whether nothing that the mempool held when the node was last closed is still to be taken in. */
    public boolean isLoaded() {
        return !loading;
    }

    /** Writes down what the mempool holds; false if the disk does not let it. */
    public boolean save() {
        return Node.await(world.validation().call(this::write));
    }

    /** Takes in what a file holds, and returns when all of it was tried. */
    public void importFile(MempoolFile file, Taken how) {
        boolean _ = Node.await(take(file, how));
    }

    /** Whether the file is to be written when the node closes: it was asked to be kept, and was read. */
    boolean isKeeping() {
        return keeping && !loading;
    }

    /** From now on {@link #load} waits for {@link #release}. Before anything is asked for. */
    void hold() {
        held = true;
    }

    /** The chain is there to judge by: what was asked for is loaded. On the validation lane. */
    void release() {
        held = false;
        if (expected) {
            loadFile();
        }
    }

    private void loadFile() {
        world.disk().execute(() -> {
            byte[] content = null;
            try {
                content = world.files().read(FILE);
            } catch (StorageException e) {
                LOG.warn("{} cannot be read, continuing without it", FILE, e);
            }
            MempoolFile file = content == null ? null : parse(content);
            if (file == null) {
                loading = false;
                return;
            }
            CompletableFuture<Boolean> _ = take(file, Taken.WHOLE).whenComplete((done, failure) -> {
                loading = false;
            });
        });
    }

    private static @Nullable MempoolFile parse(byte[] content) {
        try {
            return MempoolFile.read(Bytes.wrap(content));
        } catch (MalformedException e) {
            LOG.info("Failed to deserialize mempool data on file: {}. Continuing anyway.", e.getMessage());
            return null;
        }
    }

    /**
     * Takes in what a file holds, a transaction at a time so that blocks and peers need not wait for the whole.
     *
     * @return done when all is tried
     */
    private CompletableFuture<Boolean> take(MempoolFile file, Taken how) {
        LOG.info("Loading {} mempool transactions from file...", file.entries().size());
        for (MempoolFile.Stored stored : file.entries()) {
            world.validation().execute(() -> take(stored, how));
        }
        return world.validation().call(() -> {
            if (how.feeDeltas()) {
                file.feeDeltas().forEach(mempool::prioritise);
            }
            if (how.unbroadcast()) {
                file.unbroadcast().forEach(mempool::addUnbroadcast);
            }
            long known = file.entries().stream()
                    .filter(stored -> mempool.contains(stored.transaction().txid()))
                    .count();
            LOG.info(
                    "Imported mempool transactions from file: {} of {} are there now",
                    known,
                    file.entries().size());
            return true;
        });
    }

    private void take(MempoolFile.Stored stored, Taken how) {
        if (how.feeDeltas() && stored.feeDelta() != 0) {
            mempool.prioritise(stored.transaction().txid(), stored.feeDelta());
        }
        long now = clock.seconds();
        long time = how.currentTime() ? now : stored.time();
        if (time > now - mempool.options().expirySeconds()) {
            AcceptResult _ = mempool.accept(stored.transaction(), time);
        }
    }

    /** Writes the file; false if the disk does not let it. For the validation lane. */
    boolean write() {
        MempoolFile file = MempoolFile.of(mempool);
        Bytes key = new ByteWriter()
                .i64(world.randomness().child("mempool").nextLong())
                .toBytes();
        LOG.info("Writing {} mempool transactions to file...", file.entries().size());
        try {
            world.files().replace(FILE, file.write(key).toArray());
            return true;
        } catch (StorageException e) {
            LOG.info("Failed to dump mempool: {}. Continuing anyway.", e.getMessage());
            return false;
        }
    }
}
