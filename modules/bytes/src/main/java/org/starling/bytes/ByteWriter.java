package org.starling.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Writes Bitcoin's serialization into a growing array; the counterpart of {@link ByteReader}. */
public final class ByteWriter {
    private static final VarHandle INT_LE = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] array;
    private int length;

    public ByteWriter() {
        this(64);
    }

    /** A writer with room for {@code capacity} bytes before it grows. */
    public ByteWriter(int capacity) {
        array = new byte[capacity];
    }

    /** Bytes that a CompactSize of this value takes: 1, 3, 5 or 9. */
    public static int compactSizeLength(long value) {
        if (value >= 0 && value < 253) {
            return 1;
        }
        if (value >= 0 && value <= 0xffff) {
            return 3;
        }
        return value >= 0 && value <= 0xffffffffL ? 5 : 9;
    }

    public int length() {
        return length;
    }

    public ByteWriter u8(int value) {
        room(1);
        array[length++] = (byte) value;
        return this;
    }

    public ByteWriter u16(int value) {
        return u8(value).u8(value >>> 8);
    }

    public ByteWriter u16BigEndian(int value) {
        return u8(value >>> 8).u8(value);
    }

    public ByteWriter i32(int value) {
        room(4);
        INT_LE.set(array, length, value);
        length += 4;
        return this;
    }

    /** The low 32 bits. */
    public ByteWriter u32(long value) {
        return i32((int) value);
    }

    public ByteWriter i64(long value) {
        room(8);
        LONG_LE.set(array, length, value);
        length += 8;
        return this;
    }

    public ByteWriter hash256(Hash256 hash) {
        room(Hash256.BYTES);
        hash.write(array, length);
        length += Hash256.BYTES;
        return this;
    }

    /** The value, read as unsigned, in the shortest form. */
    public ByteWriter compactSize(long value) {
        return switch (compactSizeLength(value)) {
            case 1 -> u8((int) value);
            case 3 -> u8(253).u16((int) value);
            case 5 -> u8(254).u32(value);
            default -> u8(255).i64(value);
        };
    }

    public ByteWriter bytes(Bytes bytes) {
        room(bytes.length());
        bytes.copyTo(array, length);
        length += bytes.length();
        return this;
    }

    public ByteWriter bytes(byte[] bytes) {
        return bytes(bytes, 0, bytes.length);
    }

    public ByteWriter bytes(byte[] bytes, int offset, int count) {
        room(count);
        System.arraycopy(bytes, offset, array, length, count);
        length += count;
        return this;
    }

    /** The length as a CompactSize, then the bytes. */
    public ByteWriter varBytes(Bytes bytes) {
        return compactSize(bytes.length()).bytes(bytes);
    }

    /** Forgets what was written and keeps the room. */
    public ByteWriter clear() {
        length = 0;
        return this;
    }

    /** A new array with what was written. */
    public byte[] toArray() {
        return Arrays.copyOf(array, length);
    }

    public Bytes toBytes() {
        return Bytes.wrap(toArray());
    }

    /** The array written into, of which the first {@link #length()} bytes count; the next write may replace it. */
    public byte[] sharedArray() {
        return array;
    }

    private void room(int count) {
        if (count > array.length - length) {
            array = Arrays.copyOf(array, Math.max(Math.addExact(length, count), (int)
                    Math.min(array.length * 2L, Integer.MAX_VALUE - 8)));
        }
    }
}
