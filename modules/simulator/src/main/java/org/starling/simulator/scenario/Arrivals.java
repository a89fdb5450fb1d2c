package org.starling.simulator.scenario;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;

/**
 * When each node had a thing for the first time, seen from outside: a transaction in its mempool, a block as its tip.
 * The first node that has it counts as its origin.
 */
final class Arrivals {
    private final LinkedHashMap<Hash256, Arrival> all = new LinkedHashMap<>();

    /** The way of one thing through the network. */
    static final class Arrival {
        private final long firstMicros;
        private final long audience;
        private final long[] micros;
        private int count;
        private long[] sorted = new long[0];

        private Arrival(long firstMicros, int nodes, int audience) {
            this.firstMicros = firstMicros;
            this.audience = audience;
            this.micros = new long[nodes];
            Arrays.fill(micros, -1);
        }

        private void at(int node, long now) {
            if (node < micros.length && micros[node] < 0) {
                micros[node] = now - firstMicros;
                count++;
            }
        }

        /** Nodes that have it. */
        int count() {
            return count;
        }

        /** How long until that share of the audience had it, in milliseconds; infinity if never. */
        double millisUntil(double share) {
            int wanted = (int) StrictMath.ceil(share * audience - 1e-9);
            if (sorted.length != count) {
                sorted = Arrays.stream(micros)
                        .filter(after -> after >= 0)
                        .sorted()
                        .toArray();
            }
            return wanted > sorted.length ? Double.POSITIVE_INFINITY : sorted[Math.max(0, wanted - 1)] / 1000.0;
        }
    }

    /**
     * Notes that a node has it.
     *
     * @param nodes how many nodes there are
     * @param audience how many of them run now: asked when the thing is new
     */
    void note(Hash256 thing, int node, long nowMicros, int nodes, IntSupplier audience) {
        all.computeIfAbsent(thing, hash -> new Arrival(nowMicros, nodes, audience.getAsInt()))
                .at(node, nowMicros);
    }

    @Nullable
    Arrival of(Hash256 thing) {
        return all.get(thing);
    }

    void clear() {
        all.clear();
    }

    int size() {
        return all.size();
    }

    /** Those that began until then: what began later had no time to arrive. */
    List<Arrival> until(long micros) {
        List<Arrival> complete = new ArrayList<>();
        for (Arrival arrival : all.values()) {
            if (arrival.firstMicros <= micros) {
                complete.add(arrival);
            }
        }
        return complete;
    }

    /** The middle one of what it took to reach that share; infinity if half or more never did. */
    static double median(List<Arrival> arrivals, double share) {
        double[] times = arrivals.stream()
                .mapToDouble(one -> one.millisUntil(share))
                .sorted()
                .toArray();
        return times.length == 0 ? Double.POSITIVE_INFINITY : times[times.length / 2];
    }

    static double worst(List<Arrival> arrivals, double share) {
        return arrivals.stream()
                .mapToDouble(one -> one.millisUntil(share))
                .max()
                .orElse(Double.POSITIVE_INFINITY);
    }
}
