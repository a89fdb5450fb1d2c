package org.starling.mempool;

/**
 * What several transactions pay and how large they are together, compared exactly: no rounding makes two feerates equal.
 *
 * @param fee in satoshis, with what an operator added; may be negative
 * @param size in virtual bytes
 */
record FeeSize(long fee, long size) {
    static final FeeSize ZERO = new FeeSize(0, 0);

    static FeeSize of(Entry entry) {
        return new FeeSize(entry.modifiedFee(), entry.virtualSize);
    }

    FeeSize plus(FeeSize other) {
        return new FeeSize(fee + other.fee, size + other.size);
    }

    /** Compares the feerates. */
    int compareFeerate(FeeSize other) {
        return compareFeerates(fee, size, other.fee, other.size);
    }

    /** Compares the feerate of the first pair with that of the second, in 128 bits. */
    static int compareFeerates(long fee, long size, long otherFee, long otherSize) {
        int high = Long.compare(Math.multiplyHigh(fee, otherSize), Math.multiplyHigh(otherFee, size));
        return high == 0 ? Long.compareUnsigned(fee * otherSize, otherFee * size) : high;
    }
}
