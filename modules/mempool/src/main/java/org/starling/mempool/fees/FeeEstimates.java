package org.starling.mempool.fees;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.mempool.Feerate;
import org.starling.mempool.fees.FeeEstimate.Reason;

/**
 * Estimates, from how long transactions waited that were seen to enter the mempool, at what feerate others will confirm.
 * Answers are those of Bitcoin Core for the same history. Safe to use from any thread.
 */
public final class FeeEstimates {
    /** Longest wait in blocks for which anything can be told. */
    public static final int LONGEST_TARGET = Horizon.LONG.longestTarget();

    /** What part has to confirm within half the target, the target and twice the target. */
    private static final double HALF_THRESHOLD = .6;

    private static final double THRESHOLD = .85;
    private static final double DOUBLE_THRESHOLD = .95;

    /** Blocks after which what a file told of the time before is of no use. */
    private static final int OLDEST_HISTORY = 6 * 1008;

    private Buckets buckets = Buckets.standard();
    private Map<Horizon, Experience> experience = experience(buckets);
    private final Map<Hash256, Waiting> waiting = new HashMap<>();
    private int height;
    private int firstHeight;
    private int historyFirst;
    private int historyLast;

    private record Waiting(int height, Feerate feerate, int bucket) {}

    static Map<Horizon, Experience> experience(Buckets buckets) {
        Map<Horizon, Experience> map = new EnumMap<>(Horizon.class);
        for (Horizon horizon : Horizon.values()) {
            map.put(horizon, new Experience(horizon, buckets));
        }
        return map;
    }

    private Experience of(Horizon horizon) {
        Experience found = experience.get(horizon);
        if (found == null) {
            throw new IllegalStateException("no experience over " + horizon);
        }
        return found;
    }

    // What happens

    /**
     * A transaction came that miners take for its own feerate alone, and in time: not from a block that was disconnected,
     * not for the sake of others, and while we knew the tip.
     *
     * @param atHeight of the tip
     */
    public synchronized void entered(Hash256 txid, Feerate feerate, int atHeight) {
        // What comes while an earlier part of the chain is the tip says nothing about waiting.
        if (atHeight != height || waiting.containsKey(txid)) {
            return;
        }
        int bucket = buckets.of((double) feerate.satoshisPerKvb());
        waiting.put(txid, new Waiting(atHeight, feerate, bucket));
        experience.values().forEach(each -> each.entered(atHeight, bucket));
    }

    /** The transaction left without being in a block. */
    public synchronized void left(Hash256 txid) {
        Waiting _ = remove(txid, false);
    }

    private @Nullable Waiting remove(Hash256 txid, boolean inBlock) {
        Waiting known = waiting.remove(txid);
        if (known != null) {
            experience.values().forEach(each -> each.left(known.height(), height, known.bucket(), inBlock));
        }
        return known;
    }

    /** A block with these transactions is the tip. */
    public synchronized void blockConnected(int newHeight, List<Hash256> txids) {
        if (newHeight <= height) {
            // Where the chain is reorganised, waits cannot be told.
            txids.forEach(txid -> remove(txid, true));
            return;
        }
        height = newHeight;
        experience.values().forEach(each -> each.fade(newHeight));
        for (Hash256 txid : txids) {
            Waiting known = remove(txid, true);
            if (known != null && newHeight > known.height()) {
                double feerate = (double) known.feerate().satoshisPerKvb();
                experience
                        .values()
                        .forEach(each -> each.confirmed(newHeight - known.height(), known.bucket(), feerate));
                firstHeight = firstHeight == 0 ? newHeight : firstHeight;
            }
        }
    }

    /** All that still waits counts as having failed to confirm, as it is when the node closes. */
    public synchronized void leaveAll() {
        List.copyOf(waiting.keySet()).forEach(this::left);
    }

    // What is told

    /**
     * What to pay to confirm within so many blocks: the most of what confirms 60 % within half the time, 85 % in time and
     * 95 % within twice the time, each by the shortest horizon that can tell. A target that cannot be told of yet becomes
     * the nearest that can.
     *
     * @param conservative whether the last must hold over longer horizons too, so that a quiet hour does not lower it
     */
    public synchronized FeeEstimate estimate(int target, boolean conservative) {
        if (target <= 0 || target > LONGEST_TARGET) {
            return new FeeEstimate(Feerate.ZERO, target, Reason.NONE);
        }
        int blocks = Math.min(Math.max(target, 2), longestUsable());
        if (blocks <= 1) {
            return new FeeEstimate(Feerate.ZERO, blocks, Reason.NONE);
        }
        Choice choice = new Choice();
        choice.offer(combined(blocks / 2, HALF_THRESHOLD, true), Reason.HALF_TARGET);
        choice.offer(combined(blocks, THRESHOLD, true), Reason.TARGET);
        choice.offer(combined(2 * blocks, DOUBLE_THRESHOLD, !conservative), Reason.DOUBLE_TARGET);
        if (conservative || choice.best < 0) {
            choice.offer(overLongerHorizons(2 * blocks), Reason.CONSERVATIVE);
        }
        return choice.best < 0
                ? new FeeEstimate(Feerate.ZERO, blocks, Reason.NONE)
                : new FeeEstimate(new Feerate(Math.round(choice.best)), blocks, choice.reason);
    }

    private static final class Choice {
        private double best = -1;
        private Reason reason = Reason.NONE;

        void offer(double feerate, Reason why) {
            if (feerate > best) {
                best = feerate;
                reason = why;
            }
        }
    }

    /** What one horizon tells; null if it does not reach so far. */
    public synchronized @Nullable RawEstimate raw(int target, double threshold, Horizon horizon) {
        return target <= 0 || target > horizon.longestTarget()
                ? null
                : of(horizon).estimate(target, threshold, height);
    }

    /** By the shortest horizon that reaches so far; shorter ones may lower it by what they tell of their longest target. */
    private double combined(int target, double threshold, boolean alsoShorter) {
        double estimate = -1;
        boolean found = false;
        for (Horizon horizon : Horizon.values()) {
            if (target <= horizon.longestTarget()) {
                estimate = of(horizon).estimate(target, threshold, height).median();
                found = true;
                break;
            }
        }
        if (!found || !alsoShorter) {
            return estimate;
        }
        for (Horizon horizon : new Horizon[] {Horizon.MEDIUM, Horizon.SHORT}) {
            if (target > horizon.longestTarget()) {
                double shorter = of(horizon)
                        .estimate(horizon.longestTarget(), threshold, height)
                        .median();
                if (shorter > 0 && (estimate < 0 || shorter < estimate)) {
                    estimate = shorter;
                }
            }
        }
        return estimate;
    }

    private double overLongerHorizons(int target) {
        double estimate = -1;
        if (target <= Horizon.SHORT.longestTarget()) {
            estimate = of(Horizon.MEDIUM)
                    .estimate(target, DOUBLE_THRESHOLD, height)
                    .median();
        }
        if (target <= Horizon.MEDIUM.longestTarget()) {
            estimate = Math.max(
                    estimate,
                    of(Horizon.LONG).estimate(target, DOUBLE_THRESHOLD, height).median());
        }
        return estimate;
    }

    /** Half of what was seen, so that there was time for failures too. */
    private int longestUsable() {
        return Math.min(LONGEST_TARGET, Math.max(span(), historySpan()) / 2);
    }

    private int span() {
        return firstHeight == 0 ? 0 : height - firstHeight;
    }

    private int historySpan() {
        return historyFirst == 0 || height - historyLast > OLDEST_HISTORY ? 0 : historyLast - historyFirst;
    }

    // Over a restart

    /** All that was learnt, as Bitcoin Core's {@code fee_estimates.dat}. What still waits is not in it. */
    public synchronized Bytes write() {
        boolean own = span() > historySpan() / 2;
        return FeeEstimatesFile.write(new FeeEstimatesFile.Content(
                height, own ? firstHeight : historyFirst, own ? height : historyLast, buckets, Map.copyOf(experience)));
    }

    /** Goes on from what a file holds. Nothing changes if it is damaged. */
    public synchronized void read(Bytes file) throws MalformedException {
        FeeEstimatesFile.Content content = FeeEstimatesFile.read(file);
        waiting.clear();
        buckets = content.buckets();
        experience = new EnumMap<>(content.experience());
        height = content.height();
        firstHeight = 0;
        historyFirst = content.historyFirst();
        historyLast = content.historyLast();
    }
}
