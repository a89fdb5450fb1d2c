package org.starling.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A 32-byte hash as a value: a block hash, a txid, a wtxid, a merkle root. {@link #toString()} and {@link #fromHex} use
 * the order in which Bitcoin shows hashes, last byte first; everything else uses the order on the wire.
 */
public final class Hash256 implements Comparable<Hash256> {
    public static final int BYTES = 32;

    public static final Hash256 ZERO = new Hash256(0, 0, 0, 0);

    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    // Little-endian words of the wire bytes; d holds the last eight, the most significant when read as a number.
    private final long a;
    private final long b;
    private final long c;
    private final long d;

    private Hash256(long a, long b, long c, long d) {
        this.a = a;
        this.b = b;
        this.c = c;
        this.d = d;
    }

    /** The hash whose 32 wire bytes begin at {@code offset}. */
    public static Hash256 read(byte[] bytes, int offset) {
        return new Hash256(
                (long) LONG_LE.get(bytes, offset),
                (long) LONG_LE.get(bytes, offset + 8),
                (long) LONG_LE.get(bytes, offset + 16),
                (long) LONG_LE.get(bytes, offset + 24));
    }

    /** The hash with these 32 wire bytes. Throws {@link IllegalArgumentException} for another length. */
    public static Hash256 of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a hash has 32 bytes, not " + bytes.length);
        }
        return read(bytes, 0);
    }

    /** The hash with these 32 wire bytes. Throws {@link IllegalArgumentException} for another length. */
    public static Hash256 of(Bytes bytes) {
        if (bytes.length() != BYTES) {
            throw new IllegalArgumentException("a hash has 32 bytes, not " + bytes.length());
        }
        return read(bytes.sharedArray(), bytes.arrayOffset());
    }

    /** The hash shown as these 64 digits, last wire byte first. Throws {@link IllegalArgumentException} otherwise. */
    public static Hash256 fromHex(CharSequence shown) {
        if (shown.length() != 2 * BYTES) {
            throw new IllegalArgumentException("a hash has 64 hexadecimal digits, not " + shown.length());
        }
        return of(reversed(Hex.decode(shown)));
    }

    public void write(byte[] target, int offset) {
        LONG_LE.set(target, offset, a);
        LONG_LE.set(target, offset + 8, b);
        LONG_LE.set(target, offset + 16, c);
        LONG_LE.set(target, offset + 24, d);
    }

    /** A new array with the 32 wire bytes. */
    public byte[] toArray() {
        byte[] bytes = new byte[BYTES];
        write(bytes, 0);
        return bytes;
    }

    public Bytes toBytes() {
        return Bytes.wrap(toArray());
    }

    /** Little-endian word {@code index} (0 to 3) of the wire bytes; word 3 is the most significant. */
    public long word(int index) {
        return switch (index) {
            case 0 -> a;
            case 1 -> b;
            case 2 -> c;
            case 3 -> d;
            default -> throw new IndexOutOfBoundsException(index);
        };
    }

    public boolean isZero() {
        return (a | b | c | d) == 0;
    }

    /** Compares as 256-bit unsigned numbers, the last wire byte being the most significant. */
    @Override
    public int compareTo(Hash256 other) {
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
        return object instanceof Hash256 other && a == other.a && b == other.b && c == other.c && d == other.d;
    }

    /** The first word: uniform for honest hashes. Tables that a peer can fill must salt it. */
    @Override
    public int hashCode() {
        return (int) (a ^ (a >>> 32));
    }

    @Override
    public String toString() {
        return Hex.encode(reversed(toArray()));
    }

    private static byte[] reversed(byte[] bytes) {
        for (int i = 0, j = bytes.length - 1; i < j; i++, j--) {
            byte swap = bytes[i];
            bytes[i] = bytes[j];
            bytes[j] = swap;
        }
        return bytes;
    }
}
