package org.starling.platform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Durability;
import org.starling.world.StorageException;

class RocksStoreTest {
    @TempDir
    Path directory;

    @Test
    void keepsWhatWasWrittenAcrossAReopening() {
        try (RocksStore store = open()) {
            store.write(store.batch().put(key("a"), key("1")).put(key("b"), key("2")), Durability.BUFFERED);
            store.write(store.batch().delete(key("a")).put(key("c"), new byte[0]), Durability.SYNCED);
        }
        try (RocksStore store = open()) {
            assertThat(store.get(key("a"))).isNull();
            assertThat(store.get(key("b"))).isEqualTo(key("2"));
            assertThat(store.getAll(List.of(key("c"), key("a"), key("b"))))
                    .containsExactly(new byte[0], null, key("2"));
        }
    }

    @Test
    void scansAPrefixInOrderOfUnsignedBytes() {
        try (RocksStore store = open()) {
            KeyValueStore.Batch batch = store.batch();
            for (int i : new int[] {0xff, 0x80, 0x01, 0x7f}) {
                batch.put(new byte[] {'p', (byte) i}, new byte[] {(byte) i});
            }
            store.write(batch.put(new byte[] {'q'}, new byte[0]).put(new byte[] {'o'}, new byte[0]), Durability.SYNCED);
            List<Integer> seen = new ArrayList<>();
            store.scan(new byte[] {'p'}, (key, value) -> seen.add(value[0] & 0xff));
            assertThat(seen).containsExactly(0x01, 0x7f, 0x80, 0xff);
            seen.clear();
            store.scan(new byte[] {'p'}, (key, value) -> seen.add(value[0] & 0xff) && seen.size() < 2);
            assertThat(seen).containsExactly(0x01, 0x7f);
        }
    }

    @Test
    void aSnapshotDoesNotSeeLaterWrites() {
        try (RocksStore store = open()) {
            store.write(store.batch().put(key("a"), key("old")), Durability.SYNCED);
            try (KeyValueStore.Snapshot snapshot = store.snapshot()) {
                store.write(store.batch().put(key("a"), key("new")).put(key("b"), key("new")), Durability.SYNCED);
                assertThat(snapshot.get(key("a"))).isEqualTo(key("old"));
                List<String> seen = new ArrayList<>();
                snapshot.scan(new byte[0], (key, value) -> seen.add(new String(key, UTF_8)));
                assertThat(seen).containsExactly("a");
            }
            assertThat(store.get(key("a"))).isEqualTo(key("new"));
        }
    }

    @Test
    void aClosedOrLockedStoreIsAnErrorNotACrash() {
        RocksStore store = open();
        assertThatThrownBy(this::open).isInstanceOf(StorageException.class).hasMessageContaining("Cannot open");
        store.close();
        assertThatThrownBy(() -> store.get(key("a"))).isInstanceOf(StorageException.class);
        store.close();
    }

    private RocksStore open() {
        return RocksStore.open(directory.resolve("store"), RocksStore.SMALL_CACHE_BYTES);
    }

    private static byte[] key(String text) {
        return text.getBytes(UTF_8);
    }
}
