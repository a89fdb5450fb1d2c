package org.starling.mempool.fees;

/** How far back experience counts, and up to how many blocks of waiting it tells apart. */
public enum Horizon {
    /** Half forgotten after 18 blocks, about 3 hours. */
    SHORT(12, 1, .962, .5),
    /** Half forgotten after 144 blocks, about a day. */
    MEDIUM(24, 2, .9952, .1),
    /** Half forgotten after 1008 blocks, about a week. */
    LONG(42, 24, .99931, .1);

    private final int periods;
    private final int scale;
    private final double decay;
    private final double sufficient;

    Horizon(int periods, int scale, double decay, double sufficient) {
        this.periods = periods;
        this.scale = scale;
        this.decay = decay;
        this.sufficient = sufficient;
    }

    /** How many periods of waiting are told apart. */
    int periods() {
        return periods;
    }

    /** Blocks of a period. */
    public int scale() {
        return scale;
    }

    /** What is left of experience after a block. */
    public double decay() {
        return decay;
    }

    /** Transactions a block, on average, that make a range of feerates tell something. */
    double sufficient() {
        return sufficient;
    }

    /** The longest wait, in blocks, that is told from a longer one. */
    public int longestTarget() {
        return periods * scale;
    }
}
