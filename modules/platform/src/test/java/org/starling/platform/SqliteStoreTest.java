package org.starling.platform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Durability;
import org.starling.world.StorageException;

class SqliteStoreTest {
    @TempDir
    Path directory;

    @Test
    void keepsWhatWasWrittenAcrossAReopening() {
        try (SqliteStore store = SqliteStore.create(file())) {
            store.write(store.batch().put(key("a"), key("1")).put(key("b"), key("2")), Durability.SYNCED);
            store.write(store.batch().delete(key("a")).put(key("c"), new byte[0]), Durability.SYNCED);
        }
        try (SqliteStore store = SqliteStore.open(file())) {
            assertThat(store.getAll(List.of(key("c"), key("a"), key("b"))))
                    .containsExactly(new byte[0], null, key("2"));
        }
    }

    @Test
    void scansAPrefixInOrderOfUnsignedBytes() {
        try (SqliteStore store = SqliteStore.create(file())) {
            KeyValueStore.Batch batch = store.batch();
            for (int i : new int[] {0xff, 0x80, 0x01, 0x7f}) {
                batch.put(new byte[] {'p', (byte) i}, new byte[] {(byte) i});
            }
            store.write(batch.put(new byte[] {'q'}, new byte[0]).put(new byte[] {'o'}, new byte[0]), Durability.SYNCED);
            List<Integer> seen = new ArrayList<>();
            store.scan(new byte[] {'p'}, (key, value) -> seen.add(value[0] & 0xff));
            assertThat(seen).containsExactly(0x01, 0x7f, 0x80, 0xff);
        }
    }

    /** The file and its journal as a crash in the middle of a write leaves them. */
    @Test
    void rollsBackAnInterruptedWrite() throws Exception {
        Path copy = directory.resolve("copy.dat");
        try (SqliteStore store = SqliteStore.create(file())) {
            store.write(store.batch().put(key("a"), key("old")), Durability.SYNCED);
            byte[] large = new byte[8 << 20];
            KeyValueStore.Batch batch = store.batch().put(key("a"), key("new"));
            for (int i = 0; i < 8; i++) {
                batch.put(key("large" + i), large);
            }
            Thread writer = Thread.ofPlatform().start(() -> store.write(batch, Durability.SYNCED));
            Path journal = directory.resolve("wallet.dat-journal");
            boolean caught = false;
            while (writer.isAlive() && !caught) {
                if (Files.exists(journal) && Files.size(journal) > 512 && Files.size(file()) > 1 << 20) {
                    Files.copy(file(), copy, StandardCopyOption.REPLACE_EXISTING);
                    Files.copy(journal, directory.resolve("copy.dat-journal"), StandardCopyOption.REPLACE_EXISTING);
                    caught = writer.isAlive();
                }
            }
            writer.join();
        } catch (java.nio.file.NoSuchFileException e) {
            // The write was over between two looks: what was copied is whole, or there is nothing to open.
        }
        if (Files.exists(copy)) {
            try (SqliteStore store = SqliteStore.open(copy)) {
                byte[] value = store.get(key("a"));
                assertThat(new String(value == null ? new byte[0] : value, UTF_8))
                        .isIn("old", "new");
                assertThat(store.get(key("large7")) == null).isEqualTo("old".equals(new String(value, UTF_8)));
            }
        }
    }

    @Test
    void oneFileIsOpenOnlyOnce() {
        try (SqliteStore first = SqliteStore.create(file())) {
            assertThatThrownBy(() -> SqliteStore.open(file()))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("is in use");
            first.write(first.batch().put(key("a"), key("1")), Durability.SYNCED);
        }
        SqliteStore.open(file()).close();
    }

    @Test
    void saysWhatAFileIsThatIsNoWallet() throws Exception {
        Files.writeString(file(), "this is a letter and no database, however long one makes it".repeat(100));
        assertThatThrownBy(() -> SqliteStore.open(file())).hasMessageContaining("damaged, or not a Starling wallet");
        assertThatThrownBy(() -> SqliteStore.create(file())).hasMessageContaining("exists already");
        assertThatThrownBy(() -> SqliteStore.open(directory.resolve("none"))).hasMessageContaining("does not exist");
    }

    @Test
    void aBackupOpensElsewhere() {
        WalletShelf shelf = new WalletShelf(directory.resolve("wallets"));
        Path backup = directory.resolve("backup.dat");
        try (KeyValueStore store = shelf.create("savings/old")) {
            store.write(store.batch().put(key("a"), key("1")), Durability.SYNCED);
            shelf.backup(store, backup.toString());
            store.write(store.batch().put(key("a"), key("2")), Durability.SYNCED);
        }
        shelf.restore("again", backup.toString());

        assertThat(shelf.names()).containsExactly("again", "savings/old");
        try (KeyValueStore store = shelf.open("again")) {
            assertThat(store.get(key("a"))).isEqualTo(key("1"));
        }
        assertThatThrownBy(() -> shelf.restore("again", backup.toString())).hasMessageContaining("exists already");
        assertThatThrownBy(() -> shelf.create("../elsewhere")).hasMessageContaining("relative path");
        shelf.delete("again");
        assertThat(shelf.exists("again")).isFalse();
    }

    private Path file() {
        return directory.resolve("wallet.dat");
    }

    private static byte[] key(String text) {
        return text.getBytes(UTF_8);
    }
}
