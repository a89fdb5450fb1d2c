package org.starling.consensus;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;

/** A header at its place in a chain, as far as the rules look at it. Immutable and shared between threads. */
public interface HeaderView {
    /** How many headers the median of their times takes in. */
    int MEDIAN_TIME_SPAN = 11;

    Hash256 hash();

    /** Genesis is 0. */
    int height();

    int version();

    /** Seconds since 1970. */
    long time();

    /** The target in compact form. */
    int bits();

    /** The parent; null for genesis. */
    @Nullable
    HeaderView previous();

    /** The header at that height on the way from here to genesis, this one included; null if there is none. */
    default @Nullable HeaderView ancestor(int height) {
        HeaderView at = height < 0 || height > height() ? null : this;
        while (at != null && at.height() > height) {
            at = at.previous();
        }
        return at;
    }

    /** The median of the times of this header and up to ten before it, in seconds since 1970 (BIP-0113). */
    default long medianTimePast() {
        long[] times = new long[MEDIAN_TIME_SPAN];
        int count = 0;
        for (HeaderView at = this; at != null && count < MEDIAN_TIME_SPAN; at = at.previous()) {
            times[count++] = at.time();
        }
        Arrays.sort(times, 0, count);
        return times[count / 2];
    }
}
