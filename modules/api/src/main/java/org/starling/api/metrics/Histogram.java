package org.starling.api.metrics;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** Counts durations by how long they took. Safe to use from any thread. */
final class Histogram {
    /** Upper bounds in seconds, from what memory answers to what a person gives up waiting for. */
    private static final double[] BOUNDS = {
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
    };

    private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];
    private final LongAdder nanos = new LongAdder();

    Histogram() {
        Arrays.setAll(counts, bucket -> new LongAdder());
    }

    void add(long durationNanos) {
        double seconds = durationNanos / 1e9;
        int bucket = 0;
        while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        nanos.add(durationNanos);
    }

    /** Adds the samples to a family that was begun, each with that label. */
    void write(Exposition to, String label, String value) {
        long sum = 0;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            sum += counts[bucket].sum();
            String bound = Exposition.number(bucket < BOUNDS.length ? BOUNDS[bucket] : Double.POSITIVE_INFINITY);
            to.sample("_bucket", Long.toString(sum), label, value, "le", bound);
        }
        to.sample("_sum", Exposition.number(nanos.sum() / 1e9), label, value);
        to.sample("_count", Long.toString(sum), label, value);
    }
}
