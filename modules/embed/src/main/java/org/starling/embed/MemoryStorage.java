package org.starling.embed;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.starling.platform.SecureRandomness;
import org.starling.world.MemoryDisk;
import org.starling.world.MemoryFileStore;
import org.starling.world.MemoryKeyValueStore;
import org.starling.world.MemoryShelf;
import org.starling.world.StoreShelf;

/**
 * A data directory in memory, for tests and short-lived nodes. One node uses it at a time; a later node finds what an
 * earlier one left.
 */
public final class MemoryStorage {
    private final MemoryDisk disk = new MemoryDisk(new SecureRandomness());
    private final MemoryKeyValueStore store = new MemoryKeyValueStore(disk);
    private final MemoryFileStore files = new MemoryFileStore(disk);
    private final MemoryFileStore blocks = new MemoryFileStore(disk);
    private final Map<String, MemoryKeyValueStore> indexes = new ConcurrentHashMap<>();

    private final MemoryShelf wallets = new MemoryShelf(disk);

    /** An empty one. */
    public MemoryStorage() {}

    /** One with the same content but wallets, of which file contents are shared until they change. No node may be using this one. */
    public MemoryStorage copy() {
        MemoryStorage copy = new MemoryStorage();
        copy.store.copyFrom(store);
        copy.files.copyFrom(files);
        copy.blocks.copyFrom(blocks);
        indexes.forEach((folder, index) -> copy.index(folder).copyFrom(index));
        return copy;
    }

    private MemoryKeyValueStore index(String folder) {
        return indexes.computeIfAbsent(folder, name -> new MemoryKeyValueStore(disk));
    }

    StoreShelf wallets() {
        return wallets;
    }

    MachineWorld.Stores stores() {
        return new MachineWorld.Stores(store, files, blocks, this::index);
    }
}
