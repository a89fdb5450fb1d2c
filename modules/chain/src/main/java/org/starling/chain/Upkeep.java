package org.starling.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What of the chain is on disk: writes blocks, index and coins in the order in which they depend on each other, and
 * removes old block files.
 */
final class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(Chain.class);

    private static final Logger PRUNE_LOG = LoggerFactory.getLogger("prune");

    /** Blocks below one that is still needed that are kept too, lest a small reorganisation should want them. */
    private static final int PRUNE_LOCK_MARGIN = 10;

    private final ChainOptions options;
    private final ChainStore store;
    private final BlockFiles blockFiles;
    private final BlockIndex index;
    private final CoinsCache coins;
    private final List<Chain.PruneLock> pruneLocks = new ArrayList<>();
    private boolean pruned;
    private @Nullable BlockEntry flushedTip;

    Upkeep(ChainOptions options, ChainLoader.Loaded loaded) {
        this.options = options;
        this.store = loaded.store();
        this.blockFiles = loaded.blockFiles();
        this.index = loaded.index();
        this.coins = loaded.coins();
        this.pruned = loaded.pruned();
        this.flushedTip = loaded.flushedTip();
    }

    boolean isPruned() {
        return pruned;
    }

    long coinsCacheBytes() {
        return options.coinsCacheBytes();
    }

    /** Whether so many coins are in memory that they should be written. */
    boolean wantsRoom() {
        return coins.usedBytes() > options.coinsCacheBytes();
    }

    /**
     * Makes all durable.
     *
     * @param tip the block that the coins are at
     * @param dropCoins whether to forget the coins in memory
     */
    void flush(BlockEntry tip, boolean dropCoins) {
        flushIndex();
        coins.write(flushedTip == null ? null : flushedTip.hash(), tip.hash());
        flushedTip = tip;
        if (dropCoins) {
            coins.drop();
        }
    }

    /** Blocks before the index that names them, and the index before the coins that stand on it. */
    void flushIndex() {
        blockFiles.sync();
        store.writeIndex(index.dirty(), blockFiles.takeDirtyInfos(), pruned);
        index.written();
    }

    /** Whether files should be removed to come below the size that the operator wants. */
    boolean isOverTarget() {
        long target = options.prune().targetBytes();
        return options.prune().enabled() && target != Long.MAX_VALUE && blockFiles.totalBytes() >= target;
    }

    /** Removes old files, as many as it takes to come below the operator's size. */
    void pruneToTarget(BlockEntry tip) {
        prune(tip, tip.height(), options.prune().targetBytes());
    }

    /** Removes the files all of whose blocks are at that height or below and deep enough. */
    void prune(BlockEntry tip, int height) {
        prune(tip, height, 0);
    }

    void addPruneLock(Chain.PruneLock lock) {
        pruneLocks.add(lock);
    }

    /** The height up to which nobody needs the blocks. */
    private int unlocked(BlockEntry tip) {
        int limit = tip.height();
        String limiting = "";
        for (Chain.PruneLock lock : pruneLocks) {
            int free = Math.max(1, lock.height().getAsInt() - PRUNE_LOCK_MARGIN - 1);
            if (free < limit) {
                limit = free;
                limiting = lock.name();
            }
        }
        if (!limiting.isEmpty()) {
            PRUNE_LOG.debug("{} limited pruning to height {}", limiting, limit);
        }
        return limit;
    }

    private void prune(BlockEntry tip, int height, long targetBytes) {
        if (tip.height() <= options.params().pruneAfterHeight()) {
            return;
        }
        int limit = Math.min(Math.min(height, unlocked(tip)), tip.height() - Chain.MIN_BLOCKS_TO_KEEP);
        SortedSet<Integer> victims = blockFiles.filesToPrune(limit, targetBytes);
        if (victims.isEmpty()) {
            return;
        }
        for (BlockEntry entry : index.tree().all()) {
            if (entry.hasBlock() && victims.contains(entry.fileNumber())) {
                index.change(entry, 0, BlockEntry.HAS_BLOCK | BlockEntry.HAS_UNDO);
            }
        }
        pruned = true;
        victims.forEach(blockFiles::forget);
        // The coins must not need a file after it is gone, and the index must not name it.
        flush(tip, false);
        victims.forEach(blockFiles::delete);
        LOG.info("Pruned {} block files up to height {}", victims.size(), limit);
    }
}
