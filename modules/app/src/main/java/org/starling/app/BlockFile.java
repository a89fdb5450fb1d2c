package org.starling.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.starling.bytes.Bytes;
import org.starling.chain.ByteSource;
import org.starling.world.StorageException;

/** A file of blocks that is someone else's: only read, and open only while it is. */
record BlockFile(Path path, long size) implements ByteSource {
    private static final String XOR_FILE = "xor.dat";
    private static final int XOR_BYTES = 8;

    static BlockFile of(Path path) throws UsageException {
        try {
            if (Files.isRegularFile(path) && Files.isReadable(path)) {
                return new BlockFile(path, Files.size(path));
            }
        } catch (IOException e) {
            throw new UsageException("Cannot read " + path + ": " + e.getMessage());
        }
        throw new UsageException("Cannot read " + path + ": there is no such file, or it may not be read.");
    }

    /** The key beside a file of Bitcoin Core's; none for other files. */
    Bytes xorKey() throws UsageException {
        Path key = path.resolveSibling(XOR_FILE);
        if (!path.getFileName().toString().matches("blk[0-9]{5}\\.dat") || !Files.exists(key)) {
            return Bytes.EMPTY;
        }
        try {
            byte[] bytes = Files.readAllBytes(key);
            if (bytes.length != XOR_BYTES) {
                throw new UsageException(key + " has " + bytes.length + " bytes where a key has " + XOR_BYTES);
            }
            return Bytes.wrap(bytes);
        } catch (IOException e) {
            throw new UsageException("Cannot read " + key + ": " + e.getMessage());
        }
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) {
        ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            int count = 0;
            while (buffer.hasRemaining() && count >= 0) {
                count = channel.read(buffer, position + buffer.position() - offset);
            }
        } catch (IOException e) {
            throw new StorageException("Cannot read " + path + ": " + e.getMessage(), e);
        }
        return buffer.position() - offset;
    }
}
