package org.starling.chain;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Batch;
import org.starling.world.KeyValueStore.Durability;

/**
 * The coins in memory over those in the store, in a {@link CoinTable}. A slot is <i>dirty</i> if the store has another state of it, and
 * <i>fresh</i> if the store has certainly no coin there, so that spending it leaves nothing to write. Of the validation
 * thread alone. The scripts of coins put in must not share a block's array, or they would keep the block.
 */
final class CoinsCache implements CoinsView {
    /** Heap that a coin takes beside the bytes of its script: coin, output, script, and the array's header. */
    private static final int COIN_BYTES = 24 + 24 + 24 + 16;

    /** How often a big write must be split is bounded by this many bytes of keys and values in a batch. */
    private static final int BATCH_ENTRY_OVERHEAD = 16;

    private final ChainStore store;
    private final int batchBytes;
    private final CoinTable table;
    private final long salt;
    private long coinBytes;
    private int dirty;

    /** @param salt random, and secret to peers */
    CoinsCache(ChainStore store, int batchBytes, long salt) {
        this.store = store;
        this.batchBytes = batchBytes;
        this.salt = salt;
        this.table = new CoinTable(salt);
    }

    /** An empty cache over the same store. */
    CoinsCache fresh() {
        return new CoinsCache(store, batchBytes, salt);
    }

    @Override
    public @Nullable Coin coin(OutPoint outPoint) {
        int slot = load(outPoint);
        return slot == CoinTable.NONE ? null : table.coin(slot);
    }

    /** Whether the cache can tell about the outpoint without the store. */
    boolean knows(OutPoint outPoint) {
        return table.find(outPoint) != CoinTable.NONE;
    }

    /** Takes in what the store has there, unless the cache knows better. */
    void offer(OutPoint outPoint, @Nullable Coin coin) {
        if (coin != null && table.find(outPoint) == CoinTable.NONE) {
            set(table.insert(outPoint), coin);
        }
    }

    /** Removes the coin and gives it; null if there is none. */
    @Nullable
    Coin spend(OutPoint outPoint) {
        int slot = load(outPoint);
        Coin coin = slot == CoinTable.NONE ? null : table.coin(slot);
        if (coin != null) {
            clear(slot, coin);
        }
        return coin;
    }

    private void clear(int slot, Coin coin) {
        coinBytes -= size(coin);
        if (table.isFresh(slot)) {
            dirty -= table.isDirty(slot) ? 1 : 0;
            table.remove(slot);
        } else {
            table.setCoin(slot, null);
            markDirty(slot, false);
        }
    }

    /**
     * Puts a coin that a block made. {@code mayOverwrite} if the store may have an unspent coin there, as a coinbase
     * before BIP-0034 may repeat an older one.
     */
    void add(OutPoint outPoint, Coin coin, boolean mayOverwrite) {
        int slot = table.find(outPoint);
        boolean fresh = !mayOverwrite;
        if (slot == CoinTable.NONE) {
            slot = table.insert(outPoint);
        } else {
            Coin before = table.coin(slot);
            if (before != null) {
                coinBytes -= size(before);
                fresh = table.isFresh(slot);
            } else {
                // Spent, and not yet so in the store if dirty: then it must not count as absent there.
                fresh &= !table.isDirty(slot);
            }
        }
        set(slot, coin);
        markDirty(slot, fresh);
    }

    private void set(int slot, Coin coin) {
        table.setCoin(slot, coin);
        coinBytes += size(coin);
    }

    private void markDirty(int slot, boolean fresh) {
        dirty += table.isDirty(slot) ? 0 : 1;
        table.mark(slot, true, fresh);
    }

    private int load(OutPoint outPoint) {
        int slot = table.find(outPoint);
        if (slot == CoinTable.NONE) {
            Coin coin = store.coin(outPoint);
            if (coin != null) {
                slot = table.insert(outPoint);
                set(slot, coin);
            }
        }
        return slot;
    }

    private static long size(Coin coin) {
        return COIN_BYTES + (coin.output().scriptPubKey().length() + 7 & -8);
    }

    /** Heap in use. */
    long usedBytes() {
        return coinBytes + table.bytes();
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
        for (int slot = 0; slot < table.slots(); slot++) {
            if (table.isUsed(slot) && table.isDirty(slot)) {
                if (bytes >= batchBytes) {
                    if (!noted && note != null) {
                        noted = true;
                        target.write(note.get(), Durability.BUFFERED);
                    }
                    target.write(batch, Durability.BUFFERED);
                    batch = target.batch();
                    bytes = 0;
                }
                bytes += put(batch, slot);
                table.mark(slot, false, false);
            }
        }
        dirty = 0;
        return batch;
    }

    private long put(Batch batch, int slot) {
        ByteWriter writer = new ByteWriter(ChainStore.MAX_COIN_KEY_BYTES).u8(ChainStore.COINS[0]);
        table.writeOutPoint(slot, writer);
        byte[] key = writer.toArray();
        Coin coin = table.coin(slot);
        if (coin == null) {
            batch.delete(key);
            return key.length + BATCH_ENTRY_OVERHEAD;
        }
        byte[] value = CoinCodec.encode(coin);
        batch.put(key, value);
        return key.length + value.length + BATCH_ENTRY_OVERHEAD;
    }

    /** Forgets everything, all of which must be written. */
    void drop() {
        if (dirty > 0) {
            throw new IllegalStateException(dirty + " coins are not written");
        }
        table.clear();
        coinBytes = 0;
    }
}
