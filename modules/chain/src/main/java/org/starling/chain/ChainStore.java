package org.starling.chain;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Batch;
import org.starling.world.KeyValueStore.Durability;
import org.starling.world.StorageException;

/**
 * What the chain keeps in the key-value store. The first byte of a key tells the kind:
 *
 * <pre>
 *   b + block hash             an entry of the header tree
 *   f + number, big-endian     what block file {@code number} holds
 *   C + txid + VARINT index    a coin
 *   B                          the block up to which coins are applied
 *   H                          while coins are written in several batches: the new block, then the old one
 *   P, X, Y                    pruned; rebuilding the index; removing the coins (present or absent)
 * </pre>
 */
final class ChainStore {
    private static final byte[] BEST_BLOCK = {'B'};
    private static final byte[] HEAD_BLOCKS = {'H'};
    static final byte[] PRUNED = {'P'};
    static final byte[] REINDEXING = {'X'};
    private static final byte[] REMOVING_COINS = {'Y'};
    static final byte[] COINS = {'C'};
    private static final byte[] ENTRIES = {'b'};
    private static final byte[] FILES = {'f'};

    /** The letter, the txid, and an index of up to five bytes. */
    static final int MAX_COIN_KEY_BYTES = 1 + Hash256.BYTES + 5;

    /** Coins are written in batches of about so many bytes. */
    static final int BATCH_BYTES = 16 << 20;

    /** Keys removed at once. */
    private static final int WIPE_KEYS = 100_000;

    private final KeyValueStore store;

    ChainStore(KeyValueStore store) {
        this.store = store;
    }

    KeyValueStore keyValueStore() {
        return store;
    }

    // Index

    /** An entry as stored, before it has its place in the tree. */
    record StoredEntry(
            BlockHeader header,
            Hash256 hash,
            int height,
            int status,
            int transactionCount,
            int file,
            int blockPosition,
            int undoPosition) {}

    List<StoredEntry> entries() {
        List<StoredEntry> entries = new ArrayList<>();
        store.scan(ENTRIES, (key, value) -> entries.add(decodeEntry(Bytes.wrap(key), Bytes.wrap(value))));
        return entries;
    }

    private static StoredEntry decodeEntry(Bytes key, Bytes value) {
        try {
            ByteReader reader = value.reader();
            int height = (int) CoinCodec.readVarInt(reader);
            int status = (int) CoinCodec.readVarInt(reader);
            int count = (int) CoinCodec.readVarInt(reader);
            int file = (int) CoinCodec.readVarInt(reader) - 1;
            int block = (int) CoinCodec.readVarInt(reader);
            int undo = (int) CoinCodec.readVarInt(reader);
            BlockHeader header = BlockHeader.read(reader);
            return new StoredEntry(header, Hash256.of(key.from(1)), height, status, count, file, block, undo);
        } catch (MalformedException | IllegalArgumentException e) {
            throw new StorageException("The block index is damaged at " + key, e);
        }
    }

    private static byte[] encode(BlockEntry entry) {
        ByteWriter writer = new ByteWriter(BlockHeader.BYTES + 24);
        CoinCodec.writeVarInt(writer, entry.height());
        CoinCodec.writeVarInt(writer, entry.status());
        CoinCodec.writeVarInt(writer, entry.transactionCount());
        CoinCodec.writeVarInt(writer, entry.fileNumber() + 1L);
        CoinCodec.writeVarInt(writer, entry.blockPosition());
        CoinCodec.writeVarInt(writer, entry.undoPosition());
        entry.header().write(writer);
        return writer.toArray();
    }

    /** What the block files hold, by number. */
    Map<Integer, BlockFileInfo> fileInfos() {
        Map<Integer, BlockFileInfo> infos = new java.util.TreeMap<>();
        store.scan(FILES, (key, value) -> {
            try {
                infos.put(Bytes.wrap(key).from(1).reader().i32(), BlockFileInfo.read(new ByteReader(value)));
                return true;
            } catch (MalformedException e) {
                throw new StorageException("The list of block files is damaged", e);
            }
        });
        return infos;
    }

    /** Writes what changed in the index, durably. */
    void writeIndex(Collection<BlockEntry> entries, Map<Integer, BlockFileInfo> infos, boolean pruned) {
        Batch batch = store.batch();
        for (BlockEntry entry : entries) {
            batch.put(key(ENTRIES, entry.hash().toBytes()), encode(entry));
        }
        infos.forEach((number, info) ->
                batch.put(key(FILES, new ByteWriter(4).i32(number).toBytes()), info.encoded()));
        if (pruned) {
            batch.put(PRUNED, new byte[0]);
        }
        if (batch.size() > 0) {
            store.write(batch, Durability.SYNCED);
        }
    }

    boolean isSet(byte[] flag) {
        return store.get(flag) != null;
    }

    void set(byte[] flag, boolean value) {
        Batch batch = store.batch();
        store.write(value ? batch.put(flag, new byte[0]) : batch.delete(flag), Durability.SYNCED);
    }

    /** Removes everything but the note that the index is built anew. */
    void wipe() {
        wipe('H', 'B', 'C', 'Y', 'b', 'f', 'P');
    }

    /** Removes the coins; a crash on the way is made good by {@link #isRemovingCoins}. */
    void wipeCoins() {
        set(REMOVING_COINS, true);
        wipe('H', 'B', 'C');
        set(REMOVING_COINS, false);
    }

    /** Whether the removal of the coins began and did not end. */
    boolean isRemovingCoins() {
        return isSet(REMOVING_COINS);
    }

    private void wipe(int... firsts) {
        for (int first : firsts) {
            List<byte[]> keys = new ArrayList<>();
            do {
                keys.clear();
                store.scan(new byte[] {(byte) first}, (key, value) -> {
                    keys.add(key);
                    return keys.size() < WIPE_KEYS;
                });
                Batch batch = store.batch();
                keys.forEach(batch::delete);
                store.write(batch, Durability.BUFFERED);
            } while (keys.size() == WIPE_KEYS);
        }
    }

    // Coins

    /** The block up to which coins are applied; null in an empty store, and while a split write is unfinished. */
    @Nullable
    Hash256 bestBlock() {
        byte[] value = store.get(BEST_BLOCK);
        return value == null ? null : Hash256.of(value);
    }

    /**
     * The new and the old block of an unfinished split write: some coins are those of the one, some of the other.
     * Null if none is under way. An old block of zeros is the empty set of coins.
     */
    @Nullable
    List<Hash256> headBlocks() {
        byte[] value = store.get(HEAD_BLOCKS);
        return value == null ? null : List.of(Hash256.read(value, 0), Hash256.read(value, Hash256.BYTES));
    }

    Batch startCoins(@Nullable Hash256 oldBlock, Hash256 newBlock) {
        Hash256 from = oldBlock == null ? Hash256.ZERO : oldBlock;
        return store.batch()
                .delete(BEST_BLOCK)
                .put(
                        HEAD_BLOCKS,
                        Bytes.concat(newBlock.toBytes(), from.toBytes()).toArray());
    }

    Batch finishCoins(Batch batch, Hash256 newBlock) {
        return batch.delete(HEAD_BLOCKS).put(BEST_BLOCK, newBlock.toArray());
    }

    static byte[] coinKey(OutPoint outPoint) {
        ByteWriter writer = new ByteWriter(MAX_COIN_KEY_BYTES).u8(COINS[0]).hash256(outPoint.txid());
        CoinCodec.writeVarInt(writer, outPoint.index() & 0xffffffffL);
        return writer.toArray();
    }

    static OutPoint outPoint(byte[] coinKey) {
        try {
            ByteReader reader = new ByteReader(coinKey, 1, coinKey.length - 1);
            return new OutPoint(reader.hash256(), (int) CoinCodec.readVarInt(reader));
        } catch (MalformedException e) {
            throw new StorageException("The key of a coin is damaged: " + Bytes.wrap(coinKey), e);
        }
    }

    static Coin decodeCoin(byte[] key, byte[] value) {
        try {
            ByteReader reader = new ByteReader(value);
            Coin coin = CoinCodec.read(reader);
            reader.expectEnd();
            return coin;
        } catch (MalformedException e) {
            throw new StorageException("The coin " + outPoint(key) + " is damaged", e);
        }
    }

    @Nullable
    Coin coin(OutPoint outPoint) {
        byte[] key = coinKey(outPoint);
        byte[] value = store.get(key);
        return value == null ? null : decodeCoin(key, value);
    }

    /** The coins, null for those that are absent. */
    List<@Nullable Coin> coins(List<OutPoint> outPoints) {
        List<byte[]> keys = new ArrayList<>(outPoints.size());
        outPoints.forEach(outPoint -> keys.add(coinKey(outPoint)));
        List<byte @Nullable []> values = store.getAll(keys);
        List<@Nullable Coin> coins = new ArrayList<>(values.size());
        for (int i = 0; i < values.size(); i++) {
            byte[] value = values.get(i);
            coins.add(value == null ? null : decodeCoin(keys.get(i), value));
        }
        return coins;
    }

    private static byte[] key(byte[] prefix, Bytes rest) {
        return Bytes.concat(Bytes.wrap(prefix), rest).toArray();
    }
}
