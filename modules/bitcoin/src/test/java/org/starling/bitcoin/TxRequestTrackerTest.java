package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bytes.Hash256;
import org.starling.world.SeededRandomness;

class TxRequestTrackerTest {
    private static final Hash256 A = hash(1);
    private static final Hash256 B = hash(2);

    private final TxRequestTracker tracker = new TxRequestTracker(new SeededRandomness(1));

    private static Hash256 hash(int n) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) n;
        return Hash256.of(bytes);
    }

    private List<Hash256> ask(long peer, long now) {
        List<Hash256> hashes = new ArrayList<>();
        for (TxRequestTracker.Request request : tracker.requestable(peer, now)) {
            tracker.requested(peer, request.hash(), now + 60);
            hashes.add(request.hash());
        }
        return hashes;
    }

    @Test
    void oneAtATimePreferredFirst() {
        tracker.announced(1, A, true, false, 0);
        tracker.announced(2, A, true, true, 0);
        tracker.announced(3, A, true, true, 10);
        assertThat(ask(1, 0)).isEmpty();
        assertThat(ask(2, 0)).containsExactly(A);
        assertThat(ask(3, 20)).isEmpty();
        assertThat(ask(1, 59)).isEmpty();
        assertThat(ask(1, 60)).as("a preferred one is ready").isEmpty();
        assertThat(ask(3, 60)).containsExactly(A);
        tracker.answered(3, A);
        assertThat(ask(2, 61)).as("asked before").isEmpty();
        assertThat(ask(1, 61)).containsExactly(A);
        tracker.answered(1, A);
        assertThat(tracker.size()).as("nobody is left").isZero();
    }

    @Test
    void goneAndForgotten() {
        tracker.announced(1, A, true, true, 0);
        tracker.announced(2, A, true, false, 0);
        tracker.announced(1, B, false, true, 0);
        assertThat(ask(1, 0)).containsExactly(A, B);
        tracker.disconnected(1);
        assertThat(ask(2, 1)).containsExactly(A);
        tracker.forget(A);
        assertThat(tracker.size()).isZero();
        tracker.announced(2, A, true, false, 5);
        assertThat(ask(2, 4)).isEmpty();
        assertThat(tracker.nextMillis(2, 4)).isEqualTo(5);
        assertThat(ask(2, 5)).containsExactly(A);
    }

    /** What the tracker means, said naively: a table of peer and hash. */
    private static final class Naive {
        record Key(long peer, int hash) {}

        static final class Cell {
            int state;
            boolean preferred;
            long notBefore;
            long expiry;
        }

        final Map<Key, Cell> table = new HashMap<>();

        void announced(long peer, int hash, boolean preferred, long notBefore) {
            Cell cell = new Cell();
            cell.preferred = preferred;
            cell.notBefore = notBefore;
            table.putIfAbsent(new Key(peer, hash), cell);
        }

        void expire(long now) {
            table.values().stream()
                    .filter(cell -> cell.state == 1 && cell.expiry <= now)
                    .forEach(cell -> cell.state = 2);
            tidy();
        }

        void tidy() {
            for (int hash = 0; hash < 8; hash++) {
                int h = hash;
                if (table.entrySet().stream()
                        .filter(e -> e.getKey().hash == h)
                        .allMatch(e -> e.getValue().state == 2)) {
                    table.keySet().removeIf(key -> key.hash == h);
                }
            }
        }

        boolean mayAsk(long peer, int hash, long now) {
            Cell own = table.get(new Key(peer, hash));
            if (own == null || own.state != 0 || own.notBefore > now) {
                return false;
            }
            return table.entrySet().stream()
                    .filter(e -> e.getKey().hash == hash)
                    .map(Map.Entry::getValue)
                    .noneMatch(cell -> cell.state == 1
                            || cell.state == 0 && cell.notBefore <= now && cell.preferred && !own.preferred);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithANaiveTwin(long seed) {
        SeededRandomness random = new SeededRandomness(seed);
        Naive naive = new Naive();
        long now = 0;
        for (int step = 0; step < 5_000; step++) {
            long peer = random.below(4);
            int hash = random.below(8);
            switch (random.below(6)) {
                case 0, 1 -> {
                    boolean preferred = random.below(2) == 0;
                    long notBefore = now + random.below(20);
                    tracker.announced(peer, hash(hash), true, preferred, notBefore);
                    naive.announced(peer, hash, preferred, notBefore);
                }
                case 2 -> now += random.below(15);
                case 3 -> {
                    tracker.answered(peer, hash(hash));
                    Naive.Cell cell = naive.table.get(new Naive.Key(peer, hash));
                    if (cell != null) {
                        cell.state = 2;
                    }
                    naive.tidy();
                }
                case 4 -> {
                    if (random.below(10) == 0) {
                        tracker.disconnected(peer);
                        naive.table.keySet().removeIf(key -> key.peer() == peer);
                        naive.tidy();
                    } else if (random.below(5) == 0) {
                        tracker.forget(hash(hash));
                        naive.table.keySet().removeIf(key -> key.hash() == hash);
                    }
                }
                default -> {
                    naive.expire(now);
                    for (Hash256 asked : ask(peer, now)) {
                        int n = asked.toArray()[0];
                        assertThat(naive.mayAsk(peer, n, now)).isTrue();
                        Naive.Cell cell = naive.table.get(new Naive.Key(peer, n));
                        cell.state = 1;
                        cell.expiry = now + 60;
                    }
                }
            }
            if (step % 50 == 0) {
                everyAskableHashIsAskedOfSomebody(naive, now);
            }
        }
    }

    private void everyAskableHashIsAskedOfSomebody(Naive naive, long now) {
        naive.expire(now);
        for (int hash = 0; hash < 8; hash++) {
            boolean wanted = false;
            boolean offered = false;
            for (long peer = 0; peer < 4; peer++) {
                Hash256 value = hash(hash);
                wanted |= naive.mayAsk(peer, hash, now);
                offered |= tracker.requestable(peer, now).stream()
                        .anyMatch(request -> request.hash().equals(value));
            }
            assertThat(offered).isEqualTo(wanted);
        }
        assertThat(tracker.size()).isEqualTo(naive.table.size());
        for (long peer = 0; peer < 4; peer++) {
            long p = peer;
            assertThat(tracker.inFlight(peer)).isEqualTo((int) naive.table.entrySet().stream()
                    .filter(e -> e.getKey().peer() == p && e.getValue().state == 1)
                    .count());
        }
    }
}
