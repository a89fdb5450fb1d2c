package org.starling.platform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.starling.world.FileStore.OpenFile;
import org.starling.world.StorageException;
import org.starling.world.Workers;

class DiskFileStoreTest {
    @TempDir
    Path directory;

    @Test
    void saysWhereAFileIs() {
        assertThat(new DiskFileStore(directory).place("one/two"))
                .isEqualTo(directory.resolve("one/two").toString());
    }

    @Test
    void filesGrowAreReadByPositionAndCutOff() {
        DiskFileStore store = new DiskFileStore(directory.resolve("data"));
        try (OpenFile file = store.open("blocks/blk00000.dat")) {
            file.write(0, "hello".getBytes(UTF_8), 0, 5);
            file.write(5, "xx world".getBytes(UTF_8), 2, 6);
            file.sync();
            byte[] read = new byte[20];
            assertThat(file.read(6, read, 3, 10)).isEqualTo(5);
            assertThat(new String(read, 3, 5, UTF_8)).isEqualTo("world");
            assertThat(file.read(11, read, 0, 10)).isZero();
            file.truncate(4);
            file.truncate(9);
            assertThat(file.size()).isEqualTo(4);
        }
        assertThat(store.exists("blocks/blk00000.dat")).isTrue();
        assertThat(store.list("blocks")).containsExactly("blocks/blk00000.dat");
        assertThat(store.list("none")).isEmpty();
        store.delete("blocks/blk00000.dat");
        store.delete("blocks/blk00000.dat");
        assertThat(store.exists("blocks/blk00000.dat")).isFalse();
        assertThat(store.freeBytes()).isPositive();
    }

    @Test
    void replacingIsWhole() {
        DiskFileStore store = new DiskFileStore(directory);
        assertThat(store.read("a.json")).isNull();
        store.replace("a.json", new byte[] {1, 2, 3});
        store.replace("a.json", new byte[] {4});
        assertThat(store.read("a.json")).containsExactly(4);
        assertThat(store.list("")).containsExactly("a.json");
    }

    @Test
    void aPathCannotLeaveTheStore() {
        DiskFileStore store = new DiskFileStore(directory.resolve("data"));
        assertThatThrownBy(() -> store.read("../secret")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFileThatCannotBeCreatedIsAStorageException() throws IOException {
        Files.writeString(directory.resolve("plain"), "a file, not a folder");
        DiskFileStore store = new DiskFileStore(directory);
        assertThatThrownBy(() -> store.open("plain/inside")).isInstanceOf(StorageException.class);
    }

    @Test
    void aDataDirectoryHasOneHolder() {
        try (DataDirectoryLock first = DataDirectoryLock.acquire(directory)) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> DataDirectoryLock.acquire(directory))
                    .isInstanceOf(StorageException.class)
                    .hasMessage("Cannot obtain a lock on data directory " + directory
                            + ". Starling is probably already running.");
        }
        DataDirectoryLock.acquire(directory).close();
    }

    @Test
    void workersKeepTheOrderAndHandOnFailures() {
        try (ThreadWorkers workers = new ThreadWorkers("test", 2)) {
            List<Callable<Integer>> tasks = IntStream.range(0, 100)
                    .<Callable<Integer>>mapToObj(i -> () -> i * i)
                    .toList();
            assertThat(workers.submit(tasks).await())
                    .isEqualTo(IntStream.range(0, 100).mapToObj(i -> i * i).toList());
            Workers.Pending<Integer> failing = workers.submit(List.<Callable<Integer>>of(() -> {
                throw new StorageException("disk");
            }));
            assertThatThrownBy(failing::await)
                    .isInstanceOf(StorageException.class)
                    .hasMessage("disk");
        }
    }
}
