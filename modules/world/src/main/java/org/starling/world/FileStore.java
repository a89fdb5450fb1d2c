package org.starling.world;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A directory of plain files, named by relative paths with {@code /}. Every method throws {@link StorageException} if the
 * disk fails.
 */
public interface FileStore {
    /** Opens the file for reading and writing, creating it (and its folders) if it is absent. */
    OpenFile open(String path);

    boolean exists(String path);

    /** The path as the people of this machine find the file. */
    default String place(String path) {
        return path;
    }

    /** Paths of the files directly in that folder ({@code ""} for the top), sorted. */
    List<String> list(String folder);

    /** Removes the file if it is there. */
    void delete(String path);

    /** When the file was last written, in milliseconds since 1970; empty if it is absent or the store does not know. */
    default OptionalLong modifiedMillis(String path) {
        return OptionalLong.empty();
    }

    /** The whole file, or null if it is absent. */
    byte @Nullable [] read(String path);

    /** Replaces the file durably: after a crash it has the old content or the new, never a mix. */
    void replace(String path, byte[] content);

    /** Bytes that can still be written, as far as the system tells. */
    long freeBytes();

    /** A file with positional access. Reads may come from several threads at once; writes come from one. */
    interface OpenFile extends AutoCloseable {
        long size();

        /** Reads up to {@code length} bytes at {@code position}; returns how many there were, 0 past the end. */
        int read(long position, byte[] target, int offset, int length);

        /** Writes all the bytes at {@code position}, growing the file if need be. */
        void write(long position, byte[] source, int offset, int length);

        /** Cuts the file off at {@code size} bytes if it is longer. */
        void truncate(long size);

        /** Returns when everything written is on stable storage. */
        void sync();

        @Override
        void close();
    }
}
