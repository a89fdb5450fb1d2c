package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
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
}
