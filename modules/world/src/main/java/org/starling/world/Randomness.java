package org.starling.world;

/**
 * A stream of random numbers. Streams form a tree: {@link #child} gives a stream that depends only on this stream's
 * seed and the name, not on how much was drawn, so new code does not shift another's numbers. In production the root is
 * seeded by the operating system; in simulation by the run's seed.
 */
public interface Randomness {
    long nextLong();

    /** An independent stream for the subsystem of that name; the same one for the same name. */
    Randomness child(String name);

    /** Uniform in 0 (inclusive) to {@code bound} (exclusive); {@code bound} is at least 1. */
    default long below(long bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound " + bound);
        }
        long draw = nextLong() >>> 1;
        long limit = Long.MAX_VALUE - (Long.MAX_VALUE % bound + 1) % bound;
        while (draw > limit) {
            draw = nextLong() >>> 1;
        }
        return draw % bound;
    }

    /** As {@link #below(long)} for an index. */
    default int below(int bound) {
        return (int) below((long) bound);
    }

    /** Uniform in 0 (inclusive) to 1 (exclusive). */
    default double unit() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Exponentially distributed with that mean: the wait for the next event of a Poisson process. */
    default double exponential(double mean) {
        return -StrictMath.log(1 - unit()) * mean;
    }

    default void fill(byte[] target) {
        for (int i = 0; i < target.length; i += 8) {
            long draw = nextLong();
            for (int j = i; j < Math.min(i + 8, target.length); j++, draw >>>= 8) {
                target[j] = (byte) draw;
            }
        }
    }
}
