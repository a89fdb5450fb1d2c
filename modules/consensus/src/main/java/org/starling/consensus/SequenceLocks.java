package org.starling.consensus;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The relative locks of a transaction's inputs made absolute (BIP-0068). Both are, as with locktime, the last height
 * and time that are still too early; -1 for none.
 *
 * @param height last block height at which it may not be included
 * @param timeSeconds last median time past, of the parent of the including block, at which it may not
 */
public record SequenceLocks(int height, long timeSeconds) {
    /** Sequence numbers with this bit are no relative locks. */
    public static final int DISABLE_FLAG = 1 << 31;

    /** Sequence numbers with this bit count time, in units of 512 seconds; without it blocks. */
    public static final int TYPE_FLAG = 1 << 22;

    /** The bits that count. */
    public static final int MASK = 0x0000ffff;

    /** Shift from units of 512 seconds to seconds. */
    public static final int GRANULARITY = 9;

    public static final SequenceLocks NONE = new SequenceLocks(-1, -1);

    private static final int MIN_VERSION = 2;

    /**
     * The locks of a transaction.
     *
     * @param coins what each input spends, in their order; the coins of the mempool have the height of the next block
     * @param previous parent of the block that is to hold the transaction
     */
    public static SequenceLocks of(Transaction transaction, List<Coin> coins, HeaderView previous) {
        // The version is unsigned: a negative number is a large one.
        if (Integer.compareUnsigned(transaction.version(), MIN_VERSION) < 0) {
            return NONE;
        }
        int height = -1;
        long time = -1;
        for (int i = 0; i < coins.size(); i++) {
            int sequence = transaction.inputs().get(i).sequence();
            if ((sequence & DISABLE_FLAG) != 0) {
                continue;
            }
            int value = sequence & MASK;
            int coinHeight = coins.get(i).height();
            if ((sequence & TYPE_FLAG) != 0) {
                long start = timeBefore(previous, coinHeight);
                time = Math.max(time, start + ((long) value << GRANULARITY) - 1);
            } else {
                height = Math.max(height, coinHeight + value - 1);
            }
        }
        return height == -1 && time == -1 ? NONE : new SequenceLocks(height, time);
    }

    // Time counts from the median time past of the block before the one that holds the coin.
    private static long timeBefore(HeaderView previous, int coinHeight) {
        @Nullable HeaderView before = previous.ancestor(Math.max(coinHeight - 1, 0));
        if (before == null) {
            throw new IllegalStateException("a coin of height " + coinHeight + " over height " + previous.height());
        }
        return before.medianTimePast();
    }

    /** Whether a block on top of {@code previous} may hold the transaction. */
    public boolean areSatisfiedAfter(HeaderView previous) {
        return (height == -1 || height <= previous.height())
                && (timeSeconds == -1 || timeSeconds < previous.medianTimePast());
    }
}
