package org.starling.mempool.fees;

import org.jspecify.annotations.Nullable;

/**
 * What one horizon tells about a target.
 *
 * @param median feerate, in satoshis per 1000 virtual bytes, of the lowest range that passed; negative if none did
 * @param passed the lowest range of feerates of which enough confirmed in time
 * @param failed the highest range below it of which not enough did
 */
public record RawEstimate(
        double median,
        Horizon horizon,
        @Nullable Range passed,
        @Nullable Range failed) {
    /**
     * Transactions of some feerates; those of the past count for less the longer it is ago.
     *
     * @param start feerate above which the range begins
     * @param end highest feerate in it
     * @param withinTarget how many confirmed in time
     * @param totalConfirmed how many confirmed
     * @param inMempool how many wait for longer than the target by now
     * @param leftMempool how many were gone, unconfirmed, after longer than the target
     */
    public record Range(
            double start,
            double end,
            double withinTarget,
            double totalConfirmed,
            double inMempool,
            double leftMempool) {}

    boolean isKnown() {
        return median >= 0;
    }
}
