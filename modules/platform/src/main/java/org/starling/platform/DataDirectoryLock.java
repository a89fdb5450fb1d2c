package org.starling.platform;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.starling.world.StorageException;

/**
 * Holds a data directory for one process: a lock of the operating system on its file {@code .lock}, which ends with the
 * process however it ends.
 */
public final class DataDirectoryLock implements AutoCloseable {
    private final FileChannel channel;

    private DataDirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Creates the directory if it is absent and locks it. Throws {@link StorageException} with a sentence for the user
     * if it cannot be written or another process holds it.
     */
    public static DataDirectoryLock acquire(Path directory) {
        FileChannel channel;
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException | SecurityException e) {
            throw new StorageException("Cannot write to directory '" + directory + "'; check permissions.", e);
        }
        try {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                return new DataDirectoryLock(channel);
            }
            channel.close();
        } catch (IOException e) {
            throw new StorageException("Cannot lock directory '" + directory + "': " + e.getMessage(), e);
        }
        throw new StorageException(
                "Cannot obtain a lock on data directory " + directory + ". Starling is probably already running.");
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this very process, for another node in it.
            return null;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StorageException("Cannot release the lock: " + e.getMessage(), e);
        }
    }
}
