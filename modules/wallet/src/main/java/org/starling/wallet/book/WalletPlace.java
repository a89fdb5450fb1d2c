package org.starling.wallet.book;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Batch;

/** The block up to which a wallet knows the chain. */
final class WalletPlace {
    private List<Hash256> locator = List.of();
    private int height = -1;
    private boolean changed;

    void load(KeyValueStore store) {
        byte[] stored = store.get(WalletRecords.key(WalletRecords.PLACE));
        if (stored == null) {
            return;
        }
        try {
            ByteReader reader = new ByteReader(stored);
            height = reader.i32();
            List<Hash256> hashes = new ArrayList<>();
            for (int left = reader.count(Hash256.BYTES); left > 0; left--) {
                hashes.add(reader.hash256());
            }
            locator = List.copyOf(hashes);
        } catch (MalformedException e) {
            throw WalletRecords.damaged("its place in the chain", e);
        }
    }

    /** The block's hash and those of blocks before it, ever further apart; empty before the first. */
    List<Hash256> locator() {
        return locator;
    }

    /** -1 before the first block. */
    int height() {
        return height;
    }

    void move(int toHeight, List<Hash256> toLocator) {
        height = toHeight;
        locator = List.copyOf(toLocator);
        changed = true;
    }

    /** Puts the place in the batch if it moved. */
    void save(Batch batch) {
        if (changed) {
            ByteWriter writer = new ByteWriter().i32(height).compactSize(locator.size());
            locator.forEach(writer::hash256);
            batch.put(WalletRecords.key(WalletRecords.PLACE), writer.toArray());
            changed = false;
        }
    }
}
