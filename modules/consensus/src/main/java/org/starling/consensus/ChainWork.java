package org.starling.consensus;

import java.math.BigInteger;
import org.starling.bytes.Hash256;

/**
 * An amount of work: the expected number of hashes behind a chain of headers, an unsigned number of 256 bits. Sums wrap
 * around, which no chain can reach.
 */
public final class ChainWork implements Comparable<ChainWork> {
    public static final ChainWork ZERO = new ChainWork(0, 0, 0, 0);

    // Words from the least significant to the most.
    private final long a;
    private final long b;
    private final long c;
    private final long d;

    private ChainWork(long a, long b, long c, long d) {
        this.a = a;
        this.b = b;
        this.c = c;
        this.d = d;
    }

    public static ChainWork of(BigInteger number) {
        if (number.signum() < 0) {
            throw new IllegalArgumentException("work is not negative: " + number);
        }
        return of(Uint256.of(number));
    }

    /** The hash read as a number (its last wire byte is the most significant). */
    public static ChainWork of(Hash256 number) {
        return new ChainWork(number.word(0), number.word(1), number.word(2), number.word(3));
    }

    /** Reads up to 64 hexadecimal digits, most significant first. Throws {@link IllegalArgumentException} otherwise. */
    public static ChainWork fromHex(String digits) {
        return of(Hash256.fromHex("0".repeat(Math.max(0, 64 - digits.length())) + digits));
    }

    public ChainWork plus(ChainWork other) {
        long sumA = a + other.a;
        long carry = Long.compareUnsigned(sumA, a) < 0 ? 1 : 0;
        long sumB = b + other.b + carry;
        carry = carries(b, sumB, carry);
        long sumC = c + other.c + carry;
        carry = carries(c, sumC, carry);
        return new ChainWork(sumA, sumB, sumC, d + other.d + carry);
    }

    /** The difference; zero if the other is larger. */
    public ChainWork minus(ChainWork other) {
        return compareTo(other) <= 0 ? ZERO : of(toBigInteger().subtract(other.toBigInteger()));
    }

    // Whether term + something + carryIn wrapped to give sum.
    private static long carries(long term, long sum, long carryIn) {
        int order = Long.compareUnsigned(sum, term);
        return order < 0 || order == 0 && carryIn != 0 ? 1 : 0;
    }

    public BigInteger toBigInteger() {
        byte[] magnitude = new byte[32];
        for (int i = 0; i < 8; i++) {
            magnitude[31 - i] = (byte) (a >>> 8 * i);
            magnitude[23 - i] = (byte) (b >>> 8 * i);
            magnitude[15 - i] = (byte) (c >>> 8 * i);
            magnitude[7 - i] = (byte) (d >>> 8 * i);
        }
        return new BigInteger(1, magnitude);
    }

    public double toDouble() {
        return toBigInteger().doubleValue();
    }

    @Override
    public int compareTo(ChainWork other) {
        int order = Long.compareUnsigned(d, other.d);
        if (order == 0) {
            order = Long.compareUnsigned(c, other.c);
        }
        if (order == 0) {
            order = Long.compareUnsigned(b, other.b);
        }
        return order == 0 ? Long.compareUnsigned(a, other.a) : order;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof ChainWork other && a == other.a && b == other.b && c == other.c && d == other.d;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(a ^ b ^ c ^ d);
    }

    /** 64 hexadecimal digits, most significant first. */
    @Override
    public String toString() {
        return "%016x%016x%016x%016x".formatted(d, c, b, a);
    }
}
