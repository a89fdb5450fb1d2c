package org.starling.chain.index;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.Chain;
import org.starling.chain.ChainListener;
import org.starling.consensus.Block;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Batch;
import org.starling.world.KeyValueStore.Durability;
import org.starling.world.Lane;
import org.starling.world.StorageException;

/**
 * An index that follows the active chain on a lane of its own: it reads stored blocks, some at a time, and writes what
 * they give together with the place that it has come to, so that after a crash both are of one moment.
 *
 * <pre>
 *   behind --portions--> synced --new blocks--> synced
 *     ^                    |
 *     +-- a reorganisation goes back to the fork, or to the last block before it from which it can go on
 * </pre>
 *
 * <p>What is written about a block depends on its chain alone and is kept when the block leaves the active chain. A
 * chain that is behind the index (it lost its last blocks in a crash, or is built again) is waited for.
 */
public abstract sealed class ChainIndex permits TxIndex, FilterIndex, CoinStatsIndex {
    private static final Logger LOG = LoggerFactory.getLogger(ChainIndex.class);
    private static final Logger PRUNE_LOG = LoggerFactory.getLogger("prune");

    /** Bytes of blocks that are read for one write. */
    static final int PORTION_BYTES = 4 << 20;

    /** Most blocks of one write. */
    static final int PORTION_BLOCKS = 500;

    /** Every so many blocks the log tells how far it is. */
    private static final int BLOCKS_BETWEEN_REPORTS = 10_000;

    private static final int WIPE_KEYS = 10_000;

    /** The place: hashes from the last block that is indexed backwards, ever further apart. */
    private static final byte[] PLACE = {'B'};

    private final String name;
    private final Chain chain;
    private final KeyValueStore store;
    private final Lane lane;
    private final AtomicBoolean called = new AtomicBoolean();
    private volatile @Nullable BlockEntry position;
    private volatile boolean synced;
    private volatile boolean closed;

    /** @param name as {@code getindexinfo} gives it */
    ChainIndex(String name, Chain chain, KeyValueStore store, Lane lane) {
        this.name = name;
        this.chain = chain;
        this.store = store;
        this.lane = lane;
    }

    /** How far an index is: {@code height} is -1 before genesis. */
    public record Status(boolean synced, int height) {}

    /** The blocks that an index needs next are pruned. */
    public static final class PrunedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PrunedException(String message) {
            super(message);
        }
    }

    // What the kinds of index do. All on the lane.

    /** Writes what the block gives. The block before it, if there is one, was added or resumed at last. */
    abstract void add(Batch batch, BlockEntry entry, Block block, BlockUndo undo);

    /** Called when the last of a batch was added. */
    void finish(Batch batch, BlockEntry last) {}

    /** Goes back to the block, or to the last before it from which the index can go on; null if that is none. */
    @Nullable
    BlockEntry resumeAt(BlockEntry entry) {
        return entry;
    }

    // Following

    /**
     * Begins to follow. On the validation thread, before the chain changes.
     *
     * @param fresh whether to forget what is indexed and begin again
     * @throws PrunedException if blocks are missing that the index needs; it does not follow then
     */
    public final void start(boolean fresh) {
        if (fresh) {
            wipe();
        }
        BlockEntry known = lastKnown();
        position = known == null ? null : resumeAt(known);
        requireBlocks();
        synced = position == chain.tree().tip();
        chain.addPruneLock(new Chain.PruneLock(name, () -> Math.max(0, status().height())));
        chain.addListener(new ChainListener() {
            @Override
            public void chainChanged(BlockEntry tip, BlockEntry fork) {
                call();
            }
        });
        LOG.info("{} thread start", name);
        call();
    }

    private @Nullable BlockEntry lastKnown() {
        byte[] value = store.get(PLACE);
        if (value == null) {
            return null;
        }
        try {
            ByteReader reader = new ByteReader(value);
            for (int left = reader.count(Hash256.BYTES); left > 0; left--) {
                BlockEntry entry = chain.tree().find(reader.hash256());
                if (entry != null) {
                    return entry;
                }
            }
            return null;
        } catch (MalformedException e) {
            throw damaged("its place", e);
        }
    }

    private void requireBlocks() {
        BlockEntry tip = chain.tree().tip();
        BlockEntry at = position;
        int base = at == null ? 0 : at.forkWith(tip).height();
        for (BlockEntry entry = tip; chain.isPruned() && entry != null && entry.height() > base; ) {
            if (!entry.hasBlock() || !entry.hasUndo()) {
                throw new PrunedException(
                        name + " best block of the index goes beyond pruned data. Please disable the index or"
                                + " reindex (which will download the whole blockchain again)");
            }
            entry = entry.previous();
        }
    }

    private void wipe() {
        List<byte[]> keys = new ArrayList<>();
        do {
            keys.clear();
            store.scan(new byte[0], (key, value) -> {
                keys.add(key);
                return keys.size() < WIPE_KEYS;
            });
            // The place goes first of all, or with all: its key is the lowest.
            Batch batch = store.batch();
            keys.forEach(batch::delete);
            store.write(batch, Durability.BUFFERED);
        } while (keys.size() == WIPE_KEYS);
    }

    private void call() {
        if (called.compareAndSet(false, true)) {
            boolean _ = lane.execute(this::follow);
        }
    }

    /** Goes a portion of the way, and calls itself again if there is more. */
    private void follow() {
        called.set(false);
        BlockEntry tip = chain.tree().tip();
        BlockEntry from = position;
        if (closed || from != null && tip.isAncestorOf(from)) {
            settle(tip);
            return;
        }
        if (from != null && !from.isAncestorOf(tip)) {
            BlockEntry fork = from.forkWith(tip);
            PRUNE_LOG.debug("{} prune lock moved back to {}", name, fork.height() + 1);
            from = resumeAt(fork);
        }
        BlockEntry reached = advance(from, tip);
        int height = reached.height();
        if (height / BLOCKS_BETWEEN_REPORTS > (from == null ? 0 : from.height()) / BLOCKS_BETWEEN_REPORTS) {
            LOG.info("Syncing {} with block chain from height {}", name, height);
        }
        if (reached == tip) {
            settle(tip);
        } else {
            call();
        }
    }

    private void settle(BlockEntry tip) {
        if (!synced && !closed) {
            LOG.info("{} is enabled at height {}", name, tip.height());
            synced = true;
        }
    }

    /** Indexes blocks behind {@code from} towards the tip, and tells which was the last. */
    private BlockEntry advance(@Nullable BlockEntry from, BlockEntry tip) {
        int height = from == null ? -1 : from.height();
        int end = Math.min(tip.height(), height + PORTION_BLOCKS);
        Batch batch = store.batch();
        long bytes = 0;
        BlockEntry at = from;
        while (height < end && bytes < PORTION_BYTES) {
            BlockEntry entry = Objects.requireNonNull(tip.ancestor(++height));
            Block block = read(entry);
            add(batch, entry, block, undo(entry));
            bytes += block.totalLength();
            at = entry;
        }
        BlockEntry last = Objects.requireNonNull(at, "the tip is above where we are");
        finish(batch, last);
        batch.put(PLACE, place(last));
        store.write(batch, Durability.BUFFERED);
        position = last;
        return last;
    }

    private byte[] place(BlockEntry entry) {
        List<Hash256> locator = chain.tree().locator(entry);
        ByteWriter writer = new ByteWriter(1 + locator.size() * Hash256.BYTES).compactSize(locator.size());
        locator.forEach(writer::hash256);
        return writer.toArray();
    }

    private Block read(BlockEntry entry) {
        if (entry.height() == 0) {
            return chain.params().genesis();
        }
        try {
            return chain.readBlock(entry);
        } catch (IllegalStateException e) {
            throw new StorageException(
                    "The " + name + " needs block " + entry + ", which is not stored; start with -reindex", e);
        }
    }

    private BlockUndo undo(BlockEntry entry) {
        BlockUndo undo = chain.readUndo(entry);
        if (undo == null) {
            throw new StorageException("The " + name + " needs the undo data of block " + entry
                    + ", which are not stored;" + " start with -reindex");
        }
        return undo;
    }

    StorageException damaged(String what, Exception cause) {
        return new StorageException(
                "The " + name + " is damaged at " + what + "; start with -reindex to build it again", cause);
    }

    // From any thread

    /** As {@code getindexinfo} gives it. */
    public final String name() {
        return name;
    }

    /** How far the index is with the active chain. */
    public final Status status() {
        BlockEntry at = position;
        int tipHeight = chain.tree().tip().height();
        return new Status(synced, at == null ? -1 : Math.min(at.height(), tipHeight));
    }

    /**
     * Waits until the index is at the tip, if it had caught up with the chain once.
     *
     * @return whether it had; if not, nothing is waited for
     */
    public final boolean awaitTip() {
        while (synced) {
            BlockEntry at = position;
            if (closed || at != null && chain.tree().tip().isAncestorOf(at)) {
                return true;
            }
            call();
            boolean _ = lane.call(() -> true).join();
        }
        return false;
    }

    /** Follows no further, and returns when nothing is read or written any more. */
    public final void close() {
        closed = true;
        lane.call(() -> true).exceptionally(ended -> false).join();
    }

    Chain chain() {
        return chain;
    }

    KeyValueStore store() {
        return store;
    }

    /** The key of what is kept about a block: those of a chain stand in its order. */
    static byte[] key(char kind, BlockEntry entry) {
        return new ByteWriter(5 + Hash256.BYTES)
                .u8(kind)
                .u8(entry.height() >>> 24)
                .u16BigEndian(entry.height() >>> 8 & 0xffff)
                .u8(entry.height() & 0xff)
                .hash256(entry.hash())
                .toArray();
    }
}
