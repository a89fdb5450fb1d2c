package org.starling.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.consensus.Block;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Difficulty;
import org.starling.consensus.Rejection;
import org.starling.world.StorageException;
import org.starling.world.Workers;

/**
 * The chain whose transactions count, and the coins at its tip. It moves towards the best stored blocks a portion at a
 * time: after each portion tip, coins and what the listeners know agree, so that other work can be done in between.
 */
final class ActiveChain implements Pipeline.Surroundings {
    private static final Logger LOG = LoggerFactory.getLogger(Chain.class);

    /** Beyond two weeks of work on top, scripts below the assumed valid block are not checked. */
    private static final long ASSUME_VALID_DEPTH_SECONDS = 14L * 24 * 60 * 60;

    private final ChainParams params;
    private final HeaderTree tree;
    private final BlockIndex index;
    private final BlockFiles blockFiles;
    private final StoredBlocks stored;
    private final BlockConnector connector;
    private final Upkeep upkeep;
    private final RecentBlocks recent;
    private final InvalidBlocks invalid;
    private final ScriptCache scriptCache;
    private final List<ChainListener> listeners;
    private final Pipeline pipeline;
    // The block up to which coins are applied and all is settled; the tree shows it when a portion is complete.
    private BlockEntry tip;

    ActiveChain(
            ChainParams params,
            ChainLoader.Loaded loaded,
            Workers workers,
            StoredBlocks stored,
            Upkeep upkeep,
            RecentBlocks recent,
            InvalidBlocks invalid,
            ScriptCache scriptCache,
            List<ChainListener> listeners) {
        this.params = params;
        this.index = loaded.index();
        this.tree = index.tree();
        this.blockFiles = loaded.blockFiles();
        this.stored = stored;
        this.connector = loaded.connector();
        this.upkeep = upkeep;
        this.recent = recent;
        this.invalid = invalid;
        this.scriptCache = scriptCache;
        this.listeners = listeners;
        this.tip = tree.tip();
        this.pipeline = new Pipeline(workers, loaded.store(), loaded.coins(), connector, this);
    }

    BlockEntry tip() {
        return tip;
    }

    /** Goes a portion of the way to the best chain of stored blocks; whether there is more to go. */
    boolean advance() {
        BlockEntry start = tip;
        BlockEntry best = index.best(tip);
        while (best != tip) {
            moveTowards(best);
            best = index.best(tip);
            // A reorganisation shows when it has at least the work of the chain that it leaves.
            if (tip.chainWork().compareTo(start.chainWork()) >= 0) {
                break;
            }
        }
        index.trimCandidates(tip);
        announce(start);
        if (upkeep.wantsRoom()) {
            flush(true);
        }
        return best != tip;
    }

    private void announce(BlockEntry start) {
        if (tip != start) {
            tree.setTip(tip);
            BlockEntry fork = start.forkWith(tip);
            listeners.forEach(listener -> listener.chainChanged(tip, fork));
            if (upkeep.isOverTarget()) {
                upkeep.pruneToTarget(tip);
                pipeline.storeChanged();
            }
        }
    }

    private void moveTowards(BlockEntry target) {
        BlockEntry fork = tip.forkWith(target);
        while (tip != fork) {
            disconnectTip();
        }
        int height = Math.min(target.height(), fork.height() + Pipeline.MAX_PATH_BLOCKS);
        List<BlockEntry> path = new ArrayList<>(height - fork.height());
        for (BlockEntry at = Objects.requireNonNull(target.ancestor(height)); at != fork; ) {
            path.add(at);
            at = Objects.requireNonNull(at.previous());
        }
        Pipeline.Failure failed = pipeline.connect(path.reversed());
        if (failed != null) {
            if (failed.rejection().kind() == Rejection.Kind.MUTATED) {
                throw new StorageException("Block " + failed.entry() + " is damaged on disk: " + failed.rejection());
            }
            recent.remove(failed.entry().hash());
            invalid.add(failed.entry(), failed.rejection());
            index.refillCandidates(tip);
        }
    }

    private void disconnectTip() {
        BlockEntry entry = tip;
        BlockEntry previous = Objects.requireNonNull(entry.previous(), "genesis cannot be disconnected");
        Block block;
        @Nullable BlockUndo undo;
        try {
            block = stored.block(entry);
            undo = stored.undo(entry);
        } catch (StorageException | IllegalStateException e) {
            throw cannotDisconnect(entry, e);
        }
        if (undo == null) {
            throw cannotDisconnect(entry, new StorageException("its undo data are not stored"));
        }
        connector.disconnect(block, entry, undo);
        tip = previous;
        listeners.forEach(listener -> listener.blockDisconnected(entry, block, undo));
    }

    private static StorageException cannotDisconnect(BlockEntry entry, RuntimeException cause) {
        LOG.error("Block {} cannot be disconnected: the chain must be built again (-reindex)", entry, cause);
        return new StorageException("Failed to disconnect block.", cause);
    }

    /** Marks a block invalid and goes back to before it, if it is active. */
    void invalidate(BlockEntry entry) {
        BlockEntry start = tip;
        while (entry.isAncestorOf(tip)) {
            disconnectTip();
        }
        index.fail(entry);
        index.refillCandidates(tip);
        announce(start);
    }

    void flush(boolean dropCoins) {
        upkeep.flush(tip, dropCoins);
        pipeline.storeChanged();
    }

    /** As {@link Chain#prune}, without telling how far. */
    void prune(int height) {
        upkeep.prune(tip, height);
        pipeline.storeChanged();
    }

    // What the pipeline draws on

    @Override
    public PreparedBlock read(BlockEntry entry) {
        Block block = stored.block(entry);
        return PreparedBlock.of(block, entry.height(), BlockRules.check(block, params));
    }

    @Override
    public @Nullable Block inMemory(BlockEntry entry) {
        return recent.get(entry.hash());
    }

    @Override
    public int flags(BlockEntry entry) {
        return BlockRules.scriptFlags(entry.hash(), entry.height(), params);
    }

    @Override
    public boolean mustCheckScripts(BlockEntry entry) {
        BlockEntry assumed = tree.find(params.assumeValid());
        BlockEntry best = tree.bestHeader();
        return assumed == null
                || !entry.isAncestorOf(assumed)
                || !entry.isAncestorOf(best)
                || best.chainWork().compareTo(params.minimumChainWork()) < 0
                || Difficulty.equivalentSeconds(entry.chainWork(), best.chainWork(), best.bits(), params.pow())
                        <= ASSUME_VALID_DEPTH_SECONDS;
    }

    @Override
    public boolean isKnownValid(ScriptJob job, int flags) {
        return scriptCache.contains(job.transaction().wtxid(), flags);
    }

    @Override
    public byte[] undoRecord(BlockEntry entry, BlockUndo undo) {
        return blockFiles.undoRecord(entry.header().previous(), undo);
    }

    @Override
    public boolean mustCheckForOverwrites(BlockEntry entry) {
        BlockEntry previous = Objects.requireNonNull(entry.previous());
        return BlockRules.mustCheckForOverwrites(entry.height(), entry.hash(), previous, params);
    }

    @Override
    public void settled(BlockEntry entry, Block block, BlockUndo undo, byte[] undoRecord) {
        recent.remove(entry.hash());
        if (!entry.hasUndo()) {
            entry.setUndoPosition(blockFiles.appendUndo(entry.fileNumber(), undoRecord));
            index.change(entry, BlockEntry.HAS_UNDO, 0);
        }
        index.change(entry, BlockEntry.VALIDATED, 0);
        tip = entry;
        if (entry.chainWork().compareTo(tree.tip().chainWork()) > 0) {
            tree.setTip(entry);
        }
        listeners.forEach(listener -> listener.blockConnected(entry, block, undo));
    }

    @Override
    public boolean wantsRoom() {
        return upkeep.wantsRoom();
    }

    @Override
    public void makeRoom() {
        upkeep.flush(tip, true);
    }
}
