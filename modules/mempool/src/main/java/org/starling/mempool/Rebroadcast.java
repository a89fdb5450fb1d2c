package org.starling.mempool;

import java.util.List;
import java.util.Objects;
import org.starling.consensus.Transaction;
import org.starling.world.Randomness;

/**
 * When to announce again what was submitted here: every 10 to 15 minutes until a peer fetches it, so that one that was
 * submitted without any peer still gets out, and the time betrays little.
 */
public final class Rebroadcast {
    public static final long LEAST_WAIT_MILLIS = 10 * 60 * 1000;

    public static final int SPREAD_MILLIS = 5 * 60 * 1000;

    private final Mempool mempool;
    private final Randomness random;
    private long nextMillis;

    public Rebroadcast(Mempool mempool, Randomness random, long nowMillis) {
        this.mempool = mempool;
        this.random = random;
        appoint(nowMillis);
    }

    private void appoint(long nowMillis) {
        nextMillis = nowMillis + LEAST_WAIT_MILLIS + random.below(SPREAD_MILLIS);
    }

    public long nextMillis() {
        return nextMillis;
    }

    /** What to announce now, nothing if it is not time; makes the next appointment. */
    public List<Transaction> due(long nowMillis) {
        if (nowMillis < nextMillis) {
            return List.of();
        }
        appoint(nowMillis);
        return mempool.unbroadcast().stream()
                .map(mempool::get)
                .filter(Objects::nonNull)
                .toList();
    }
}
