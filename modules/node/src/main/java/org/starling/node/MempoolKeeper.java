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
final class MempoolKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(MempoolKeeper.class);

    private final Mempool mempool;
    private final World world;
    private final NodeClock clock;
    private volatile boolean loading;
    private volatile boolean keeping;

    MempoolKeeper(Mempool mempool, World world, NodeClock clock) {
        this.mempool = mempool;
        this.world = world;
        this.clock = clock;
    }

    /** Whether nothing is still to be taken in from the file. */
    boolean isLoaded() {
        return !loading;
    }

    /** Whether the file is to be written when the node closes: it was asked to be kept, and was read. */
    boolean isKeeping() {
        return keeping && !loading;
    }

    /** From now on the file is kept, and {@link #load} is to come. */
    void expect() {
        loading = true;
        keeping = true;
    }

    /** Begins to take in the file. */
    void load() {
        world.disk().execute(() -> {
            byte[] content = null;
            try {
                content = world.files().read(Node.MEMPOOL_FILE);
            } catch (StorageException e) {
                LOG.warn("{} cannot be read, continuing without it", Node.MEMPOOL_FILE, e);
            }
            MempoolFile file = content == null ? null : parse(content);
            if (file == null) {
                loading = false;
                return;
            }
            CompletableFuture<Boolean> _ = take(file, Node.MempoolImport.WHOLE).whenComplete((done, failure) -> {
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
    CompletableFuture<Boolean> take(MempoolFile file, Node.MempoolImport how) {
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

    private void take(MempoolFile.Stored stored, Node.MempoolImport how) {
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
    boolean save() {
        MempoolFile file = MempoolFile.of(mempool);
        Bytes key = new ByteWriter()
                .i64(world.randomness().child("mempool").nextLong())
                .toBytes();
        LOG.info("Writing {} mempool transactions to file...", file.entries().size());
        try {
            world.files().replace(Node.MEMPOOL_FILE, file.write(key).toArray());
            return true;
        } catch (StorageException e) {
            LOG.info("Failed to dump mempool: {}. Continuing anyway.", e.getMessage());
            return false;
        }
    }
}
