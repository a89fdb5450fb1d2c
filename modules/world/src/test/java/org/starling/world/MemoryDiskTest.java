package org.starling.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.starling.world.FileStore.OpenFile;
import org.starling.world.KeyValueStore.Durability;

class MemoryDiskTest {
    @Test
    void syncedDataSurviveACrashAndTheRestMayNot() {
        boolean lost = false;
        boolean kept = false;
        boolean torn = false;
        for (int seed = 0; seed < 200; seed++) {
            MemoryDisk disk = new MemoryDisk(new SeededRandomness(seed));
            MemoryFileStore files = new MemoryFileStore(disk);
            OpenFile file = files.open("f");
            file.write(0, new byte[] {1, 1, 1, 1}, 0, 4);
            file.sync();
            file.write(2, new byte[] {2, 2, 2, 2}, 0, 4);
            disk.crash();
            assertThatThrownBy(() -> files.read("f")).isInstanceOf(StorageException.class);
            disk.restart();
            byte[] content = files.read("f");
            assertThat(Arrays.copyOf(content, 2)).containsExactly(1, 1);
            lost |= Arrays.equals(content, new byte[] {1, 1, 1, 1});
            kept |= Arrays.equals(content, new byte[] {1, 1, 2, 2, 2, 2});
            torn |= Arrays.equals(content, new byte[] {1, 1, 2, 2, 2});
        }
        assertThat(lost).isTrue();
        assertThat(kept).isTrue();
        assertThat(torn).isTrue();
    }

    @Test
    void batchesSurviveInOrder() {
        boolean[] survivors = new boolean[4];
        for (int seed = 0; seed < 100; seed++) {
            MemoryDisk disk = new MemoryDisk(new SeededRandomness(seed));
            MemoryKeyValueStore store = new MemoryKeyValueStore(disk);
            store.write(store.batch().put(key(0), key(9)), Durability.SYNCED);
            for (int i = 1; i <= 3; i++) {
                store.write(store.batch().put(key(i), key(i)).put(key(0), key(i)), Durability.BUFFERED);
            }
            disk.crash();
            disk.restart();
            int last = 3;
            while (last > 0 && store.get(key(last)) == null) {
                last--;
            }
            survivors[last] = true;
            assertThat(store.get(key(0))).isEqualTo(last == 0 ? key(9) : key(last));
            for (int i = 1; i <= last; i++) {
                assertThat(store.get(key(i))).isEqualTo(key(i));
            }
        }
        assertThat(survivors).containsOnly(true);
    }

    @Test
    void thePowerGoesAtThePlannedWrite() {
        MemoryDisk disk = new MemoryDisk(new SeededRandomness(1));
        MemoryFileStore files = new MemoryFileStore(disk);
        files.replace("a", new byte[] {1});
        disk.crashAtWrite(2);
        files.replace("a", new byte[] {2});
        assertThatThrownBy(() -> files.replace("a", new byte[] {3})).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> files.replace("a", new byte[] {4})).isInstanceOf(StorageException.class);
        disk.restart();
        assertThat(files.read("a")).containsExactly(2);
    }

    @Test
    void spaceRunsOutAndReadsFail() {
        MemoryDisk disk = new MemoryDisk(new SeededRandomness(1));
        MemoryFileStore files = new MemoryFileStore(disk);
        disk.setFreeBytes(3);
        OpenFile file = files.open("f");
        file.write(0, new byte[3], 0, 3);
        file.write(0, new byte[3], 0, 3);
        assertThatThrownBy(() -> file.write(3, new byte[1], 0, 1)).hasMessageContaining("no space left");
        disk.failReadsAfter(1);
        assertThat(file.read(0, new byte[3], 0, 3)).isEqualTo(3);
        assertThatThrownBy(() -> file.read(0, new byte[3], 0, 3)).isInstanceOf(StorageException.class);
    }

    private static byte[] key(int i) {
        return new byte[] {(byte) i};
    }
}
