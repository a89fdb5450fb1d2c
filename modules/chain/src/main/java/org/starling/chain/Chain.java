package org.starling.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Rejection;
import org.starling.world.FileStore;
import org.starling.world.KeyValueStore;
import org.starling.world.Randomness;
import org.starling.world.StorageException;
import org.starling.world.Workers;

/**
 * The block chain: takes in headers and blocks, keeps the active chain the valid one with the most work, and the coins
 * that go with it. One thread, the validation thread, calls everything here but {@link #tree}, {@link #readBlock},
 * {@link #readRawBlock}, {@link #readBlockPart} and {@link #readUndo}, which any thread may.
 *
 * <p>A {@link StorageException} means that memory and disk may no longer agree: every later change throws it again, and
 * the node must stop. What was flushed is whole, and the next start goes on from there.
 */
public final class Chain implements AutoCloseable {
    /** Blocks below the tip that pruning never touches. */
    public static final int MIN_BLOCKS_TO_KEEP = 288;

    /** Blocks checked, and how thoroughly, if the operator does not say ({@code -checkblocks}, {@code -checklevel}). */
    public static final int DEFAULT_CHECK_BLOCKS = 6;

    public static final int DEFAULT_CHECK_LEVEL = 3;
    public static final int MAX_CHECK_LEVEL = 4;

    private final ChainParams params;
    private final ChainStore store;
    private final BlockFiles blockFiles;
    private final HeaderTree tree;
    private final BlockIndex index;
    private final CoinsCache coins;
    private final ScriptCache scriptCache;
    private final StoredBlocks stored;
    private final Upkeep upkeep;
    private final InvalidBlocks invalid;
    private final ActiveChain active;
    private final Admission admission;
    private final List<ChainListener> listeners = new ArrayList<>();
    private @Nullable StorageException failure;
    private boolean reindexing;
    private boolean closed;

    private Chain(ChainOptions options, ChainLoader.Loaded loaded, Workers workers, ScriptCache scriptCache) {
        this.params = options.params();
        this.reindexing = loaded.reindexing();
        this.store = loaded.store();
        this.blockFiles = loaded.blockFiles();
        this.index = loaded.index();
        this.tree = index.tree();
        this.coins = loaded.coins();
        this.scriptCache = scriptCache;
        this.stored = new StoredBlocks(blockFiles);
        this.upkeep = new Upkeep(options, loaded);
        this.invalid = new InvalidBlocks(index, listeners);
        RecentBlocks recent = new RecentBlocks();
        this.active = new ActiveChain(params, loaded, workers, stored, upkeep, recent, invalid, scriptCache, listeners);
        this.admission = new Admission(params, index, blockFiles, recent, invalid, listeners, active::tip);
    }

    /**
     * Opens the chain, creating it with its genesis block if the stores are empty, and repairs what a crash left: coins
     * written in part are completed, blocks on disk that the index does not know are taken in. The best chain is not
     * activated yet; call {@link #activateBest} when listeners are in place. If the index is to be built anew it is empty
     * now: a {@link BlockImport} fills it.
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
        ScriptCache scripts = new ScriptCache(randomness.child("script-cache"));
        return open(options, store, files, workers, scripts, randomness, nowSeconds);
    }

    /**
     * As {@link #open(ChainOptions, KeyValueStore, FileStore, Workers, Randomness, long)}.
     *
     * @param scripts what is known already of transactions' scripts
     */
    public static Chain open(
            ChainOptions options,
            KeyValueStore store,
            FileStore files,
            Workers workers,
            ScriptCache scripts,
            Randomness randomness,
            long nowSeconds) {
        ChainLoader.Loaded loaded = new ChainLoader(options, store, files, randomness).load();
        Chain chain = new Chain(options, loaded, workers, scripts);
        chain.guard(() -> {
            chain.index.rebuild(ChainLoader.byHeight(chain.tree), chain.tree.tip());
            if (!chain.reindexing) {
                BlockImport.recoverTail(chain, workers, nowSeconds);
                chain.storeGenesis();
            }
            chain.upkeep.flushIndex();
        });
        return chain;
    }

    private void storeGenesis() {
        BlockEntry genesis = tree.genesis();
        if (!genesis.hasBlock() && genesis.transactionCount() == 0) {
            Block block = params.genesis();
            index.received(genesis, block.transactions().size(), blockFiles.append(block, 0), genesis);
        }
        index.change(genesis, BlockEntry.VALIDATED, 0);
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
        return upkeep.isPruned();
    }

    /** The block, from disk. Throws {@link IllegalStateException} if it {@linkplain BlockEntry#hasBlock is not there}. */
    public Block readBlock(BlockEntry entry) {
        return stored.block(entry);
    }

    /** As {@link #readBlock}, serialized. */
    public Bytes readRawBlock(BlockEntry entry) {
        return stored.raw(entry);
    }

    /** So many bytes of the serialized block, from byte {@code from} on; as {@link #readRawBlock}. */
    public Bytes readBlockPart(BlockEntry entry, int from, int length) {
        return stored.part(entry, from, length);
    }

    /** What the block spent; null if that is not stored, because the block was never connected or was pruned. */
    public @Nullable BlockUndo readUndo(BlockEntry entry) {
        return stored.undo(entry);
    }

    // The validation thread only

    public void addListener(ChainListener listener) {
        listeners.add(listener);
    }

    /**
     * Somebody who needs blocks that others may prune.
     *
     * @param name for the log
     * @param height of the last block that is needed no more, asked from the validation thread
     */
    public record PruneLock(String name, IntSupplier height) {}

    /** Keeps pruning from going beyond what the holder of the lock is done with. */
    public void addPruneLock(PruneLock lock) {
        upkeep.addPruneLock(lock);
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

    /** Whether the index is being built anew and lacks blocks that are in the files. */
    public boolean isReindexing() {
        return reindexing;
    }

    /** The index is complete again. */
    void reindexed() {
        guard(() -> {
            blockFiles.goBackToLast();
            storeGenesis();
            upkeep.flushIndex();
            store.set(ChainStore.REINDEXING, false);
            reindexing = false;
        });
    }

    /** Whether {@link #close} was called. */
    public boolean isClosed() {
        return closed;
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

    /**
     * Takes in headers, each on top of one that is known or stands before it in the list. Stops at the first refused.
     *
     * @param workChecked whether the chain they make is known to have enough work to be kept ({@code prev-blk-not-found}
     *     and {@code too-little-chainwork} tell the two ways to fail for want of context)
     */
    public Acceptance acceptHeaders(List<BlockHeader> headers, long nowSeconds, boolean workChecked) {
        return guarded(() -> admission.headers(headers, nowSeconds, workChecked));
    }

    /**
     * Checks a block as far as it can be without its coins, and stores it. Call {@link #activateBest} afterwards.
     *
     * @param requested whether it was asked for; of others only those are kept that are about to extend the best chain
     * @param workChecked as in {@link #acceptHeaders}
     */
    public Acceptance acceptBlock(Block block, boolean requested, long nowSeconds, boolean workChecked) {
        return guarded(() -> admission.block(block, null, false, requested, nowSeconds, workChecked));
    }

    /** As {@link #acceptBlock}, of a block that is checked by itself and may stand in our own files already. */
    Acceptance acceptChecked(Block block, BlockFiles.@Nullable Position where, long nowSeconds) {
        return guarded(() -> admission.block(block, where, true, true, nowSeconds, true));
    }

    /** Why a block was found invalid lately; null if it was not, or that is forgotten. */
    public @Nullable Rejection rejectionOf(Hash256 block) {
        return invalid.reason(block);
    }

    /** {@link #acceptBlock}, then {@link #activateBest}; the {@link #verdict} that comes of both. */
    public Acceptance processBlock(Block block, boolean requested, long nowSeconds, boolean workChecked) {
        Acceptance accepted = acceptBlock(block, requested, nowSeconds, workChecked);
        activateBest();
        return verdict(accepted);
    }

    /** What became of a block that was accepted, now that the best chain is active: refused if it proved invalid. */
    public Acceptance verdict(Acceptance accepted) {
        if (accepted instanceof Acceptance.Accepted(BlockEntry entry, boolean fresh) && fresh && entry.isInvalid()) {
            Rejection rejection = invalid.reason(entry.hash());
            return rejection == null
                    ? InvalidBlocks.refuse(Rejection.Kind.INVALID_PREV, "bad-prevblk")
                    : new Acceptance.Refused(rejection);
        }
        return accepted;
    }

    /**
     * Goes a portion of the way to the best chain of stored blocks, a fraction of a second's work, and settles all of it.
     * Other calls may come before the next portion.
     *
     * @return whether there is more to go; false once the chain is closed
     */
    public boolean activateSome() {
        return guarded(() -> !closed && active.advance());
    }

    /** Goes all the way to the best chain of stored blocks. */
    public void activateBest() {
        while (activateSome()) {}
    }

    /**
     * The verdict on a block on top of the tip, its scripts included, that changes nothing: for a template, whose proof
     * of work ({@code checkWork} false) is still to be found.
     */
    public @Nullable Rejection testBlock(Block block, long nowSeconds, boolean checkWork) {
        return guarded(() ->
                        Optional.ofNullable(BlockTrial.run(block, active.tip(), params, coins, nowSeconds, checkWork)))
                .orElse(null);
    }

    /**
     * Marks a block invalid, as an operator asks, and goes back to before it. Call {@link #activateBest} afterwards. Throws
     * {@link IllegalArgumentException} for genesis.
     */
    public void invalidate(BlockEntry entry) {
        if (entry.height() == 0) {
            throw new IllegalArgumentException("genesis cannot be invalidated");
        }
        guard(() -> active.invalidate(entry));
    }

    /** Forgets that the block, and those on it and before it, were found invalid. Call {@link #activateBest} afterwards. */
    public void reconsider(BlockEntry entry) {
        guard(() -> index.reconsider(entry, active.tip()));
    }

    /** Treats the block as if it had come before others of the same work. Call {@link #activateBest} afterwards. */
    public void prefer(BlockEntry entry) {
        guard(() -> index.prefer(entry, active.tip()));
    }

    /**
     * Checks the last blocks and the coins against each other, as {@code -checkblocks} and {@code -checklevel} ask when a
     * node starts; changes nothing. What is checked are the stored coins: {@link #flush} before, unless nothing changed.
     *
     * @param blocks how many; 0 for all
     * @param level 0 to 4: each checks what those below it do and more
     * @throws StorageException if something does not fit
     */
    public void verify(int blocks, int level) {
        new CoinsCheck(params, coins.fresh(), stored, level)
                .run(active.tip(), blocks == 0 ? Integer.MAX_VALUE : blocks, upkeep.coinsCacheBytes());
    }

    /** Makes the chain as it is now durable, keeping coins in memory. A crash later comes back to here or further. */
    public void flush() {
        guard(() -> active.flush(false));
    }

    /**
     * Removes block files all of whose blocks are at that height or below and deeper than {@link #MIN_BLOCKS_TO_KEEP}.
     *
     * @return the height of the lowest block that is stored, as all above it are
     */
    public int prune(int height) {
        return guarded(() -> {
            active.prune(height);
            BlockEntry lowest = active.tip();
            BlockEntry previous = lowest.previous();
            while (previous != null && previous.hasBlock()) {
                lowest = previous;
                previous = lowest.previous();
            }
            return lowest.height();
        });
    }

    /** Flushes and lets go of the files. The stores are the caller's to close. */
    @Override
    public void close() {
        if (failure == null) {
            flush();
        }
        closed = true;
        blockFiles.close();
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
