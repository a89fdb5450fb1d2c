package org.starling.chain;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Batch;
import org.starling.world.KeyValueStore.Durability;

/**
 * The coins in memory over those in the store. A slot is <i>dirty</i> if the store has another state of it, and
 * <i>fresh</i> if the store has certainly no coin there, so that spending it leaves nothing to write. Of the validation
 * thread alone. The scripts of coins put in must not share a block's array, or they would keep the block.
 */
final class CoinsCache implements CoinsView {
    /** Heap that a slot takes beside its script: table entry, outpoint, txid, coin, output, byte arrays' headers. */
    private static final int SLOT_BYTES = 272;

    /** How often a big write must be split is bounded by this many bytes of keys and values in a batch. */
    private static final int BATCH_ENTRY_OVERHEAD = 16;

    private final ChainStore store;
    private final int batchBytes;
    private final Map<OutPoint, Slot> slots = new HashMap<>();
    private long usedBytes;
    private int dirty;

    private static final class Slot {
        /** Null: spent, or never there. */
        @Nullable
        Coin coin;

        boolean dirty;
        boolean fresh;

        Slot(@Nullable Coin coin) {
            this.coin = coin;
        }
    }

    CoinsCache(ChainStore store, int batchBytes) {
        this.store = store;
        this.batchBytes = batchBytes;
    }

    @Override
    public @Nullable Coin coin(OutPoint outPoint) {
        return load(outPoint).coin;
    }

    /** Whether the cache can tell about the outpoint without the store. */
    boolean knows(OutPoint outPoint) {
        return slots.containsKey(outPoint);
    }

    /** Takes in what the store has there, unless the cache knows better. */
    void offer(OutPoint outPoint, @Nullable Coin coin) {
        if (coin != null && slots.putIfAbsent(outPoint, new Slot(coin)) == null) {
            usedBytes += size(coin);
        }
    }

    /** Removes the coin and gives it; null if there is none. */
    @Nullable
    Coin spend(OutPoint outPoint) {
        Slot slot = load(outPoint);
        Coin coin = slot.coin;
        if (coin != null) {
            clear(outPoint, slot, coin);
        }
        return coin;
    }

    private void clear(OutPoint outPoint, Slot slot, Coin coin) {
        usedBytes -= size(coin);
        slot.coin = null;
        if (slot.fresh) {
            slots.remove(outPoint);
            dirty -= slot.dirty ? 1 : 0;
        } else {
            usedBytes += SLOT_BYTES;
            markDirty(slot);
        }
    }

    /**
     * Puts a coin that a block made. {@code mayOverwrite} if the store may have an unspent coin there, as a coinbase
     * before BIP-0034 may repeat an older one.
     */
    void add(OutPoint outPoint, Coin coin, boolean mayOverwrite) {
        Slot slot = slots.get(outPoint);
        if (slot == null) {
            slot = new Slot(null);
            slot.fresh = !mayOverwrite;
            slots.put(outPoint, slot);
        } else if (slot.coin != null) {
            usedBytes -= size(slot.coin);
        } else {
            // Spent, and not yet so in the store if dirty: then it must not count as absent there.
            slot.fresh = !mayOverwrite && !slot.dirty;
            usedBytes -= SLOT_BYTES;
        }
        slot.coin = coin;
        usedBytes += size(coin);
        markDirty(slot);
    }

    private void markDirty(Slot slot) {
        if (!slot.dirty) {
            slot.dirty = true;
            dirty++;
        }
    }

    private Slot load(OutPoint outPoint) {
        Slot slot = slots.get(outPoint);
        if (slot == null) {
            Coin coin = store.coin(outPoint);
            slot = new Slot(coin);
            if (coin != null) {
                slots.put(outPoint, slot);
                usedBytes += size(coin);
            }
        }
        return slot;
    }

    private static long size(Coin coin) {
        return SLOT_BYTES + coin.output().scriptPubKey().length();
    }

    /** Estimated heap in use. */
    long usedBytes() {
        return usedBytes;
    }

    int dirtyCount() {
        return dirty;
    }

    int count() {
        return slots.size();
    }

    /**
     * Writes all changes, so that the store has the coins at {@code newBlock}. One batch is atomic by itself; several
     * are bracketed by the note of both blocks, from which {@link ChainLoader} completes them after a crash.
     *
     * @param oldBlock the block that the store is at; null if it is empty
     */
    void write(@Nullable Hash256 oldBlock, Hash256 newBlock) {
        Batch last = writeChanges(() -> store.startCoins(oldBlock, newBlock));
        store.keyValueStore().write(store.finishCoins(last, newBlock), Durability.SYNCED);
    }

    /** Writes all changes while the note of both blocks stands. */
    void writeSome() {
        store.keyValueStore().write(writeChanges(null), Durability.BUFFERED);
    }

    /** Writes all changes and removes the note: the store has the coins at {@code newBlock}. */
    void finish(Hash256 newBlock) {
        writeSome();
        Batch last = store.keyValueStore().batch();
        store.keyValueStore().write(store.finishCoins(last, newBlock), Durability.SYNCED);
    }

    /** Writes changes in batches, the note before the first, and gives the last batch, not yet written. */
    private Batch writeChanges(@Nullable Supplier<Batch> note) {
        KeyValueStore target = store.keyValueStore();
        Batch batch = target.batch();
        long bytes = 0;
        boolean noted = note == null;
        Iterator<Map.Entry<OutPoint, Slot>> iterator = slots.entrySet().iterator();
        while (iterator.hasNext()) {
            Map.Entry<OutPoint, Slot> entry = iterator.next();
            Slot slot = entry.getValue();
            if (slot.dirty) {
                if (bytes >= batchBytes) {
                    if (!noted && note != null) {
                        noted = true;
                        target.write(note.get(), Durability.BUFFERED);
                    }
                    target.write(batch, Durability.BUFFERED);
                    batch = target.batch();
                    bytes = 0;
                }
                bytes += put(batch, entry.getKey(), slot);
                slot.dirty = false;
                slot.fresh = false;
                if (slot.coin == null) {
                    iterator.remove();
                    usedBytes -= SLOT_BYTES;
                }
            }
        }
        dirty = 0;
        return batch;
    }

    private static long put(Batch batch, OutPoint outPoint, Slot slot) {
        byte[] key = ChainStore.coinKey(outPoint);
        if (slot.coin == null) {
            batch.delete(key);
            return key.length + BATCH_ENTRY_OVERHEAD;
        }
        byte[] value = CoinCodec.encode(slot.coin);
        batch.put(key, value);
        return key.length + value.length + BATCH_ENTRY_OVERHEAD;
    }

    /** Forgets everything, all of which must be written. */
    void drop() {
        if (dirty > 0) {
            throw new IllegalStateException(dirty + " coins are not written");
        }
        slots.clear();
        usedBytes = 0;
    }
}
