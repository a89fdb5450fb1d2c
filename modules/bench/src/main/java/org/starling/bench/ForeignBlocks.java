package org.starling.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.starling.world.FileStore;
import org.starling.world.StorageException;

/**
 * Shows block files that belong to someone else as if they were ours. They are only read; everything else, undo files
 * above all, goes to another store.
 */
final class ForeignBlocks implements FileStore {
    private final Map<String, Path> foreign;
    private final FileStore own;

    private ForeignBlocks(Map<String, Path> foreign, FileStore own) {
        this.foreign = foreign;
        this.own = own;
    }

    /** A block file, or a folder of block files with their {@code xor.dat} if they have one. */
    static ForeignBlocks of(Path source, FileStore own) throws IOException {
        Map<String, Path> files = new TreeMap<>();
        if (Files.isDirectory(source)) {
            try (Stream<Path> entries = Files.list(source)) {
                entries.filter(entry -> entry.getFileName().toString().matches("blk[0-9]{5}\\.dat|xor\\.dat"))
                        .forEach(entry -> files.put(entry.getFileName().toString(), entry));
            }
        } else if (Files.exists(source)) {
            files.put("blk00000.dat", source);
        }
        if (files.isEmpty()) {
            throw new IOException(source + " is no block file and no folder with blk00000.dat and so on");
        }
        return new ForeignBlocks(files, own);
    }

    /** Bytes of all block files. */
    long totalBytes() throws IOException {
        long total = 0;
        for (Path file : foreign.values()) {
            total += Files.size(file);
        }
        return total;
    }

    @Override
    public OpenFile open(String path) {
        Path file = foreign.get(path);
        if (file == null) {
            return own.open(path);
        }
        try {
            return new ReadOnlyFile(file, FileChannel.open(file, StandardOpenOption.READ));
        } catch (IOException e) {
            throw new StorageException("Cannot open " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public boolean exists(String path) {
        return foreign.containsKey(path) || own.exists(path);
    }

    @Override
    public List<String> list(String folder) {
        List<String> names = new ArrayList<>(own.list(folder));
        names.addAll(foreign.keySet());
        Collections.sort(names);
        return names;
    }

    @Override
    public void delete(String path) {
        own.delete(path);
    }

    @Override
    public byte @Nullable [] read(String path) {
        Path file = foreign.get(path);
        try {
            return file == null ? own.read(path) : Files.readAllBytes(file);
        } catch (IOException e) {
            throw new StorageException("Cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void replace(String path, byte[] content) {
        own.replace(path, content);
    }

    @Override
    public long freeBytes() {
        return own.freeBytes();
    }

    private record ReadOnlyFile(Path path, FileChannel channel) implements OpenFile {
        @Override
        public long size() {
            try {
                return channel.size();
            } catch (IOException e) {
                throw new StorageException("Cannot measure " + path + ": " + e.getMessage(), e);
            }
        }

        @Override
        public int read(long position, byte[] target, int offset, int length) {
            ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
            try {
                int count = 0;
                while (buffer.hasRemaining() && count >= 0) {
                    count = channel.read(buffer, position + buffer.position() - offset);
                }
            } catch (IOException e) {
                throw new StorageException("Cannot read " + path + ": " + e.getMessage(), e);
            }
            return buffer.position() - offset;
        }

        @Override
        public void write(long position, byte[] source, int offset, int length) {
            throw new StorageException(path + " is another program's and is not written to");
        }

        /** Leaves the file as it is: what would be cut off is space allocated ahead by its owner. */
        @Override
        public void truncate(long size) {}

        @Override
        public void sync() {}

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new StorageException("Cannot close " + path + ": " + e.getMessage(), e);
            }
        }
    }
}
