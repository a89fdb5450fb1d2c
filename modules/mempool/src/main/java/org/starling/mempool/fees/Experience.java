package org.starling.mempool.fees;

import org.jspecify.annotations.Nullable;

/**
 * How long transactions of each feerate waited, over one {@link Horizon}: averages that fade with each block, and counts
 * of those that still wait.
 */
final class Experience {
    private static final double NONE = -1;

    private final Horizon horizon;
    private final Buckets buckets;

    /** Sums that fade, by bucket: transactions that confirmed, and their feerates. */
    final double[] confirmed;

    final double[] feerates;

    /** Sums that fade, by period and bucket: what confirmed no later, and what left unconfirmed after as long. */
    final double[][] confirmedWithin;

    final double[][] failedAfter;

    /** What still waits, by the height it came at (modulo the longest target) and bucket; and what came even earlier. */
    private final int[][] waiting;

    private final int[] waitingLonger;

    /** Whether nothing was ever counted, so that nothing need fade. */
    private boolean blank = true;

    Experience(Horizon horizon, Buckets buckets) {
        this.horizon = horizon;
        this.buckets = buckets;
        int count = buckets.count();
        confirmed = new double[count];
        feerates = new double[count];
        confirmedWithin = new double[horizon.periods()][count];
        failedAfter = new double[horizon.periods()][count];
        waiting = new int[horizon.longestTarget()][count];
        waitingLonger = new int[count];
    }

    /** What was read from a file is there. */
    void filled() {
        blank = false;
    }

    /** A transaction waits since that height. */
    void entered(int height, int bucket) {
        waiting[height % waiting.length][bucket]++;
    }

    /** It waits no more. */
    void left(int entryHeight, int height, int bucket, boolean inBlock) {
        int waited = height == 0 ? 0 : height - entryHeight;
        int[] counts = waited >= waiting.length ? waitingLonger : waiting[entryHeight % waiting.length];
        counts[bucket] = Math.max(0, counts[bucket] - 1);
        if (!inBlock) {
            for (int period = 0; period < Math.min(waited / horizon.scale(), horizon.periods()); period++) {
                failedAfter[period][bucket]++;
                blank = false;
            }
        }
    }

    /** A block came: what happened before counts for less. */
    void fade(int height) {
        int[] oldest = waiting[height % waiting.length];
        for (int bucket = 0; bucket < oldest.length; bucket++) {
            waitingLonger[bucket] += oldest[bucket];
            oldest[bucket] = 0;
        }
        if (blank) {
            return;
        }
        fade(confirmed);
        fade(feerates);
        for (int period = 0; period < horizon.periods(); period++) {
            fade(confirmedWithin[period]);
            fade(failedAfter[period]);
        }
    }

    private void fade(double[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] *= horizon.decay();
        }
    }

    /** A transaction confirmed after so many blocks, at least 1. */
    void confirmed(int blocks, int bucket, double feerate) {
        for (int period = (blocks - 1) / horizon.scale(); period < horizon.periods(); period++) {
            confirmedWithin[period][bucket]++;
        }
        confirmed[bucket]++;
        feerates[bucket] += feerate;
        blank = false;
    }

    /**
     * The lowest feerates of which enough confirmed in time.
     *
     * @param target most blocks of waiting
     * @param threshold how large a part has to confirm by then
     * @param height of the last block
     */
    RawEstimate estimate(int target, double threshold, int height) {
        int period = (target - 1) / horizon.scale();
        double needed = horizon.sufficient() / (1 - horizon.decay());
        Tally tally = new Tally(buckets.count() - 1);
        Tally passed = null;
        Tally failed = null;
        double sample = 0;
        for (int bucket = buckets.count() - 1; bucket >= 0; bucket--) {
            sample += confirmed[bucket];
            tally.add(bucket, period, target, height);
            if (sample < needed) {
                continue;
            }
            sample = 0;
            if (tally.within / tally.all() >= threshold) {
                passed = tally;
                failed = null;
                tally = new Tally(bucket - 1);
            } else if (failed == null) {
                failed = tally.copy();
            }
        }
        if (failed == null && !tally.isEmpty()) {
            failed = tally;
        }
        double median = passed == null ? NONE : median(passed);
        return new RawEstimate(median, horizon, range(passed), range(failed));
    }

    /** The average feerate of the bucket in which the median transaction of the range is; {@link #NONE} if there is none. */
    private double median(Tally range) {
        double left = 0;
        for (int bucket = range.lowest; bucket <= range.highest; bucket++) {
            left += confirmed[bucket];
        }
        if (left == 0) {
            return NONE;
        }
        left /= 2;
        int bucket = range.lowest;
        while (bucket < range.highest && confirmed[bucket] < left) {
            left -= confirmed[bucket++];
        }
        return feerates[bucket] / confirmed[bucket];
    }

    private RawEstimate.@Nullable Range range(@Nullable Tally tally) {
        return tally == null
                ? null
                : new RawEstimate.Range(
                        buckets.start(tally.lowest),
                        buckets.end(tally.highest),
                        tally.within,
                        tally.confirmed,
                        tally.waiting,
                        tally.failed);
    }

    /** Counts over neighbouring buckets. */
    private final class Tally {
        private final int highest;
        private int lowest;
        private double within;
        private double confirmed;
        private double failed;
        private long waiting;

        Tally(int highest) {
            this.highest = highest;
            lowest = highest + 1;
        }

        void add(int bucket, int period, int target, int height) {
            lowest = bucket;
            within += confirmedWithin[period][bucket];
            confirmed += Experience.this.confirmed[bucket];
            failed += failedAfter[period][bucket];
            int[][] recent = Experience.this.waiting;
            for (int blocks = target; blocks < recent.length; blocks++) {
                waiting += recent[Math.floorMod(height - blocks, recent.length)][bucket];
            }
            waiting += waitingLonger[bucket];
        }

        double all() {
            return confirmed + failed + waiting;
        }

        boolean isEmpty() {
            return lowest > highest;
        }

        Tally copy() {
            Tally copy = new Tally(highest);
            copy.lowest = lowest;
            copy.within = within;
            copy.confirmed = confirmed;
            copy.failed = failed;
            copy.waiting = waiting;
            return copy;
        }
    }
}
