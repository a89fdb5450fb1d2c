package org.starling.consensus.script;

import org.starling.bytes.Bytes;

/** Numbers on the stack: little-endian, sign in the highest bit of the last byte, empty for zero. */
public final class ScriptNumber {
    /** What {@link #decode} returns for bytes that are no number of the size or form asked for. */
    public static final long INVALID = Long.MIN_VALUE;

    /** Longest operand of arithmetic, in bytes. Results may be longer. */
    static final int OPERAND_BYTES = 4;

    /** Longest operand of locktime checks, in bytes. */
    static final int LOCKTIME_BYTES = 5;

    static final Bytes FALSE = Bytes.EMPTY;
    static final Bytes TRUE = Bytes.copyOf((byte) 1);

    private static final Bytes[] SMALL = new Bytes[18];

    static {
        for (int number = -1; number <= 16; number++) {
            SMALL[number + 1] = number == 0 ? FALSE : number == 1 ? TRUE : write(number);
        }
    }

    private ScriptNumber() {}

    /** The number in its shortest form. */
    public static Bytes encode(long number) {
        return number >= -1 && number <= 16 ? SMALL[(int) number + 1] : write(number);
    }

    /** The number, of at most {@code maxBytes} (8 at most), or {@link #INVALID}. */
    public static long decode(Bytes bytes, boolean minimal, int maxBytes) {
        int length = bytes.length();
        if (length == 0) {
            return 0;
        }
        if (length > maxBytes || minimal && !isMinimal(bytes)) {
            return INVALID;
        }
        long magnitude = 0;
        for (int i = 0; i < length; i++) {
            magnitude |= (long) bytes.unsigned(i) << 8 * i;
        }
        long sign = 0x80L << 8 * (length - 1);
        return (magnitude & sign) == 0 ? magnitude : -(magnitude & ~sign);
    }

    /** Whether the bytes count as true: any that is not zero, a lone sign not counting. */
    public static boolean isTrue(Bytes bytes) {
        int last = bytes.length() - 1;
        for (int i = 0; i <= last; i++) {
            int value = bytes.get(i);
            if (value != 0) {
                return i != last || value != (byte) 0x80;
            }
        }
        return false;
    }

    static Bytes bool(boolean value) {
        return value ? TRUE : FALSE;
    }

    private static boolean isMinimal(Bytes bytes) {
        int last = bytes.length() - 1;
        return (bytes.get(last) & 0x7f) != 0 || last > 0 && bytes.get(last - 1) < 0;
    }

    private static Bytes write(long number) {
        byte[] bytes = new byte[9];
        int length = 0;
        long rest = Math.absExact(number);
        while (rest != 0) {
            bytes[length++] = (byte) rest;
            rest >>>= 8;
        }
        if (bytes[length - 1] < 0) {
            length++;
        }
        if (number < 0) {
            bytes[length - 1] |= (byte) 0x80;
        }
        return Bytes.wrap(bytes, 0, length);
    }
}
