package org.starling.mempool;

/**
 * The feerate that a full mempool asks for. It jumps when transactions are dropped for want of room, to what the last of
 * them paid and a step more, and once a block came it halves every twelve hours, faster in an emptier mempool.
 */
final class MinimumFee {
    private static final double HALF_LIFE_SECONDS = 12 * 60 * 60;

    /** It is not worth recomputing more often. */
    private static final long UPDATE_SECONDS = 10;

    private final Feerate incremental;
    private double perKvb;
    private long updatedSeconds;
    private boolean blockSinceRise;

    MinimumFee(Feerate incremental) {
        this.incremental = incremental;
    }

    /** The minimum now, for a mempool that uses so much of the memory that it may. */
    Feerate at(long nowSeconds, long usage, long maxBytes) {
        if (!blockSinceRise || perKvb == 0) {
            return new Feerate(StrictMath.round(perKvb));
        }
        if (nowSeconds > updatedSeconds + UPDATE_SECONDS) {
            double halfLife = HALF_LIFE_SECONDS / (usage < maxBytes / 4 ? 4 : usage < maxBytes / 2 ? 2 : 1);
            perKvb /= StrictMath.pow(2, (nowSeconds - updatedSeconds) / halfLife);
            updatedSeconds = nowSeconds;
            if (perKvb < incremental.satoshisPerKvb() / 2.0) {
                perKvb = 0;
                return Feerate.ZERO;
            }
        }
        Feerate rounded = new Feerate(StrictMath.round(perKvb));
        return rounded.compareTo(incremental) > 0 ? rounded : incremental;
    }

    /** Something of that feerate was dropped. Returns whether the minimum rose. */
    boolean dropped(Feerate feerate) {
        if (feerate.satoshisPerKvb() <= perKvb) {
            return false;
        }
        perKvb = feerate.satoshisPerKvb();
        blockSinceRise = false;
        return true;
    }

    void blockConnected(long nowSeconds) {
        updatedSeconds = nowSeconds;
        blockSinceRise = true;
    }
}
