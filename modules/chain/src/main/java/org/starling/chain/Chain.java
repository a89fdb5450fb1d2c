package org.starling.chain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Difficulty;
import org.starling.consensus.HeaderRules;
import org.starling.consensus.Rejection;
import org.starling.world.FileStore;
import org.starling.world.KeyValueStore;
import org.starling.world.Randomness;
import org.starling.world.StorageException;
import org.starling.world.Workers;

/**
 * The block chain: takes in headers and blocks, keeps the active chain the valid one with the most work, and the coins
 * that go with it. One thread, the validation thread, calls everything here but {@link #tree}, {@link #readBlock},
 * {@link #readRawBlock} and {@link #readUndo}, which any thread may.
 *
 * <p>A {@link StorageException} means that memory and disk may no longer agree: every later change throws it again, and
 * the node must stop. What was flushed is whole, and the next start goes on from there.
 */
public final class Chain implements AutoCloseable {
    /** Blocks below the tip that pruning never touches. */
    public static final int MIN_BLOCKS_TO_KEEP = 288;

    private static final Logger LOG = LoggerFactory.getLogger(Chain.class);
    private static final Logger REFUSALS = LoggerFactory.getLogger("validation");

    /** Beyond two weeks of work on top, scripts below the assumed valid block are not checked. */
    private static final long ASSUME_VALID_DEPTH_SECONDS = 14L * 24 * 60 * 60;

    private final ChainOptions options;
    private final ChainParams params;
    private final ChainStore store;
    private final BlockFiles blockFiles;
    private final HeaderTree tree;
    private final BlockIndex index;
    private final CoinsCache coins;
    private final BlockConnector connector;
    private final Pipeline pipeline;
    private final ScriptCache scriptCache;
    private final List<ChainListener> listeners = new ArrayList<>();
    private final RecentBlocks recent = new RecentBlocks();
    private final Map<Hash256, Rejection> rejections = new LinkedHashMap<>();
    private boolean pruned;
    // The block up to which coins are applied and all is settled; the tree shows it when a change is complete.
    private BlockEntry tip;
    private @Nullable BlockEntry flushedTip;
    private @Nullable StorageException failure;

    private Chain(ChainOptions options, ChainLoader.Loaded loaded, Workers workers, Randomness randomness) {
        this.options = options;
        this.params = options.params();
        this.store = loaded.store();
        this.blockFiles = loaded.blockFiles();
        this.index = loaded.index();
        this.tree = index.tree();
        this.coins = loaded.coins();
        this.connector = loaded.connector();
        this.pruned = loaded.pruned();
        this.tip = tree.tip();
        this.flushedTip = loaded.flushedTip();
        this.scriptCache = new ScriptCache(randomness.child("script-cache"));
        this.pipeline = new Pipeline(workers, store, coins, connector, new Links());
    }

    /**
     * Opens the chain, creating it with its genesis block if the stores are empty, and repairs what a crash left: coins
     * written in part are completed, blocks on disk that the index does not know are taken in. The best chain is not
     * activated yet; call {@link #activateBest} when listeners are in place.
     *
     * @param store for the index and the coins
     * @param files the folder of the block files
     * @param nowSeconds the node's time, seconds since 1970
     */
    public static Chain open(
            ChainOptions options,
            KeyValueStore store,
            FileStore files,
            Workers workers,
            Randomness randomness,
            long nowSeconds) {
        ChainLoader.Loaded loaded = new ChainLoader(options, store, files, randomness.child("blocks-xor")).load();
        Chain chain = new Chain(options, loaded, workers, randomness);
        chain.guard(() -> {
            chain.index.rebuild(ChainLoader.byHeight(chain.tree), chain.tip);
            BlockImport.recoverTail(chain, workers, nowSeconds);
            chain.storeGenesis();
            chain.flushIndex();
            if (chain.store.isSet(ChainStore.REINDEXING)) {
                chain.store.set(ChainStore.REINDEXING, false);
            }
        });
        return chain;
    }

    private void storeGenesis() {
        BlockEntry genesis = tree.genesis();
        if (!genesis.hasBlock() && genesis.transactionCount() == 0) {
            Block block = params.genesis();
            index.received(genesis, block.transactions().size(), blockFiles.append(block, 0), genesis);
            genesis.add(BlockEntry.VALIDATED);
        }
    }

    // Reading, from any thread

    /** The headers, the active chain's tip among them. Safe to read from any thread. */
    public HeaderTree tree() {
        return tree;
    }

    public ChainParams params() {
        return params;
    }

    /** Whether block files have been removed. */
    public boolean isPruned() {
        return pruned;
    }

    /** The block, from disk. Throws {@link IllegalStateException} if it {@linkplain BlockEntry#hasBlock is not there}. */
    public Block readBlock(BlockEntry entry) {
        try {
            Block block = Block.parse(readRawBlock(entry));
            if (block.hash().equals(entry.hash())) {
                return block;
            }
            throw new StorageException("Another block is stored in the place of block " + entry);
        } catch (MalformedException e) {
            throw new StorageException("Block " + entry + " is damaged on disk: " + e.getMessage(), e);
        }
    }

    /** As {@link #readBlock}, serialized. */
    public Bytes readRawBlock(BlockEntry entry) {
        if (entry.hasBlock()) {
            try {
                return blockFiles.readBlock(entry.fileNumber(), entry.blockPosition());
            } catch (StorageException e) {
                // The file may have been pruned since; what is gone on purpose is no failure.
                if (entry.hasBlock()) {
                    throw e;
                }
            }
        }
        throw new IllegalStateException("block " + entry + " is not stored");
    }

    /** What the block spent; null if that is not stored, because the block was never connected or was pruned. */
    public @Nullable BlockUndo readUndo(BlockEntry entry) {
        BlockEntry previous = entry.previous();
        if (previous == null) {
            return new BlockUndo(List.of());
        }
        if (entry.hasUndo()) {
            try {
                return blockFiles.readUndo(entry.fileNumber(), entry.undoPosition(), previous.hash());
            } catch (StorageException e) {
                if (entry.hasUndo()) {
                    throw e;
                }
            }
        }
        return null;
    }

    // The validation thread only

    public void addListener(ChainListener listener) {
        listeners.add(listener);
    }

    public void removeListener(ChainListener listener) {
        listeners.remove(listener);
    }

    /** The coins at the tip. */
    public CoinsView coins() {
        return coins;
    }

    /** Transactions whose scripts need no check when a block has them. */
    public ScriptCache scriptCache() {
        return scriptCache;
    }

    ChainStore store() {
        return store;
    }

    BlockFiles blockFiles() {
        return blockFiles;
    }

    BlockIndex index() {
        return index;
    }

    BlockEntry workingTip() {
        return tip;
    }

    /**
     * Takes in headers, each on top of one that is known or stands before it in the list. Stops at the first refused.
     *
     * @param workChecked whether the chain they make is known to have enough work to be kept ({@code prev-blk-not-found}
     *     and {@code too-little-chainwork} tell the two ways to fail for want of context)
     */
    public Acceptance acceptHeaders(List<BlockHeader> headers, long nowSeconds, boolean workChecked) {
        return guarded(() -> {
            BlockEntry before = tree.bestHeader();
            Acceptance last = new Acceptance.Refused(Rejection.of(Rejection.Kind.INVALID_HEADER, "no-headers"));
            boolean fresh = false;
            for (BlockHeader header : headers) {
                last = acceptHeader(header, header.hash(), nowSeconds, workChecked);
                if (last instanceof Acceptance.Accepted(BlockEntry entry, boolean isNew)) {
                    fresh |= isNew;
                    last = new Acceptance.Accepted(entry, fresh);
                } else {
                    break;
                }
            }
            announceBestHeader(before);
            return last;
        });
    }

    Acceptance acceptHeader(BlockHeader header, Hash256 hash, long nowSeconds, boolean workChecked) {
        BlockEntry known = tree.find(hash);
        if (known != null) {
            return known.isInvalid()
                    ? refuse(Rejection.Kind.CACHED_INVALID, "duplicate-invalid")
                    : new Acceptance.Accepted(known, false);
        }
        Rejection alone = HeaderRules.check(header, hash, params);
        if (alone != null) {
            return refuse(hash, alone);
        }
        BlockEntry previous = tree.find(header.previous());
        if (previous == null) {
            return refuse(Rejection.Kind.MISSING_PREV, "prev-blk-not-found");
        }
        if (previous.isInvalid()) {
            return refuse(Rejection.Kind.INVALID_PREV, "bad-prevblk");
        }
        Rejection inContext = HeaderRules.checkInContext(header, previous, params, nowSeconds);
        if (inContext != null) {
            return refuse(hash, inContext);
        }
        if (!workChecked) {
            return refuse(Rejection.Kind.LOW_WORK, "too-little-chainwork");
        }
        return new Acceptance.Accepted(index.addHeader(header, hash, previous), true);
    }

    private static Acceptance refuse(Hash256 hash, Rejection rejection) {
        REFUSALS.debug("{}, {}", hash, rejection);
        return new Acceptance.Refused(rejection);
    }

    private static Acceptance refuse(Rejection.Kind kind, String reason) {
        return new Acceptance.Refused(Rejection.of(kind, reason));
    }

    private void announceBestHeader(BlockEntry before) {
        BlockEntry best = tree.bestHeader();
        if (best != before) {
            listeners.forEach(listener -> listener.bestHeaderChanged(best));
        }
    }

    /**
     * Checks a block as far as it can be without its coins, and stores it. Call {@link #activateBest} afterwards.
     *
     * @param requested whether it was asked for; of others only those are kept that are about to extend the best chain
     * @param workChecked as in {@link #acceptHeaders}
     */
    public Acceptance acceptBlock(Block block, boolean requested, long nowSeconds, boolean workChecked) {
        return guarded(() -> acceptBlock(block, null, false, requested, nowSeconds, workChecked));
    }

    /**
     * As {@link #acceptBlock}.
     *
     * @param stored where the block stands in our own files; null to write it
     * @param checked whether {@link BlockRules#check} was passed already
     */
    Acceptance acceptBlock(
            Block block,
            BlockFiles.@Nullable Position stored,
            boolean checked,
            boolean requested,
            long nowSeconds,
            boolean workChecked) {
        // What fails by itself says nothing of its header, which another body may fit: the entry is not marked for it.
        Rejection alone = checked ? null : BlockRules.check(block, params);
        if (alone != null) {
            return refuse(block.hash(), alone);
        }
        BlockEntry before = tree.bestHeader();
        Acceptance header = acceptHeader(block.header(), block.hash(), nowSeconds, workChecked);
        if (!(header instanceof Acceptance.Accepted(BlockEntry entry, boolean freshHeader))) {
            return header;
        }
        announceBestHeader(before);
        if (entry.hasBlock() || !requested && !isWorthKeeping(entry)) {
            return new Acceptance.Accepted(entry, false);
        }
        BlockEntry previous = entry.previous();
        Rejection rejection = previous == null ? null : BlockRules.checkInContext(block, previous, params);
        if (rejection != null) {
            if (rejection.kind() != Rejection.Kind.MUTATED) {
                reject(entry, rejection);
            }
            return refuse(block.hash(), rejection);
        }
        BlockFiles.Position position = stored == null ? blockFiles.append(block, entry.height()) : stored;
        if (stored != null) {
            blockFiles.addBlock(stored.file(), entry.height(), stored.offset() + block.totalLength());
        }
        index.received(entry, block.transactions().size(), position, tip);
        recent.add(block);
        return new Acceptance.Accepted(entry, true);
    }

    private boolean isWorthKeeping(BlockEntry entry) {
        return entry.transactionCount() == 0
                && entry.chainWork().compareTo(tip.chainWork()) >= 0
                && entry.height() <= tip.height() + MIN_BLOCKS_TO_KEEP
                && entry.chainWork().compareTo(params.minimumChainWork()) >= 0;
    }

    private void reject(BlockEntry entry, Rejection rejection) {
        LOG.warn("Block {} is invalid: {}", entry, rejection);
        rejections.put(entry.hash(), rejection);
        if (rejections.size() > MIN_BLOCKS_TO_KEEP) {
            rejections.remove(rejections.keySet().iterator().next());
        }
        recent.remove(entry.hash());
        index.fail(entry);
        listeners.forEach(listener -> listener.blockRejected(entry, rejection));
    }

    /** Why a block was found invalid lately; null if it was not, or that is forgotten. */
    public @Nullable Rejection rejectionOf(Hash256 block) {
        return rejections.get(block);
    }

    /** {@link #acceptBlock}, then {@link #activateBest}; refused also if the block proved invalid when connected. */
    public Acceptance processBlock(Block block, boolean requested, long nowSeconds, boolean workChecked) {
        Acceptance accepted = acceptBlock(block, requested, nowSeconds, workChecked);
        activateBest();
        if (accepted instanceof Acceptance.Accepted(BlockEntry entry, boolean fresh) && fresh && entry.isInvalid()) {
            Rejection rejection = rejections.get(block.hash());
            return rejection == null
                    ? refuse(Rejection.Kind.INVALID_PREV, "bad-prevblk")
                    : new Acceptance.Refused(rejection);
        }
        return accepted;
    }

    /** Moves to the best chain of stored blocks, and settles all of it. */
    public void activateBest() {
        guard(() -> {
            BlockEntry start = tip;
            while (true) {
                BlockEntry best = index.best(tip);
                if (best == tip) {
                    break;
                }
                moveTo(best);
            }
            index.trimCandidates(tip);
            finishChange(start);
            if (coins.usedBytes() > options.coinsCacheBytes()) {
                flushAll(true);
            }
        });
    }

    private void finishChange(BlockEntry start) {
        if (tip != start) {
            tree.setTip(tip);
            BlockEntry fork = start.forkWith(tip);
            listeners.forEach(listener -> listener.chainChanged(tip, fork));
            pruneAutomatically();
        }
    }

    /** Goes towards that entry until it is reached or a block on the way fails. */
    private void moveTo(BlockEntry target) {
        BlockEntry fork = tip.forkWith(target);
        while (tip != fork) {
            disconnectTip();
        }
        List<BlockEntry> path = new ArrayList<>(target.height() - fork.height());
        for (BlockEntry at = target; at != fork; at = Objects.requireNonNull(at.previous())) {
            path.add(at);
        }
        Pipeline.Failure failed = pipeline.connect(path.reversed());
        if (failed != null) {
            if (failed.rejection().kind() == Rejection.Kind.MUTATED) {
                throw new StorageException("Block " + failed.entry() + " is damaged on disk: " + failed.rejection());
            }
            reject(failed.entry(), failed.rejection());
            index.refillCandidates(tip);
        }
    }

    private void disconnectTip() {
        BlockEntry entry = tip;
        BlockEntry previous = Objects.requireNonNull(entry.previous(), "genesis cannot be disconnected");
        BlockUndo undo = entry.hasBlock() ? readUndo(entry) : null;
        if (undo == null) {
            throw new StorageException("Block " + entry + " cannot be disconnected: its data are "
                    + (pruned ? "pruned" : "missing") + "; the chain must be built again (-reindex).");
        }
        Block block = readBlock(entry);
        connector.disconnect(block, entry, undo);
        tip = previous;
        listeners.forEach(listener -> listener.blockDisconnected(entry, block, undo));
    }

    /**
     * The verdict on a block on top of the tip, its scripts included, that changes nothing: for a template, whose proof
     * of work ({@code checkWork} false) is still to be found.
     */
    public @Nullable Rejection testBlock(Block block, long nowSeconds, boolean checkWork) {
        return guarded(() -> Optional.ofNullable(BlockTrial.run(block, tip, params, coins, nowSeconds, checkWork)))
                .orElse(null);
    }

    /**
     * Marks a block invalid, as an operator asks, and goes to the best chain without it. Throws
     * {@link IllegalArgumentException} for genesis.
     */
    public void invalidate(BlockEntry entry) {
        if (entry.height() == 0) {
            throw new IllegalArgumentException("genesis cannot be invalidated");
        }
        guard(() -> {
            BlockEntry start = tip;
            while (entry.isAncestorOf(tip)) {
                disconnectTip();
            }
            index.fail(entry);
            index.refillCandidates(tip);
            finishChange(start);
        });
        activateBest();
    }

    /** Forgets that the block, and those on it and before it, were found invalid; goes to the best chain. */
    public void reconsider(BlockEntry entry) {
        guard(() -> index.reconsider(entry, tip));
        activateBest();
    }

    /** Treats the block as if it had come before others of the same work; goes to the best chain. */
    public void prefer(BlockEntry entry) {
        guard(() -> index.prefer(entry, tip));
        activateBest();
    }

    /** Makes the chain as it is now durable, keeping coins in memory. A crash later comes back to here or further. */
    public void flush() {
        guard(() -> flushAll(false));
    }

    private void flushAll(boolean dropCoins) {
        flushIndex();
        coins.write(flushedTip == null ? null : flushedTip.hash(), tip.hash());
        flushedTip = tip;
        if (dropCoins) {
            coins.drop();
        }
    }

    /** Blocks before the index that names them, and the index before the coins that stand on it. */
    private void flushIndex() {
        blockFiles.sync();
        store.writeIndex(index.dirty(), blockFiles.takeDirtyInfos(), pruned);
        index.written();
    }

    private void pruneAutomatically() {
        long target = options.prune().targetBytes();
        if (options.prune().enabled() && target != Long.MAX_VALUE && blockFiles.totalBytes() >= target) {
            pruneFiles(tip.height(), target);
        }
    }

    /**
     * Removes block files all of whose blocks are at that height or below and deeper than {@link #MIN_BLOCKS_TO_KEEP}.
     *
     * @return the height below which blocks may be missing now
     */
    public int prune(int height) {
        return guarded(() -> {
            pruneFiles(height, 0);
            BlockEntry lowest = tip;
            while (lowest.hasBlock() && lowest.previous() != null) {
                lowest = lowest.previous();
            }
            return lowest.height();
        });
    }

    private void pruneFiles(int height, long targetBytes) {
        if (tip.height() <= params.pruneAfterHeight()) {
            return;
        }
        int limit = Math.min(height, tip.height() - MIN_BLOCKS_TO_KEEP);
        SortedSet<Integer> victims = blockFiles.filesToPrune(limit, targetBytes);
        if (victims.isEmpty()) {
            return;
        }
        for (BlockEntry entry : tree.all()) {
            if (entry.hasBlock() && victims.contains(entry.fileNumber())) {
                index.change(entry, 0, BlockEntry.HAS_BLOCK | BlockEntry.HAS_UNDO);
            }
        }
        pruned = true;
        victims.forEach(blockFiles::forget);
        // The coins must not need a file after it is gone, and the index must not name it.
        flushAll(false);
        victims.forEach(blockFiles::delete);
        LOG.info("Pruned {} block files up to height {}", victims.size(), limit);
    }

    /** Flushes and lets go of the files. The stores are the caller's to close. */
    @Override
    public void close() {
        if (failure == null) {
            flush();
        }
        blockFiles.close();
    }

    /** What the pipeline draws on. */
    private final class Links implements Pipeline.Surroundings {
        @Override
        public PreparedBlock read(BlockEntry entry) {
            Block block = readBlock(entry);
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
            return coins.usedBytes() > options.coinsCacheBytes();
        }

        @Override
        public void makeRoom() {
            flushAll(true);
        }
    }

    // After a failing disk nothing is changed any more.

    void guard(Runnable step) {
        guarded(() -> {
            step.run();
            return true;
        });
    }

    private <T> T guarded(Supplier<T> step) {
        if (failure != null) {
            throw new StorageException("The chain stopped: " + failure.getMessage(), failure);
        }
        try {
            return step.get();
        } catch (StorageException e) {
            failure = e;
            throw e;
        } catch (RuntimeException | Error e) {
            failure = new StorageException("The chain stopped: " + e, e);
            throw e;
        }
    }
}
