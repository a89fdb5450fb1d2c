package org.starling.consensus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.ChainParams.Deployment;

/**
 * Soft forks that activate once enough blocks of a period signal for them (BIP-0009, with the delayed activation of
 * BIP-0341's deployment). States change only between periods:
 *
 * <pre>
 *   DEFINED --start time--> STARTED --threshold--> LOCKED_IN --next period, minimum height--> ACTIVE
 *                              |
 *                              +--timeout--> FAILED
 * </pre>
 *
 * A pure function of the chain, remembered per period. Safe for use by several threads.
 */
public final class VersionBits {
    static final int TOP_MASK = 0xe0000000;
    static final int TOP_BITS = 0x20000000;

    /** Where a deployment stands. */
    public enum State {
        DEFINED,
        STARTED,
        LOCKED_IN,
        ACTIVE,
        FAILED;

        /** As RPC results name it. */
        public String label() {
            return switch (this) {
                case DEFINED -> "defined";
                case STARTED -> "started";
                case LOCKED_IN -> "locked_in";
                case ACTIVE -> "active";
                case FAILED -> "failed";
            };
        }
    }

    /**
     * How signalling goes in the period that a block is in.
     *
     * @param elapsed blocks of the period up to and with that block
     * @param count how many of them signal
     * @param possible whether the threshold can still be reached
     * @param signalling for each elapsed block whether it signals
     */
    public record Statistics(
            int period, int threshold, int elapsed, int count, boolean possible, List<Boolean> signalling) {
        public Statistics {
            signalling = List.copyOf(signalling);
        }
    }

    private final ChainParams params;
    // For each deployment the state of the period that follows a block, by the hash of that block.
    private final Map<Deployment, Map<Hash256, State>> known = new HashMap<>();

    public VersionBits(ChainParams params) {
        this.params = params;
    }

    /** The state for a block on top of {@code previous}; null stands for the parent of genesis. */
    public synchronized State state(@Nullable HeaderView previous, Deployment deployment) {
        if (deployment.startTime() == Deployment.ALWAYS_ACTIVE) {
            return State.ACTIVE;
        }
        if (deployment.startTime() == Deployment.NEVER_ACTIVE) {
            return State.FAILED;
        }
        Map<Hash256, State> cache = known.computeIfAbsent(deployment, fresh -> new HashMap<>());
        int period = params.signalling().period();
        HeaderView at = endOfPeriod(previous);
        Deque<HeaderView> unknown = new ArrayDeque<>();
        State state = State.DEFINED;
        while (at != null) {
            State cached = cache.get(at.hash());
            if (cached != null) {
                state = cached;
                break;
            }
            if (at.medianTimePast() < deployment.startTime()) {
                cache.put(at.hash(), State.DEFINED);
                break;
            }
            unknown.push(at);
            at = at.ancestor(at.height() - period);
        }
        for (HeaderView end : unknown) {
            state = next(state, end, deployment);
            cache.put(end.hash(), state);
        }
        return state;
    }

    private State next(State state, HeaderView end, Deployment deployment) {
        return switch (state) {
            case DEFINED -> end.medianTimePast() >= deployment.startTime() ? State.STARTED : State.DEFINED;
            case STARTED -> {
                if (countSignals(end, deployment) >= params.signalling().threshold()) {
                    yield State.LOCKED_IN;
                }
                yield end.medianTimePast() >= deployment.timeout() ? State.FAILED : State.STARTED;
            }
            case LOCKED_IN -> end.height() + 1 >= deployment.minActivationHeight() ? State.ACTIVE : State.LOCKED_IN;
            case ACTIVE, FAILED -> state;
        };
    }

    private int countSignals(HeaderView end, Deployment deployment) {
        int count = 0;
        HeaderView at = end;
        for (int i = 0; i < params.signalling().period() && at != null; i++) {
            count += signals(at, deployment) ? 1 : 0;
            at = at.previous();
        }
        return count;
    }

    private static boolean signals(HeaderView header, Deployment deployment) {
        return (header.version() & TOP_MASK) == TOP_BITS && (header.version() >>> deployment.bit() & 1) != 0;
    }

    // The last block of the whole periods up to this one; null if there is none.
    @Nullable
    HeaderView endOfPeriod(@Nullable HeaderView previous) {
        return previous == null
                ? null
                : previous.ancestor(previous.height()
                        - (previous.height() + 1) % params.signalling().period());
    }

    /** The height of the first block of the run of periods that has the state of a block on top of {@code previous}. */
    public int since(@Nullable HeaderView previous, Deployment deployment) {
        State state = state(previous, deployment);
        HeaderView end = endOfPeriod(previous);
        boolean fixed =
                deployment.startTime() == Deployment.ALWAYS_ACTIVE || deployment.startTime() == Deployment.NEVER_ACTIVE;
        if (fixed || state == State.DEFINED || end == null) {
            return 0;
        }
        int period = params.signalling().period();
        HeaderView before = end.ancestor(end.height() - period);
        while (before != null && state(before, deployment) == state) {
            end = before;
            before = end.ancestor(end.height() - period);
        }
        return end.height() + 1;
    }

    /** Signals in the period that {@code block} is in, up to and with that block. */
    public Statistics statistics(HeaderView block, Deployment deployment) {
        int period = params.signalling().period();
        int threshold = params.signalling().threshold();
        int elapsed = 1 + block.height() % period;
        List<Boolean> signalling = new ArrayList<>(elapsed);
        int count = 0;
        HeaderView at = block;
        for (int i = 0; i < elapsed && at != null; i++) {
            boolean signals = signals(at, deployment);
            signalling.add(signals);
            count += signals ? 1 : 0;
            at = at.previous();
        }
        return new Statistics(
                period, threshold, elapsed, count, period - threshold >= elapsed - count, signalling.reversed());
    }

    /** The version of a block on top of {@code previous} that signals for all that is under way. */
    public int blockVersion(@Nullable HeaderView previous) {
        int version = TOP_BITS;
        for (Deployment deployment : params.deployments()) {
            State state = state(previous, deployment);
            if (state == State.STARTED || state == State.LOCKED_IN) {
                version |= 1 << deployment.bit();
            }
        }
        return version;
    }
}
