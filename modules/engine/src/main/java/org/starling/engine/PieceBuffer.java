package org.starling.engine;

import java.util.Arrays;
import org.starling.bytes.Bytes;

/** A stretch of a known length that arrives in pieces. It grows with what arrives, not with what was promised. */
final class PieceBuffer {
    private final int length;
    private byte[] array;
    private int filled;

    PieceBuffer(int length) {
        this.length = length;
        array = new byte[Math.min(length, Limits.RESERVE_AHEAD_BYTES)];
    }

    /** Takes as much of the input as is missing, and returns what is left of it. */
    Bytes take(Bytes input) {
        int taken = Math.min(length - filled, input.length());
        if (filled + taken > array.length) {
            int size = Math.max(filled + taken, Math.min(array.length * 2, array.length + 1_000_000));
            array = Arrays.copyOf(array, Math.min(length, size));
        }
        input.slice(0, taken).copyTo(array, filled);
        filled += taken;
        return input.from(taken);
    }

    int filled() {
        return filled;
    }

    boolean complete() {
        return filled == length;
    }

    /** The bytes, of which the first {@link #filled} have arrived. */
    byte[] array() {
        return array;
    }
}
