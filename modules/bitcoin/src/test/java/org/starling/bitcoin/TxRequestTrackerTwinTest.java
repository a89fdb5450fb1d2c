package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bytes.Hash256;
import org.starling.crypto.SipHash;
import org.starling.world.SeededRandomness;

/**
 * Drives a {@link TxRequestTracker} and a naive one (one list of announcements) with the same long random history, and
 * compares all that can be seen of both after each step.
 */
class TxRequestTrackerTwinTest {
    private static final int PEERS = 5;
    private static final int HASHES = 9;
    private static final int STEPS = 8_000;

    private enum State {
        WAITING,
        ASKED,
        DONE
    }

    private static final class Row {
        long peer;
        Hash256 hash;
        boolean byWtxid;
        boolean preferred;
        long notBefore;
        long expiry;
        State state = State.WAITING;
    }

    /** What the tracker means, said naively. */
    private static final class Naive {
        final SipHash hasher;
        final List<Row> rows = new ArrayList<>();

        Naive(SeededRandomness random) {
            hasher = new SipHash(random.nextLong(), random.nextLong());
        }

        List<Row> where(Predicate<Row> test) {
            return rows.stream().filter(test).toList();
        }

        @Nullable
        Row find(long peer, Hash256 hash) {
            List<Row> found = where(row -> row.peer == peer && row.hash.equals(hash));
            return found.isEmpty() ? null : found.getFirst();
        }

        /** Hashes that nobody has been asked for, and nobody is left to ask for, are forgotten. */
        void tidy() {
            rows.removeIf(row -> rows.stream()
                    .filter(other -> other.hash.equals(row.hash))
                    .allMatch(other -> other.state == State.DONE));
        }

        void announced(long peer, Hash256 hash, boolean byWtxid, boolean preferred, long notBefore) {
            if (find(peer, hash) == null) {
                Row row = new Row();
                row.peer = peer;
                row.hash = hash;
                row.byWtxid = byWtxid;
                row.preferred = preferred;
                row.notBefore = notBefore;
                rows.add(row);
            }
        }

        void requested(long peer, Hash256 hash, long expiry) {
            Row row = find(peer, hash);
            if (row != null && row.state == State.WAITING) {
                where(other -> other.hash.equals(hash) && other.state == State.ASKED)
                        .forEach(other -> other.state = State.DONE);
                row.state = State.ASKED;
                row.expiry = expiry;
            }
        }

        void answered(long peer, Hash256 hash) {
            Row row = find(peer, hash);
            if (row != null) {
                row.state = State.DONE;
                tidy();
            }
        }

        void expire(long now) {
            where(row -> row.state == State.ASKED && row.expiry <= now).forEach(row -> row.state = State.DONE);
            tidy();
        }

        List<TxRequestTracker.Request> requestable(long peer, long now) {
            expire(now);
            return where(row -> row.peer == peer && isNext(row, now)).stream()
                    .map(row -> new TxRequestTracker.Request(row.hash, row.byWtxid))
                    .toList();
        }

        private boolean isNext(Row row, long now) {
            boolean asked = rows.stream().anyMatch(other -> other.hash.equals(row.hash) && other.state == State.ASKED);
            List<Row> ready = where(
                    other -> other.hash.equals(row.hash) && other.state == State.WAITING && other.notBefore <= now);
            return !asked && ready.contains(row) && ready.stream().noneMatch(other -> comesBefore(other, row));
        }

        private boolean comesBefore(Row one, Row other) {
            if (one.preferred != other.preferred) {
                return one.preferred;
            }
            return Long.compareUnsigned(
                            hasher.hash(one.hash, (int) one.peer), hasher.hash(other.hash, (int) other.peer))
                    > 0;
        }
    }

    private static Hash256 hash(int n) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) n;
        return Hash256.of(bytes);
    }

    private TxRequestTracker tracker = new TxRequestTracker(new SeededRandomness(0));
    private Naive naive = new Naive(new SeededRandomness(0));
    private SeededRandomness random = new SeededRandomness(0);
    private long now;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithANaiveTwin(long seed) {
        random = new SeededRandomness(seed);
        tracker = new TxRequestTracker(random.child("tracker"));
        naive = new Naive(random.child("tracker"));
        int asked = 0;
        for (int step = 0; step < STEPS; step++) {
            asked += step();
            compare();
        }
        assertThat(asked).as("requests made").isGreaterThan(STEPS / 20);
    }

    /** Something happens to both. Returns how many requests were made. */
    private int step() {
        long peer = random.below(PEERS);
        Hash256 hash = hash(random.below(HASHES));
        switch (random.below(12)) {
            case 0, 1, 2, 3 -> {
                boolean byWtxid = random.below(2) == 0;
                boolean preferred = random.below(2) == 0;
                long notBefore = now + random.below(20);
                tracker.announced(peer, hash, byWtxid, preferred, notBefore);
                naive.announced(peer, hash, byWtxid, preferred, notBefore);
            }
            case 4, 5 -> {
                List<TxRequestTracker.Request> due = tracker.requestable(peer, now);
                assertThat(due).isEqualTo(naive.requestable(peer, now));
                for (TxRequestTracker.Request request : due) {
                    request(peer, request.hash());
                }
                return due.size();
            }
            case 6 -> {
                // Asked for although it was not its turn: an orphan's parent, say.
                if (random.below(4) == 0) {
                    request(peer, hash);
                }
            }
            case 7, 8 -> {
                tracker.answered(peer, hash);
                naive.answered(peer, hash);
            }
            case 9 -> {
                if (random.below(6) == 0) {
                    tracker.disconnected(peer);
                    naive.rows.removeIf(row -> row.peer == peer);
                    naive.tidy();
                } else if (random.below(3) == 0) {
                    tracker.forget(hash);
                    naive.rows.removeIf(row -> row.hash.equals(hash));
                }
            }
            default -> {
                nothingComesUpUnannouncedBefore(tracker.nextMillis(peer, now), peer);
                now += random.below(15);
            }
        }
        return 0;
    }

    private void request(long peer, Hash256 hash) {
        long expiry = now + 1 + random.below(60);
        tracker.requested(peer, hash, expiry);
        naive.requested(peer, hash, expiry);
    }

    /** Who sleeps until then misses nothing. Looked at in a copy, as looking lets requests expire. */
    private void nothingComesUpUnannouncedBefore(long wake, long peer) {
        List<TxRequestTracker.Request> before = tracker.requestable(peer, now);
        Naive later = new Naive(random.child("tracker"));
        for (Row row : naive.rows) {
            later.announced(row.peer, row.hash, row.byWtxid, row.preferred, row.notBefore);
            Row copy = later.rows.getLast();
            copy.state = row.state;
            copy.expiry = row.expiry;
        }
        long until = Math.min(wake - 1, now + 100);
        assertThat(wake).isGreaterThan(now);
        assertThat(before)
                .as("between " + now + " and " + wake)
                .containsAll(later.requestable(peer, Math.max(now, until)));
    }

    private void compare() {
        for (long peer = 0; peer < PEERS; peer++) {
            long p = peer;
            assertThat(tracker.requestable(peer, now)).isEqualTo(naive.requestable(peer, now));
            assertThat(tracker.count(peer))
                    .isEqualTo(naive.where(row -> row.peer == p).size());
            assertThat(tracker.candidates(peer))
                    .isEqualTo(naive.where(row -> row.peer == p && row.state == State.WAITING)
                            .size());
            assertThat(tracker.inFlight(peer))
                    .isEqualTo(naive.where(row -> row.peer == p && row.state == State.ASKED)
                            .size());
        }
        assertThat(tracker.size()).isEqualTo(naive.rows.size());
    }
}
