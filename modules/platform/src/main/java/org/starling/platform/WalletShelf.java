package org.starling.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.starling.world.KeyValueStore;
import org.starling.world.StorageException;
import org.starling.world.StoreShelf;

/** Wallets as files: each in a folder of its name, as Bitcoin Core keeps them; that without a name at the top. */
public final class WalletShelf implements StoreShelf {
    private static final String FILE = "wallet.dat";

    /** Folders deep that are looked through for wallets. */
    private static final int MAX_DEPTH = 8;

    private final Path directory;
    private final boolean synced;

    /** Wallets that are safe on the disk when they are written. */
    public WalletShelf(Path directory) {
        this(directory, true);
    }

    /** @param synced whether writes wait for the disk; without, only tests that lose nothing by it are faster */
    public WalletShelf(Path directory, boolean synced) {
        this.directory = directory;
        this.synced = synced;
    }

    @Override
    public List<String> names() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory, MAX_DEPTH)) {
            return files.filter(path -> path.endsWith(FILE) && Files.isRegularFile(path))
                    .map(path ->
                            directory.relativize(path.getParent()).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new StorageException("Cannot list " + directory + ": " + e.getMessage(), e);
        }
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(file(name));
    }

    @Override
    public String place(String name) {
        return folder(name).toString();
    }

    @Override
    public boolean isBackup(String path) {
        return Files.exists(Path.of(path));
    }

    @Override
    public KeyValueStore open(String name) {
        return SqliteStore.open(file(name), synced);
    }

    @Override
    public KeyValueStore create(String name) {
        prepareFolder(name);
        return SqliteStore.create(file(name), synced);
    }

    @Override
    public void delete(String name) {
        Path file = file(name);
        try {
            Files.deleteIfExists(file.resolveSibling(FILE + "-journal"));
            Files.deleteIfExists(file);
            if (!name.isEmpty()) {
                Files.deleteIfExists(file.getParent());
            }
        } catch (IOException e) {
            throw new StorageException("Cannot remove " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void backup(KeyValueStore open, String path) {
        Path target = Path.of(path);
        ((SqliteStore) open).backup(Files.isDirectory(target) ? target.resolve(FILE) : target);
    }

    @Override
    public void restore(String name, String path) {
        if (exists(name)) {
            throw new StorageException(file(name) + " exists already");
        }
        // Opening it shows that it is a wallet and whole.
        SqliteStore.open(Path.of(path)).close();
        prepareFolder(name);
        Path part = file(name).resolveSibling(FILE + ".part");
        try {
            Files.deleteIfExists(part);
            Files.copy(Path.of(path), part);
            DiskFileStore.moveDurably(part, file(name));
        } catch (IOException e) {
            throw new StorageException("Cannot restore " + file(name) + ": " + e.getMessage(), e);
        }
    }

    private void prepareFolder(String name) {
        try {
            Files.createDirectories(file(name).getParent());
        } catch (IOException e) {
            throw new StorageException("Cannot make " + file(name).getParent() + ": " + e.getMessage(), e);
        }
    }

    private Path file(String name) {
        return folder(name).resolve(FILE);
    }

    private Path folder(String name) {
        Path folder = directory.resolve(name).normalize();
        if (Path.of(name).isAbsolute() || !folder.startsWith(directory)) {
            throw new StorageException("A wallet's name is a relative path below " + directory + ", not " + name);
        }
        return folder;
    }
}
