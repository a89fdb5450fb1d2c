package org.starling.crypto;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/**
 * Where libsecp256k1 gets the secret bytes with which it hides what it does with secret keys from those who can measure
 * its time or power. Signatures do not depend on them, and without a source they are still right.
 */
public final class Blinding {
    /** Bytes drawn, once. */
    public static final int SEED_BYTES = 32;

    private static volatile @Nullable Supplier<Bytes> source;

    private Blinding() {}

    /** To be called at start, with a source of 32 secret random bytes. It is asked when first something is signed. */
    public static void seedFrom(Supplier<Bytes> randomness) {
        source = randomness;
    }

    static @Nullable Bytes seed() {
        Supplier<Bytes> known = source;
        return known == null ? null : known.get();
    }
}
