package org.starling.world;

import java.nio.charset.StandardCharsets;

/**
 * Reproducible randomness by SplitMix64: a pure function of its seed, equal in every JVM. It is fit for choices that an
 * attacker gains nothing from knowing and for simulation, never for keys.
 */
public final class SeededRandomness implements Randomness {
    private final long seed;
    private long state;

    public SeededRandomness(long seed) {
        this.seed = seed;
        this.state = seed;
    }

    @Override
    public long nextLong() {
        state += 0x9e3779b97f4a7c15L;
        return mix(state);
    }

    @Override
    public SeededRandomness child(String name) {
        long hash = mix(seed ^ 0x2545f4914f6cdd1dL);
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = mix(hash + 0x9e3779b97f4a7c15L ^ b);
        }
        return new SeededRandomness(hash);
    }

    private static long mix(long value) {
        long mixed = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
