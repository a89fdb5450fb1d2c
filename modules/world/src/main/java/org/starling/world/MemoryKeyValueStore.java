package org.starling.world;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/**
 * {@link KeyValueStore} on a {@link MemoryDisk}. A crash keeps all synced writes, and of those after the last synced one
 * a random number of the first. The bytes handed in and out are shared, not copied: do not change them.
 */
public final class MemoryKeyValueStore implements KeyValueStore, MemoryDisk.Survivor {
    /** Unsynced batches remembered; older ones count as having reached the disk by themselves. */
    private static final int MAX_UNSYNCED_BATCHES = 64;

    private final MemoryDisk disk;
    // Looked into far more often than gone through, so only the latter sorts.
    private final Map<Bytes, byte[]> entries = new HashMap<>();

    /** For each unsynced batch, oldest first, the pairs that undo it. */
    private final Deque<List<Undo>> unsynced = new ArrayDeque<>();

    private static final class Undo {
        final byte[] key;
        final byte @Nullable [] before;

        Undo(byte[] key, byte @Nullable [] before) {
            this.key = key;
            this.before = before;
        }
    }

    public MemoryKeyValueStore(MemoryDisk disk) {
        this.disk = disk;
        disk.attach(this);
    }

    /** Takes over the entries of another, as if the disk had been copied. */
    public void copyFrom(MemoryKeyValueStore other) {
        synchronized (other.disk) {
            synchronized (disk) {
                entries.putAll(other.entries);
            }
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        synchronized (disk) {
            disk.checkRead();
            return entries.get(Bytes.wrap(key));
        }
    }

    @Override
    public List<byte @Nullable []> getAll(List<byte[]> keys) {
        synchronized (disk) {
            disk.checkRead();
            List<byte @Nullable []> values = new ArrayList<>(keys.size());
            keys.forEach(key -> values.add(entries.get(Bytes.wrap(key))));
            return values;
        }
    }

    @Override
    public Batch batch() {
        return new MemoryBatch();
    }

    @Override
    public void write(Batch batch, Durability durability) {
        List<byte @Nullable []> pairs = ((MemoryBatch) batch).pairs;
        long bytes = 0;
        for (byte[] part : pairs) {
            bytes += part == null ? 0 : part.length;
        }
        synchronized (disk) {
            disk.beforeWrite(bytes);
            List<Undo> undo = new ArrayList<>(pairs.size() / 2);
            for (int i = 0; i < pairs.size(); i += 2) {
                undo.add(apply(entries, pairs.get(i), pairs.get(i + 1)));
            }
            unsynced.add(undo);
            if (unsynced.size() > MAX_UNSYNCED_BATCHES) {
                unsynced.removeFirst();
            }
            disk.afterWrite();
            if (durability == Durability.SYNCED) {
                unsynced.clear();
            }
        }
    }

    private static Undo apply(Map<Bytes, byte[]> map, byte @Nullable [] key, byte @Nullable [] value) {
        if (key == null) {
            throw new IllegalArgumentException("a key is null");
        }
        return new Undo(key, value == null ? map.remove(Bytes.wrap(key)) : map.put(Bytes.wrap(key), value));
    }

    @Override
    public void loseUnsynced(Randomness randomness) {
        int kept = randomness.below(unsynced.size() + 1);
        while (unsynced.size() > kept) {
            for (Undo undo : unsynced.removeLast().reversed()) {
                apply(entries, undo.key, undo.before);
            }
        }
        unsynced.clear();
    }

    @Override
    public void scan(byte[] prefix, Visitor visitor) {
        List<Map.Entry<Bytes, byte[]>> found;
        synchronized (disk) {
            disk.checkRead();
            found = startingWith(entries, prefix);
        }
        visit(found, visitor);
    }

    private static List<Map.Entry<Bytes, byte[]>> startingWith(Map<Bytes, byte[]> entries, byte[] prefix) {
        Bytes start = Bytes.wrap(prefix);
        List<Map.Entry<Bytes, byte[]>> found = new ArrayList<>();
        for (Map.Entry<Bytes, byte[]> entry : entries.entrySet()) {
            Bytes key = entry.getKey();
            if (key.startsWith(start)) {
                found.add(Map.entry(key, entry.getValue()));
            }
        }
        found.sort(Map.Entry.comparingByKey(
                (left, right) -> Arrays.compareUnsigned(left.sharedArray(), right.sharedArray())));
        return found;
    }

    private static void visit(List<Map.Entry<Bytes, byte[]>> found, Visitor visitor) {
        for (Map.Entry<Bytes, byte[]> entry : found) {
            if (!visitor.visit(entry.getKey().sharedArray(), entry.getValue())) {
                return;
            }
        }
    }

    @Override
    public Snapshot snapshot() {
        synchronized (disk) {
            disk.checkRead();
            Map<Bytes, byte[]> copy = new HashMap<>(entries);
            return new Snapshot() {
                @Override
                public byte @Nullable [] get(byte[] key) {
                    return copy.get(Bytes.wrap(key));
                }

                @Override
                public void scan(byte[] prefix, Visitor visitor) {
                    visit(startingWith(copy, prefix), visitor);
                }

                @Override
                public void close() {}
            };
        }
    }

    /** Does nothing: the entries stay on the disk for the next user. */
    @Override
    public void close() {}

    private static final class MemoryBatch implements Batch {
        private final List<byte @Nullable []> pairs = new ArrayList<>();

        @Override
        public Batch put(byte[] key, byte[] value) {
            pairs.add(key);
            pairs.add(value);
            return this;
        }

        @Override
        public Batch delete(byte[] key) {
            pairs.add(key);
            pairs.add(null);
            return this;
        }

        @Override
        public int size() {
            return pairs.size() / 2;
        }
    }
}
