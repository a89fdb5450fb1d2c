package org.starling.node;

import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bitcoin.ChainView;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.ChainListener;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;
import org.starling.mempool.Feerate;
import org.starling.mempool.MempoolListener;
import org.starling.mempool.RemovalReason;
import org.starling.mempool.fees.FeeEstimates;
import org.starling.world.StorageException;

/**
 * Lets fee estimates learn from mempool and chain, and keeps them over a restart, in a file that is written when the node
 * closes and every hour. A file that is damaged, or cannot be written, stops nothing.
 */
public final class FeeKeeper implements MempoolListener, ChainListener {
    /** Where the estimates are kept. */
    public static final String FILE = "fee_estimates.dat";

    /** How old the tip may be for what comes to count. */
    private static final long OLDEST_TIP_SECONDS = 3 * 60 * 60;

    private static final long SAVE_MILLIS = 60 * 60 * 1000;

    /** A file that is older tells of another market. */
    private static final long OLDEST_FILE_HOURS = 60;

    private static final long HOUR_MILLIS = 60 * 60 * 1000;

    private static final Logger LOG = LoggerFactory.getLogger(FeeKeeper.class);

    private final FeeEstimates estimates = new FeeEstimates();
    private final ChainView chain;
    private final World world;
    private final NodeClock clock;
    private volatile boolean keeping;
    private volatile long nextMillis = Long.MAX_VALUE;

    FeeKeeper(ChainView chain, World world, NodeClock clock) {
        this.chain = chain;
        this.world = world;
        this.clock = clock;
    }

    public FeeEstimates estimates() {
        return estimates;
    }

    /**
     * Goes on from what was known when the node was last closed. From now on it is kept.
     *
     * @param evenOld whether a file of any age will do ({@code -acceptstalefeeestimates})
     */
    public void load(boolean evenOld) {
        keeping = true;
        nextMillis = clock.millis() + SAVE_MILLIS;
        try {
            byte[] content = world.files().read(FILE);
            if (content == null) {
                LOG.info("{} is not found. Continue anyway.", FILE);
                return;
            }
            OptionalLong modified = world.files().modifiedMillis(FILE);
            long hours = modified.isPresent() ? (world.clock().millis() - modified.getAsLong()) / HOUR_MILLIS : 0;
            if (hours > OLDEST_FILE_HOURS && !evenOld) {
                LOG.info(
                        "Fee estimation file {} too old (age={} > {} hours) and will not be used to avoid serving stale"
                                + " estimates.",
                        FILE,
                        hours,
                        OLDEST_FILE_HOURS);
                return;
            }
            estimates.read(Bytes.wrap(content));
        } catch (MalformedException | StorageException e) {
            LOG.warn("Failed to read fee estimates from {}: {}. Continue anyway.", FILE, e.getMessage());
        }
    }

    // What happens, on the validation lane

    @Override
    public void addedAlone(Hash256 txid, Feerate feerate, int height) {
        if (isCurrent()) {
            estimates.entered(txid, feerate, height);
        }
    }

    /** Whether we see what the network sees, so that the time until a block takes a transaction means something. */
    private boolean isCurrent() {
        BlockEntry tip = chain.headers().tip();
        return !chain.isInitialBlockDownload()
                && tip.time() >= clock.seconds() - OLDEST_TIP_SECONDS
                && tip.height() >= chain.headers().bestHeader().height() - 1;
    }

    @Override
    public void removed(Transaction transaction, RemovalReason reason, long sequence) {
        if (reason != RemovalReason.BLOCK) {
            estimates.left(transaction.txid());
        }
    }

    @Override
    public void blockConnected(BlockEntry entry, Block block, BlockUndo undo) {
        estimates.blockConnected(
                entry.height(),
                block.transactions().stream().map(Transaction::txid).toList());
    }

    // Over a restart

    /** When {@link #tick} has something to do, by the node's clock. */
    long nextMillis() {
        return nextMillis;
    }

    /** Writes the file if it is time. */
    void tick(long nowMillis) {
        if (nowMillis >= nextMillis) {
            nextMillis = clock.millis() + SAVE_MILLIS;
            Bytes content = estimates.write();
            world.disk().execute(() -> save(content));
        }
    }

    /** What still waits has failed to confirm as far as we saw it; then the file is written. */
    void close() {
        if (keeping) {
            estimates.leaveAll();
            save(estimates.write());
        }
    }

    private void save(Bytes content) {
        try {
            world.files().replace(FILE, content.toArray());
            LOG.info("Flushed fee estimates to {}.", FILE);
        } catch (StorageException e) {
            LOG.warn("Failed to write fee estimates to {}: {}. Continue anyway.", FILE, e.getMessage());
        }
    }
}
