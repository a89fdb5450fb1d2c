package org.starling.consensus;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;

/**
 * The number that a block's hash must not exceed, of 256 bits. In a header it stands in compact form: the number's
 * length in bytes, then its three leading bytes, the first of which carries a sign bit.
 */
public record Target(Hash256 value) implements Comparable<Target> {
    private static final int SIGN = 0x00800000;

    /**
     * The target in a header, or null if it is none that this limit allows: zero, negative, beyond 256 bits or easier
     * than the limit.
     */
    public static @Nullable Target ofBits(int bits, Target limit) {
        if (isNegative(bits) || overflows(bits)) {
            return null;
        }
        Target target = fromBits(bits);
        return target.value.isZero() || target.compareTo(limit) > 0 ? null : target;
    }

    /** The magnitude that compact bits stand for, cut to 256 bits, whatever their sign. */
    public static Target fromBits(int bits) {
        int size = bits >>> 24;
        int mantissa = bits & 0x007fffff;
        byte[] wire = new byte[Hash256.BYTES];
        for (int i = 0; i < 3; i++) {
            int at = size - 3 + i;
            if (at >= 0 && at < wire.length) {
                wire[at] = (byte) (mantissa >>> 8 * i);
            }
        }
        return new Target(Hash256.of(wire));
    }

    /** Whether compact bits stand for a number below zero. */
    public static boolean isNegative(int bits) {
        return (bits & SIGN) != 0 && magnitudeBits(bits) != 0;
    }

    /** Whether compact bits stand for a number of more than 256 bits. */
    public static boolean overflows(int bits) {
        int size = bits >>> 24;
        int mantissa = magnitudeBits(bits);
        return mantissa != 0 && (size > 34 || mantissa > 0xff && size > 33 || mantissa > 0xffff && size > 32);
    }

    private static int magnitudeBits(int bits) {
        int size = bits >>> 24;
        int mantissa = bits & 0x007fffff;
        return size < 3 ? mantissa >>> 8 * (3 - size) : mantissa;
    }

    /** The compact form, which keeps the leading three bytes (or two, where the third would be read as a sign). */
    public int toBits() {
        BigInteger number = toBigInteger();
        int size = (number.bitLength() + 7) / 8;
        int mantissa = size <= 3
                ? number.intValue() << 8 * (3 - size)
                : number.shiftRight(8 * (size - 3)).intValue();
        if ((mantissa & SIGN) != 0) {
            mantissa >>>= 8;
            size++;
        }
        return size << 24 | mantissa;
    }

    /** Whether a block with this hash meets the target. */
    public boolean admits(Hash256 hash) {
        return hash.compareTo(value) <= 0;
    }

    /** The expected number of hashes to meet the target: 2^256 / (target + 1), rounded down. */
    public ChainWork work() {
        if (value.isZero()) {
            return ChainWork.ZERO;
        }
        return ChainWork.of(BigInteger.ONE.shiftLeft(256).divide(toBigInteger().add(BigInteger.ONE)));
    }

    public BigInteger toBigInteger() {
        return Uint256.toBigInteger(value);
    }

    @Override
    public int compareTo(Target other) {
        return value.compareTo(other.value);
    }

    /** 64 hexadecimal digits, most significant first. */
    @Override
    public String toString() {
        return value.toString();
    }
}
