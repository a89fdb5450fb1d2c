package org.starling.mempool.fees;

import java.util.Arrays;

/** Ranges of feerates that are counted together; each 5 % wider than the one below. In satoshis per 1000 virtual bytes. */
final class Buckets {
    /** Fewest and most that a file may have. */
    static final int FEWEST = 2;

    static final int MOST = 1000;

    private static final double LEAST = 1000;
    private static final double LARGEST = 1e7;
    private static final double SPACING = 1.05;

    /** What stands for no limit, in files too. */
    private static final double UNLIMITED = 1e99;

    private final double[] limits;

    /** @param limits the highest feerate of each, rising */
    Buckets(double[] limits) {
        this.limits = limits.clone();
    }

    static Buckets standard() {
        double[] limits = new double[MOST];
        int count = 0;
        for (double limit = LEAST; limit <= LARGEST; limit *= SPACING) {
            limits[count++] = limit;
        }
        limits[count++] = UNLIMITED;
        return new Buckets(Arrays.copyOf(limits, count));
    }

    int count() {
        return limits.length;
    }

    /** Which one the feerate falls into. */
    int of(double feerate) {
        int at = Arrays.binarySearch(limits, feerate);
        return Math.min(at >= 0 ? at : -at - 1, limits.length - 1);
    }

    /** The feerate above which it begins. */
    double start(int bucket) {
        return bucket == 0 ? 0 : limits[bucket - 1];
    }

    /** The highest feerate in it. */
    double end(int bucket) {
        return limits[bucket];
    }

    double[] limits() {
        return limits.clone();
    }
}
