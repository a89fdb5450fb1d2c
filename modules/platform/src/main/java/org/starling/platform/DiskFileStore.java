package org.starling.platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.starling.world.FileStore;
import org.starling.world.StorageException;

/** {@link FileStore} on a directory of the file system. Creations, replacements and deletions sync their folder. */
public final class DiskFileStore implements FileStore {
    private final Path root;

    /** A store of the files under {@code root}, which is created when the first file is. */
    public DiskFileStore(Path root) {
        this.root = root;
    }

    @Override
    public OpenFile open(String path) {
        Path file = resolve(path);
        try {
            boolean created = !Files.exists(file);
            if (created) {
                createFolders(folderOf(file));
            }
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (created) {
                syncFolder(folderOf(file));
            }
            return new DiskFile(file, channel);
        } catch (IOException e) {
            throw failure("open", file, e);
        }
    }

    @Override
    public boolean exists(String path) {
        return Files.exists(resolve(path));
    }

    @Override
    public List<String> list(String folder) {
        Path directory = folder.isEmpty() ? root : resolve(folder);
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            String prefix = folder.isEmpty() ? "" : folder + "/";
            return files.filter(Files::isRegularFile)
                    .map(file -> prefix + file.getFileName())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw failure("list", directory, e);
        }
    }

    @Override
    public void delete(String path) {
        Path file = resolve(path);
        try {
            if (Files.deleteIfExists(file)) {
                syncFolder(folderOf(file));
            }
        } catch (IOException e) {
            throw failure("delete", file, e);
        }
    }

    @Override
    public String place(String path) {
        return resolve(path).toString();
    }

    @Override
    public OptionalLong modifiedMillis(String path) {
        Path file = resolve(path);
        try {
            return OptionalLong.of(Files.getLastModifiedTime(file).toMillis());
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        } catch (IOException e) {
            throw failure("ask for the age of", file, e);
        }
    }

    @Override
    public byte @Nullable [] read(String path) {
        Path file = resolve(path);
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw failure("read", file, e);
        }
    }

    @Override
    public void replace(String path, byte[] content) {
        Path file = resolve(path);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            createFolders(folderOf(file));
            try (FileChannel channel = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                writeFully(channel, 0, ByteBuffer.wrap(content));
                channel.force(true);
            }
            moveOver(fresh, file);
            syncFolder(folderOf(file));
        } catch (IOException e) {
            throw failure("replace", file, e);
        }
    }

    @Override
    public long freeBytes() {
        Path existing = root.toAbsolutePath();
        while (!Files.exists(existing)) {
            existing = folderOf(existing);
        }
        try {
            return Files.getFileStore(existing).getUsableSpace();
        } catch (IOException e) {
            throw failure("ask for the free space at", existing, e);
        }
    }

    private Path resolve(String path) {
        Path resolved = root.resolve(path).normalize();
        if (!resolved.startsWith(root.normalize())) {
            throw new IllegalArgumentException("'" + path + "' is outside the store");
        }
        return resolved;
    }

    private static Path folderOf(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file : parent;
    }

    /** Creates what is missing from the top down, each entry durable in its own parent. */
    private static void createFolders(Path folder) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        for (Path at = folder; !Files.isDirectory(at); at = folderOf(at)) {
            missing.push(at);
        }
        for (Path at : missing) {
            Files.createDirectories(at);
            syncFolder(folderOf(at));
        }
    }

    /** Puts a finished file in the place of another; after a crash one of them is there, whole. */
    static void moveDurably(Path from, Path to) throws IOException {
        try (FileChannel channel = FileChannel.open(from, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        moveOver(from, to);
        syncFolder(folderOf(to));
    }

    private static void moveOver(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static final boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");

    /** Makes the folder's entries durable. Windows has no such call and orders its metadata itself. */
    private static void syncFolder(Path folder) throws IOException {
        if (WINDOWS) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void writeFully(FileChannel channel, long position, ByteBuffer buffer) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            at += channel.write(buffer, at);
        }
    }

    private static StorageException failure(String what, Path file, IOException e) {
        String reason = e.getMessage() == null ? e.toString() : e.getMessage();
        return new StorageException("Cannot " + what + " " + file + ": " + reason, e);
    }

    private record DiskFile(Path path, FileChannel channel) implements OpenFile {
        @Override
        public long size() {
            try {
                return channel.size();
            } catch (IOException e) {
                throw failure("measure", path, e);
            }
        }

        @Override
        public int read(long position, byte[] target, int offset, int length) {
            ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
            try {
                while (buffer.hasRemaining()) {
                    if (channel.read(buffer, position + buffer.position() - offset) < 0) {
                        break;
                    }
                }
            } catch (IOException e) {
                throw failure("read", path, e);
            }
            return buffer.position() - offset;
        }

        @Override
        public void write(long position, byte[] source, int offset, int length) {
            try {
                writeFully(channel, position, ByteBuffer.wrap(source, offset, length));
            } catch (IOException e) {
                throw failure("write", path, e);
            }
        }

        @Override
        public void truncate(long size) {
            try {
                channel.truncate(size);
            } catch (IOException e) {
                throw failure("truncate", path, e);
            }
        }

        @Override
        public void sync() {
            try {
                channel.force(false);
            } catch (IOException e) {
                throw failure("sync", path, e);
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw failure("close", path, e);
            }
        }
    }
}
