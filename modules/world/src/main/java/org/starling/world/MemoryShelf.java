package org.starling.world;

import java.util.List;
import java.util.TreeMap;

/** {@link StoreShelf} on a {@link MemoryDisk}. */
public final class MemoryShelf implements StoreShelf {
    private final MemoryDisk disk;
    private final TreeMap<String, MemoryKeyValueStore> stores = new TreeMap<>();
    private final TreeMap<String, MemoryKeyValueStore> backups = new TreeMap<>();

    public MemoryShelf(MemoryDisk disk) {
        this.disk = disk;
    }

    @Override
    public synchronized List<String> names() {
        return List.copyOf(stores.keySet());
    }

    @Override
    public synchronized boolean exists(String name) {
        return stores.containsKey(name);
    }

    @Override
    public String place(String name) {
        return name;
    }

    @Override
    public synchronized boolean isBackup(String path) {
        return backups.containsKey(path);
    }

    @Override
    public synchronized KeyValueStore open(String name) {
        MemoryKeyValueStore store = stores.get(name);
        if (store == null) {
            throw new StorageException(name + " does not exist");
        }
        return store;
    }

    @Override
    public synchronized KeyValueStore create(String name) {
        if (exists(name)) {
            throw new StorageException(name + " exists already");
        }
        MemoryKeyValueStore store = new MemoryKeyValueStore(disk);
        stores.put(name, store);
        return store;
    }

    @Override
    public synchronized void delete(String name) {
        stores.remove(name);
    }

    @Override
    public synchronized void backup(KeyValueStore from, String path) {
        MemoryKeyValueStore copy = new MemoryKeyValueStore(disk);
        copy.copyFrom((MemoryKeyValueStore) from);
        backups.put(path, copy);
    }

    @Override
    public synchronized void restore(String name, String path) {
        MemoryKeyValueStore backup = backups.get(path);
        if (backup == null) {
            throw new StorageException(path + " does not exist");
        }
        ((MemoryKeyValueStore) create(name)).copyFrom(backup);
    }
}
