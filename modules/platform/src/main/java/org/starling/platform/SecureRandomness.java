package org.starling.platform;

import java.security.SecureRandom;
import org.starling.world.Randomness;

/** Randomness of the operating system, fit for keys. Every stream is unpredictable, so children need no seed. */
public final class SecureRandomness implements Randomness {
    private final SecureRandom source = new SecureRandom();

    @Override
    public long nextLong() {
        return source.nextLong();
    }

    @Override
    public Randomness child(String name) {
        return this;
    }

    @Override
    public void fill(byte[] target) {
        source.nextBytes(target);
    }
}
