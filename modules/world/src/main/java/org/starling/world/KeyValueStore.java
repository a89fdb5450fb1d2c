package org.starling.world;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An ordered map from bytes to bytes that survives a crash. Keys order as unsigned bytes. Reads may come from any
 * thread; writes come from one. Every method throws {@link StorageException} if the disk fails.
 */
public interface KeyValueStore extends AutoCloseable {
    /** The value, or null. */
    byte @Nullable [] get(byte[] key);

    /** The values, in the order of the keys, null for those that are absent. */
    List<byte @Nullable []> getAll(List<byte[]> keys);

    /** Applies all changes or, after a crash at any point, none. When it returns they are visible. */
    void write(Batch batch, Durability durability);

    /** Visits the entries whose key begins with {@code prefix}, in order, until the visitor returns false. */
    void scan(byte[] prefix, Visitor visitor);

    /** A consistent view for a long scan while writes go on. Close it. */
    Snapshot snapshot();

    @Override
    void close();

    /** What a returned write means if the power fails. */
    enum Durability {
        /** On stable storage. */
        SYNCED,
        /** In order with other writes, but the last ones may be lost. */
        BUFFERED
    }

    /** Changes in the order in which they apply. */
    interface Batch {
        Batch put(byte[] key, byte[] value);

        Batch delete(byte[] key);

        int size();
    }

    /** An empty batch for {@link #write}. */
    Batch batch();

    /** Receives entries. */
    @FunctionalInterface
    interface Visitor {
        /** Returns false to end the scan. */
        boolean visit(byte[] key, byte[] value);
    }

    /** The entries as they were at one moment. */
    interface Snapshot extends AutoCloseable {
        byte @Nullable [] get(byte[] key);

        void scan(byte[] prefix, Visitor visitor);

        @Override
        void close();
    }
}
