package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.crypto.Sha256;
import org.starling.world.Randomness;
import org.starling.world.SeededRandomness;

/**
 * Drives an {@link AddressBook} and a naive one (a list that is searched from end to end) with the same long random
 * history, and compares all that can be seen of both after each step.
 */
class AddressBookTwinTest {
    private static final int STEPS = 4_000;
    private static final long DAY = 24 * 60 * 60;
    private static final Bytes IPV6_PREFIX =
            Bytes.fromHex("2a01000000000000000000000000000000").slice(0, 15);

    /** One address as the naive book has it. */
    private static final class Row {
        NetAddress address;
        NetAddress source;
        long services;
        long seen;
        long lastTry;
        long lastSuccess;
        int attempts;
        boolean tried;
        final List<Place> places = new ArrayList<>();

        boolean isTerrible(long now) {
            boolean triedJustNow = now - lastTry <= 60;
            boolean fromTheFuture = seen > now + 600;
            boolean old = now - seen > 30 * DAY;
            boolean neverReached = lastSuccess == 0 && attempts >= 3;
            boolean longGone = now - lastSuccess > 7 * DAY && attempts >= 10;
            return !triedJustNow && (fromTheFuture || old || neverReached || longGone);
        }
    }

    private record Place(char table, long bucket, long position) {}

    /** What the book means, said naively. */
    private static final class Naive {
        final Bytes key;
        final Randomness draws;
        final List<Row> rows = new ArrayList<>();
        final List<NetAddress> waiting = new ArrayList<>();

        Naive(Bytes key, Randomness draws) {
            this.key = key;
            this.draws = draws;
        }

        @Nullable
        Row find(NetAddress address) {
            return rows.stream()
                    .filter(row -> row.address.equals(address))
                    .findFirst()
                    .orElse(null);
        }

        @Nullable
        Row at(Place place) {
            for (Row row : rows) {
                if (row.places.contains(place)) {
                    return row;
                }
            }
            return null;
        }

        List<Row> where(Predicate<Row> test) {
            return rows.stream().filter(test).toList();
        }

        private long hash(ByteWriter content) {
            return Sha256.once(Bytes.concat(key, content.toBytes())).word(0);
        }

        private Place place(char table, long bucket, NetAddress address) {
            long word = hash(new ByteWriter().u8(table).i32((int) bucket).bytes(address.key()));
            return new Place(table, bucket, Long.remainderUnsigned(word, 64));
        }

        Place newPlace(NetAddress address, NetAddress source) {
            Bytes from = Routability.PUBLIC.group(source);
            Bytes group = Routability.PUBLIC.group(address);
            long reach =
                    Long.remainderUnsigned(hash(new ByteWriter().varBytes(group).varBytes(from)), 64);
            long bucket =
                    Long.remainderUnsigned(hash(new ByteWriter().varBytes(from).i64(reach)), 1024);
            return place('N', bucket, address);
        }

        Place triedPlace(NetAddress address) {
            Bytes group = Routability.PUBLIC.group(address);
            long reach = Long.remainderUnsigned(hash(new ByteWriter().bytes(address.key())), 8);
            long bucket =
                    Long.remainderUnsigned(hash(new ByteWriter().varBytes(group).i64(reach)), 256);
            return place('K', bucket, address);
        }

        boolean add(long now, NetAddress address, long services, long seen, NetAddress source, long penaltyIfHearsay) {
            if (!Routability.PUBLIC.routable(address)) {
                return false;
            }
            long penalty = address.sameHost(source) ? 0 : penaltyIfHearsay;
            Row row = find(address);
            if (row == null) {
                Row fresh = new Row();
                fresh.address = address;
                fresh.source = source;
                fresh.services = services;
                fresh.seen = Math.max(0, seen - penalty);
                return placeNew(now, fresh, source);
            }
            long interval = now - seen < DAY ? 3600 : DAY;
            if (row.seen < seen - interval - penalty) {
                row.seen = Math.max(0, seen - penalty);
            }
            row.services |= services;
            if (seen > row.seen && !row.tried && row.places.size() < 8) {
                if (draws.below(1 << row.places.size()) == 0) {
                    placeNew(now, row, source);
                }
            }
            return false;
        }

        private boolean placeNew(long now, Row row, NetAddress source) {
            Place place = newPlace(row.address, source);
            Row holder = at(place);
            if (holder == row) {
                return false;
            }
            if (holder != null) {
                boolean givesWay = holder.isTerrible(now) || holder.places.size() > 1 && row.places.isEmpty();
                if (!givesWay) {
                    return false;
                }
                leave(holder, place);
            }
            row.places.add(place);
            if (find(row.address) == null) {
                rows.add(row);
            }
            return true;
        }

        private void leave(Row row, Place place) {
            row.places.remove(place);
            if (row.places.isEmpty()) {
                rows.remove(row);
                waiting.remove(row.address);
            }
        }

        void good(long now, NetAddress address) {
            Row row = find(address);
            if (row == null) {
                return;
            }
            row.lastTry = now;
            row.lastSuccess = now;
            row.attempts = 0;
            if (row.tried) {
                return;
            }
            if (at(triedPlace(address)) == null) {
                toTried(row);
            } else if (waiting.size() < 10 && !waiting.contains(address)) {
                waiting.add(address);
            }
        }

        private void toTried(Row row) {
            Place place = triedPlace(row.address);
            Row holder = at(place);
            row.places.clear();
            if (holder != null) {
                Place back = newPlace(holder.address, holder.source);
                Row evicted = at(back);
                if (evicted != null) {
                    leave(evicted, back);
                }
                holder.tried = false;
                holder.places.clear();
                holder.places.add(back);
            }
            row.places.add(place);
            row.tried = true;
        }

        void resolveCollisions(long now) {
            for (NetAddress address : List.copyOf(waiting)) {
                if (!waiting.contains(address)) {
                    continue;
                }
                Row row = find(address);
                Row holder = at(triedPlace(address));
                boolean untested = now - row.lastSuccess > 40 * 60;
                boolean alive = now - holder.lastSuccess < 4 * 3600;
                boolean failed = now - holder.lastTry < 4 * 3600 && now - holder.lastTry > 60;
                if (untested || !alive && failed) {
                    waiting.remove(address);
                    toTried(row);
                } else if (alive) {
                    waiting.remove(address);
                }
            }
        }

        @Nullable
        NetAddress toTest() {
            return waiting.isEmpty() ? null : at(triedPlace(waiting.getFirst())).address;
        }
    }

    /** Seeded numbers, each of which can be drawn a second time by the twin. */
    private static final class Recorded implements Randomness {
        private final SeededRandomness source;
        private final ArrayDeque<Long> drawn = new ArrayDeque<>();

        Recorded(SeededRandomness source) {
            this.source = source;
        }

        @Override
        public long nextLong() {
            long draw = source.nextLong();
            drawn.addLast(draw);
            return draw;
        }

        @Override
        public Randomness child(String name) {
            return source.child(name);
        }

        Randomness again() {
            return new Randomness() {
                @Override
                public long nextLong() {
                    return drawn.removeFirst();
                }

                @Override
                public Randomness child(String name) {
                    throw new UnsupportedOperationException(name);
                }
            };
        }
    }

    private static final Bytes KEY = Sha256.once(Bytes.copyOf((byte) 7)).toBytes();

    private SeededRandomness random = new SeededRandomness(0);
    private Recorded draws = new Recorded(random);
    private AddressBook book = new AddressBook(KEY, Routability.PUBLIC, draws);
    private Naive naive = new Naive(KEY, draws.again());
    private long now = 1_700_000_000;
    private int groups;
    private int sourceGroups;

    /** With an odd seed there are few groups, so that more addresses want the same places. */
    private void begin(long seed) {
        groups = seed % 2 == 0 ? 3 : 1;
        sourceGroups = seed % 2 == 0 ? 12 : 2;
        random = new SeededRandomness(seed);
        draws = new Recorded(random.child("book"));
        book = new AddressBook(KEY, Routability.PUBLIC, draws);
        naive = new Naive(KEY, draws.again());
    }

    /** Few groups, so that addresses get into each other's way; some are of other networks, or not routable. */
    private NetAddress anyAddress() {
        byte host = (byte) random.below(100);
        return switch (random.below(12)) {
            case 0 ->
                new NetAddress(
                        NetworkType.TORV3, Sha256.once(Bytes.copyOf(host)).toBytes(), 8333);
            case 1 -> NetAddress.ofIp(Bytes.concat(IPV6_PREFIX, Bytes.copyOf(host)), 8333);
            case 2 -> NetAddress.ofIp(Bytes.copyOf((byte) 10, (byte) 1, (byte) 1, host), 8333);
            default ->
                NetAddress.ofIp(
                        Bytes.copyOf((byte) 5, (byte) random.below(groups), (byte) random.below(6 / groups), host),
                        8333 + random.below(2));
        };
    }

    private NetAddress anySource() {
        return NetAddress.ofIp(Bytes.copyOf((byte) 8, (byte) random.below(sourceGroups), (byte) 1, (byte) 1), 8333);
    }

    private NetAddress known() {
        return naive.rows.isEmpty() || random.below(20) == 0
                ? anyAddress()
                : naive.rows.get(random.below(naive.rows.size())).address;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void agreesWithANaiveTwin(long seed) {
        begin(seed);
        for (int step = 0; step < STEPS; step++) {
            step();
            assertThat(draws.drawn).as("draws that only the book made").isEmpty();
            compare(step);
        }
        assertThat(book.triedCount()).isPositive();
        assertThat(book.newCount()).isPositive();
        if (sourceGroups > 2) {
            assertThat(naive.where(row -> row.places.size() > 2)).isNotEmpty();
        }
    }

    private void step() {
        switch (random.below(10)) {
            case 0, 1, 2, 3 -> {
                NetAddress address = random.below(3) == 0 ? known() : anyAddress();
                NetAddress source = random.below(10) == 0 ? address : anySource();
                long services = 1L << random.below(4);
                long seen = now + 1_000 - random.below(random.below(5) == 0 ? 40 * DAY : 10_000);
                long penalty = random.below(2) * 7_200;
                boolean fresh = book.add(now, address, services, seen, source, penalty);
                assertThat(naive.add(now, address, services, seen, source, penalty))
                        .isEqualTo(fresh);
            }
            case 4, 5 -> {
                NetAddress address = known();
                book.good(now, address);
                naive.good(now, address);
            }
            case 6 -> {
                NetAddress address = naive.toTest() != null && random.below(2) == 0 ? naive.toTest() : known();
                book.attempt(now, address);
                Row row = naive.find(address);
                if (row != null) {
                    row.lastTry = now;
                    row.attempts++;
                }
            }
            case 7 -> {
                NetAddress address = known();
                long services = random.below(100);
                book.setServices(address, services);
                book.connected(now, address);
                Row row = naive.find(address);
                if (row != null) {
                    row.services = services;
                    row.seen = now - row.seen > 20 * 60 ? now : row.seen;
                }
            }
            case 8 -> {
                book.resolveCollisions(now);
                naive.resolveCollisions(now);
            }
            default -> now += random.below(20) == 0 ? random.below(3 * DAY) : random.below(300);
        }
    }

    private void compare(int step) {
        assertThat(book.size()).isEqualTo(naive.rows.size());
        assertThat(book.triedCount()).isEqualTo(naive.where(row -> row.tried).size());
        assertThat(book.newCount()).isEqualTo(naive.where(row -> !row.tried).size());
        KnownAddress toTest = book.selectToTest();
        assertThat(toTest == null ? null : toTest.address()).isEqualTo(naive.toTest());
        for (Row row : naive.rows) {
            KnownAddress entry = book.find(row.address);
            if (!isSame(entry, row)) {
                assertThat(describe(entry)).isEqualTo(describe(row));
            }
        }
        if (step % 100 == 0) {
            choicesAreOfThoseThatTheNaiveBookHas();
            draws.drawn.clear();
        }
    }

    private static boolean isSame(@Nullable KnownAddress entry, Row row) {
        return entry != null
                && entry.isTried() == row.tried
                && entry.source().equals(row.source)
                && entry.services() == row.services
                && entry.seenSeconds() == row.seen
                && entry.lastTrySeconds() == row.lastTry
                && entry.lastSuccessSeconds() == row.lastSuccess
                && entry.attempts() == row.attempts;
    }

    private static String describe(@Nullable KnownAddress entry) {
        return entry == null
                ? "not known"
                : entry.address() + " by " + entry.source() + " " + entry.services() + " seen " + entry.seenSeconds()
                        + " tried " + entry.lastTrySeconds() + " " + entry.lastSuccessSeconds() + " "
                        + entry.attempts() + " " + entry.isTried();
    }

    private static String describe(Row row) {
        return row.address + " by " + row.source + " " + row.services + " seen " + row.seen + " tried " + row.lastTry
                + " " + row.lastSuccess + " " + row.attempts + " " + row.tried;
    }

    /** Which one is chosen is chance; that it is one of the right ones is not. */
    private void choicesAreOfThoseThatTheNaiveBookHas() {
        assertThat(book.entries())
                .extracting(AddressBookTwinTest::describe)
                .containsExactlyInAnyOrderElementsOf(
                        naive.rows.stream().map(AddressBookTwinTest::describe).toList());
        KnownAddress ofAll = book.select(now, false, entry -> entry.services() != 1);
        if (ofAll != null) {
            assertThat(naive.find(ofAll.address()).services).isNotEqualTo(1);
        }
        KnownAddress ofNew = book.select(now, true, entry -> true);
        if (ofNew != null) {
            assertThat(naive.find(ofNew.address()).tried).isFalse();
        }
        assertThat(naive.where(row -> row.places.size() > (row.tried ? 1 : AddressBook.NEW_SLOTS_PER_ADDRESS)))
                .isEmpty();
        int presentable = naive.where(row -> !row.isTerrible(now)).size();
        List<KnownAddress> told = book.sample(now, 0, 0, entry -> true);
        assertThat(new HashSet<>(told)).hasSize(told.size());
        assertThat(told).hasSize(presentable);
        assertThat(told).noneMatch(entry -> naive.find(entry.address()).isTerrible(now));
        assertThat(book.sample(now, 10, 0, entry -> true)).hasSize(Math.min(10, presentable));
        assertThat(book.sample(now, 0, 23, entry -> true)).hasSize(Math.min(presentable, naive.rows.size() * 23 / 100));
    }

    @Test
    void aFileKeepsAllButFurtherPlacesAndWhatThenStandsInTheWay() throws Exception {
        begin(11);
        for (int step = 0; step < STEPS; step++) {
            step();
            draws.drawn.clear();
        }
        AddressBook loaded =
                AddressBookFile.decode(AddressBookFile.encode(book), Routability.PUBLIC, Defences.ALL, random);
        List<Row> lost = naive.where(row -> loaded.find(row.address) == null);
        assertThat(lost).noneMatch(row -> row.tried);
        assertThat(loaded.size()).isEqualTo(naive.rows.size() - lost.size());
        for (Row row : naive.rows) {
            if (!lost.contains(row)) {
                assertThat(describe(loaded.find(row.address))).isEqualTo(describe(row));
            }
        }
        for (Row row : lost) {
            Place wanted = naive.newPlace(row.address, row.source);
            assertThat(naive.where(other -> !other.tried
                            && naive.newPlace(other.address, other.source).equals(wanted)))
                    .as("who stands in the way of " + row.address)
                    .hasSizeGreaterThan(1);
        }
        assertThat(loaded.entries()).isSortedAccordingTo(Comparator.comparing(KnownAddress::isTried));
    }
}
