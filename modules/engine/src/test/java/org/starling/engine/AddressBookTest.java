package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.world.FileStore;
import org.starling.world.MemoryDisk;
import org.starling.world.MemoryFileStore;
import org.starling.world.SeededRandomness;

class AddressBookTest {
    private static final long NOW = 1_700_000_000;
    private static final NetAddress SOURCE = NetAddress.parse("8.8.8.8", 8333);

    private final AddressBook book =
            new AddressBook(Bytes.wrap(new byte[32]), Routability.PUBLIC, new SeededRandomness(1).child("book"));

    private static NetAddress address(int a, int b, int c, int d) {
        return NetAddress.ofIp(Bytes.copyOf((byte) a, (byte) b, (byte) c, (byte) d), 8333);
    }

    @Test
    void learnsSelectsAndProves() {
        NetAddress one = address(1, 2, 3, 4);
        assertThat(book.add(NOW, one, 9, NOW, SOURCE, 0)).isTrue();
        assertThat(book.add(NOW, one, 9, NOW, SOURCE, 0)).isFalse();
        assertThat(book.add(NOW, address(10, 0, 0, 1), 9, NOW, SOURCE, 0)).isFalse();
        assertThat(book.select(NOW, false, entry -> true).address()).isEqualTo(one);
        book.attempt(NOW, one);
        book.good(NOW, one);
        assertThat(book.find(one).isTried()).isTrue();
        assertThat(book.select(NOW + 700, true, entry -> true)).isNull();
        assertThat(book.select(NOW + 700, false, entry -> true).address()).isEqualTo(one);
        assertThat(book.sample(NOW, 1000, 0, entry -> true)).hasSize(1);
        assertThat(book.sample(NOW, 1000, 23, entry -> true)).isEmpty();
    }

    @Test
    void oneSourceGroupReachesOnlyASmallPartOfTheTable() {
        for (int a = 1; a < 100; a++) {
            for (int b = 0; b < 200; b++) {
                book.add(NOW, address(a == 10 ? 11 : a, b, 7, 7), 9, NOW, SOURCE, 0);
            }
        }
        assertThat(book.size())
                .isGreaterThan(3000)
                .isLessThanOrEqualTo(AddressBook.NEW_BUCKETS_PER_SOURCE * AddressBook.BUCKET_SIZE);
    }

    @Test
    void oneAddressGroupReachesOnlyEightTriedBuckets() {
        for (int c = 0; c < 40; c++) {
            for (int d = 0; d < 250; d++) {
                NetAddress sybil = address(5, 5, c, d);
                book.add(NOW, sybil, 9, NOW, address(c + 20, d, 1, 1), 0);
                book.good(NOW, sybil);
            }
        }
        assertThat(book.triedCount())
                .isPositive()
                .isLessThanOrEqualTo(AddressBook.TRIED_BUCKETS_PER_GROUP * AddressBook.BUCKET_SIZE);
    }

    @Test
    void aProvenAddressKeepsItsSlotUnlessItFailsATest() {
        KnownAddress waiting = null;
        NetAddress candidate = null;
        for (int c = 0; c < 200 && book.selectToTest() == null; c++) {
            for (int d = 0; d < 250 && book.selectToTest() == null; d++) {
                candidate = address(5, 5, c, d);
                book.add(NOW, candidate, 9, NOW, address(c + 20, d, 1, 1), 0);
                book.good(NOW, candidate);
            }
        }
        waiting = book.find(candidate);
        KnownAddress holder = book.selectToTest();
        assertThat(waiting.isTried()).isFalse();
        // Alive within four hours: it stays.
        book.resolveCollisions(NOW + 10);
        assertThat(book.selectToTest()).isNull();
        assertThat(holder.isTried()).isTrue();
        // Five hours later it does not answer: the other one takes its place.
        long later = NOW + 5 * 3600;
        book.good(later, candidate);
        assertThat(book.selectToTest()).isSameAs(holder);
        book.attempt(later, holder.address());
        book.resolveCollisions(later + 61);
        assertThat(waiting.isTried()).isTrue();
        assertThat(holder.isTried()).isFalse();
    }

    @Test
    void survivesAFileAndSetsADamagedOneAside() {
        MemoryFileStore files = new MemoryFileStore(new MemoryDisk(new SeededRandomness(3)));
        List<LogEvent> log = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            book.add(NOW, address(30 + i, 1, 1, 1), i, NOW - i, SOURCE, 0);
        }
        book.attempt(NOW, address(30, 1, 1, 1));
        book.good(NOW, address(30, 1, 1, 1));
        files.replace("peers.dat", AddressBookFile.encode(book).toArray());
        AddressBook loaded = load(files, log);
        assertThat(loaded.size()).isEqualTo(book.size());
        assertThat(loaded.triedCount()).isEqualTo(1);
        assertThat(loaded.find(address(35, 1, 1, 1)).services()).isEqualTo(5);
        assertThat(loaded.find(address(35, 1, 1, 1)).seenSeconds()).isEqualTo(NOW - 5);
        assertThat(AddressBookFile.encode(loaded)).isEqualTo(AddressBookFile.encode(book));

        byte[] damaged = files.read("peers.dat");
        damaged[damaged.length / 2] ^= 1;
        files.replace("peers.dat", damaged);
        assertThat(load(files, log).size()).isZero();
        assertThat(files.exists("peers.dat")).isFalse();
        assertThat(files.read("peers.dat.damaged")).isEqualTo(damaged);
        assertThat(log.getLast().text()).startsWith("peers.dat is damaged (its checksum does not match)");
    }

    private static AddressBook load(FileStore files, List<LogEvent> log) {
        return AddressBookFile.load(files, "peers.dat", Routability.PUBLIC, new SeededRandomness(2), log::add);
    }
}
