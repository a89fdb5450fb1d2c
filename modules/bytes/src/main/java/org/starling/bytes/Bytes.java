package org.starling.bytes;

import java.util.Arrays;

/**
 * An immutable sequence of bytes, compared by content. It is a view: a slice shares the array it was cut from, so a
 * long-lived small slice of a large message should be kept as {@link #compact()}.
 */
public final class Bytes implements Comparable<Bytes> {
    /** The sequence of length zero. */
    public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

    private final byte[] array;
    private final int offset;
    private final int length;

    private Bytes(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    /** Takes the array without copying; the caller must not change it afterwards. */
    public static Bytes wrap(byte[] array) {
        return array.length == 0 ? EMPTY : new Bytes(array, 0, array.length);
    }

    /** Takes part of an array without copying; the caller must not change it afterwards. */
    public static Bytes wrap(byte[] array, int offset, int length) {
        if (offset < 0 || length < 0 || offset > array.length - length) {
            throw new IndexOutOfBoundsException("offset " + offset + ", length " + length + " of " + array.length);
        }
        return length == 0 ? EMPTY : new Bytes(array, offset, length);
    }

    /** A copy of the array. */
    public static Bytes copyOf(byte... array) {
        return wrap(array.clone());
    }

    /** The bytes that the hexadecimal digits stand for. Throws {@link IllegalArgumentException} for anything else. */
    public static Bytes fromHex(CharSequence hex) {
        return wrap(Hex.decode(hex));
    }

    /** The parts one after another. */
    public static Bytes concat(Bytes... parts) {
        int total = 0;
        for (Bytes part : parts) {
            total = Math.addExact(total, part.length);
        }
        byte[] joined = new byte[total];
        int at = 0;
        for (Bytes part : parts) {
            part.copyTo(joined, at);
            at += part.length;
        }
        return wrap(joined);
    }

    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    /** The byte at {@code index}, signed. */
    public byte get(int index) {
        if (index < 0 || index >= length) {
            throw new IndexOutOfBoundsException("index " + index + " of " + length);
        }
        return array[offset + index];
    }

    /** The byte at {@code index} as 0 to 255. */
    public int unsigned(int index) {
        return get(index) & 0xff;
    }

    /** The bytes from {@code from} (inclusive) to {@code to} (exclusive), sharing this one's array. */
    public Bytes slice(int from, int to) {
        if (from < 0 || to < from || to > length) {
            throw new IndexOutOfBoundsException("from " + from + " to " + to + " of " + length);
        }
        return from == 0 && to == length ? this : wrap(array, offset + from, to - from);
    }

    /** The bytes from {@code from} to the end. */
    public Bytes from(int from) {
        return slice(from, length);
    }

    /** A new array with these bytes. */
    public byte[] toArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    /** Copies all bytes into {@code target} beginning at {@code at}. */
    public void copyTo(byte[] target, int at) {
        System.arraycopy(array, offset, target, at, length);
    }

    /** This sequence in an array of exactly its own size. */
    public Bytes compact() {
        return array.length == length ? this : wrap(toArray());
    }

    /**
     * The array behind this view, not a copy, for code that hashes or writes it in place and never changes it. The
     * bytes stand at {@link #arrayOffset()}.
     */
    public byte[] sharedArray() {
        return array;
    }

    /** Where in {@link #sharedArray()} the first byte stands. */
    public int arrayOffset() {
        return offset;
    }

    public boolean startsWith(Bytes prefix) {
        return length >= prefix.length
                && Arrays.equals(
                        array,
                        offset,
                        offset + prefix.length,
                        prefix.array,
                        prefix.offset,
                        prefix.offset + prefix.length);
    }

    /** Lower-case hexadecimal digits in the order of the bytes. */
    public String hex() {
        return Hex.encode(array, offset, length);
    }

    /** A reader positioned at the first byte. */
    public ByteReader reader() {
        return new ByteReader(array, offset, length);
    }

    /** Compares as unsigned bytes, a prefix before what it begins. */
    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(
                array, offset, offset + length, other.array, other.offset, other.offset + other.length);
    }

    @Override
    public boolean equals(Object object) {
        return object == this
                || object instanceof Bytes other
                        && length == other.length
                        && Arrays.equals(
                                array, offset, offset + length, other.array, other.offset, other.offset + other.length);
    }

    @Override
    public int hashCode() {
        if (length == array.length) {
            return Arrays.hashCode(array);
        }
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    @Override
    public String toString() {
        return hex();
    }
}
