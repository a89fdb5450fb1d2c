package org.starling.consensus;

import java.math.BigInteger;
import org.starling.bytes.Hash256;

/** Between hashes read as numbers (little-endian) and {@link BigInteger}. */
final class Uint256 {
    private Uint256() {}

    static BigInteger toBigInteger(Hash256 value) {
        byte[] wire = value.toArray();
        byte[] magnitude = new byte[wire.length];
        for (int i = 0; i < wire.length; i++) {
            magnitude[i] = wire[wire.length - 1 - i];
        }
        return new BigInteger(1, magnitude);
    }

    /** The low 256 bits of a number that is not negative. */
    static Hash256 of(BigInteger number) {
        byte[] magnitude = number.toByteArray();
        byte[] wire = new byte[Hash256.BYTES];
        for (int i = 0; i < Math.min(wire.length, magnitude.length); i++) {
            wire[i] = magnitude[magnitude.length - 1 - i];
        }
        return Hash256.of(wire);
    }
}
