package org.starling.bitcoin.message;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;

/**
 * Names a transaction or a block.
 *
 * @param kind one of the constants, or anything a peer makes up
 */
public record InventoryItem(int kind, Hash256 hash) {
    /** A transaction by txid. */
    public static final int TX = 1;

    public static final int BLOCK = 2;

    /** A block of which only what passes the peer's Bloom filter is wanted (BIP-0037). */
    public static final int FILTERED_BLOCK = 3;

    /** A block in the form of BIP-0152. */
    public static final int COMPACT_BLOCK = 4;

    /** A transaction by wtxid (BIP-0339). */
    public static final int WTX = 5;

    /** Added to the kind in getdata: with witness (BIP-0144). */
    public static final int WITNESS = 1 << 30;

    private static final int BYTES = 36;

    public boolean isTransaction() {
        return kind == TX || kind == WTX || kind == (TX | WITNESS);
    }

    public boolean isBlock() {
        return kind == BLOCK || kind == (BLOCK | WITNESS) || kind == FILTERED_BLOCK || kind == COMPACT_BLOCK;
    }

    /** As {@code witness-block 00..9c}. */
    @Override
    public String toString() {
        String name = switch (kind & ~WITNESS) {
            case TX -> "tx";
            case BLOCK -> "block";
            case FILTERED_BLOCK -> "merkleblock";
            case COMPACT_BLOCK -> "cmpctblock";
            case WTX -> "wtx";
            default -> "kind-" + (kind & ~WITNESS);
        };
        return ((kind & WITNESS) == 0 ? "" : "witness-") + name + " " + hash;
    }

    static List<InventoryItem> readAll(ByteReader reader) throws MalformedException {
        int count = reader.count(BYTES);
        List<InventoryItem> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(new InventoryItem(reader.i32(), reader.hash256()));
        }
        return items;
    }

    static void writeAll(ByteWriter writer, List<InventoryItem> items) {
        writer.compactSize(items.size());
        for (InventoryItem item : items) {
            writer.i32(item.kind()).hash256(item.hash());
        }
    }
}
