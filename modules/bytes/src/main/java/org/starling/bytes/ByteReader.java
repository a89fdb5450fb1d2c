package org.starling.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads Bitcoin's serialization from an array: little-endian integers, CompactSize, length-prefixed bytes. Every read
 * checks the bytes left before it allocates, and throws {@link MalformedException} when they do not suffice.
 */
public final class ByteReader {
    /** Longest vector or string that any Bitcoin message may announce (Core's MAX_SIZE), in elements. */
    public static final int MAX_SIZE = 0x02000000;

    private static final VarHandle SHORT_LE =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT_LE = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] array;
    private final int start;
    private final int end;
    private int at;

    public ByteReader(byte[] array) {
        this(array, 0, array.length);
    }

    public ByteReader(byte[] array, int offset, int length) {
        if (offset < 0 || length < 0 || offset > array.length - length) {
            throw new IndexOutOfBoundsException("offset " + offset + ", length " + length + " of " + array.length);
        }
        this.array = array;
        this.start = offset;
        this.at = offset;
        this.end = offset + length;
    }

    /** Bytes read so far. */
    public int position() {
        return at - start;
    }

    /** Bytes not yet read. */
    public int remaining() {
        return end - at;
    }

    public boolean hasRemaining() {
        return at < end;
    }

    /** Throws unless every byte was read. */
    public void expectEnd() throws MalformedException {
        if (at < end) {
            throw new MalformedException(remaining() + " bytes left over after the last field");
        }
    }

    /** A byte as 0 to 255. */
    public int u8() throws MalformedException {
        need(1);
        return array[at++] & 0xff;
    }

    /** Two bytes, little-endian, as 0 to 65535. */
    public int u16() throws MalformedException {
        need(2);
        int value = (short) SHORT_LE.get(array, at) & 0xffff;
        at += 2;
        return value;
    }

    /** Two bytes, big-endian, as 0 to 65535 (a port). */
    public int u16BigEndian() throws MalformedException {
        need(2);
        int value = (array[at] & 0xff) << 8 | array[at + 1] & 0xff;
        at += 2;
        return value;
    }

    /** Four bytes, little-endian, as they are. */
    public int i32() throws MalformedException {
        need(4);
        int value = (int) INT_LE.get(array, at);
        at += 4;
        return value;
    }

    /** Four bytes, little-endian, as 0 to 2^32 - 1. */
    public long u32() throws MalformedException {
        return i32() & 0xffffffffL;
    }

    /** Eight bytes, little-endian, as they are. */
    public long i64() throws MalformedException {
        need(8);
        long value = (long) LONG_LE.get(array, at);
        at += 8;
        return value;
    }

    public Hash256 hash256() throws MalformedException {
        need(Hash256.BYTES);
        Hash256 hash = Hash256.read(array, at);
        at += Hash256.BYTES;
        return hash;
    }

    /** A canonical CompactSize of at most {@link #MAX_SIZE}. */
    public int compactSize() throws MalformedException {
        long value = compactSizeOfAnyRange();
        if (value < 0 || value > MAX_SIZE) {
            throw new MalformedException("size " + Long.toUnsignedString(value) + " is over " + MAX_SIZE);
        }
        return (int) value;
    }

    /** A canonical CompactSize of the full 64-bit range (services, differential indexes), unsigned. */
    public long compactSizeOfAnyRange() throws MalformedException {
        int first = u8();
        long value;
        boolean canonical;
        if (first < 253) {
            return first;
        } else if (first == 253) {
            value = u16();
            canonical = value >= 253;
        } else if (first == 254) {
            value = u32();
            canonical = value > 0xffff;
        } else {
            value = i64();
            canonical = value < 0 || value > 0xffffffffL;
        }
        if (!canonical) {
            throw new MalformedException("non-canonical ReadCompactSize()");
        }
        return value;
    }

    /** A CompactSize count of elements, each of at least {@code minimumBytes}, that can fit in what is left. */
    public int count(int minimumBytes) throws MalformedException {
        int count = compactSize();
        if ((long) count * minimumBytes > remaining()) {
            throw new MalformedException(
                    count + " elements of at least " + minimumBytes + " bytes, but " + remaining() + " bytes left");
        }
        return count;
    }

    /** The next {@code length} bytes, sharing the array that is read. */
    public Bytes bytes(int length) throws MalformedException {
        need(length);
        Bytes bytes = Bytes.wrap(array, at, length);
        at += length;
        return bytes;
    }

    /** A CompactSize and as many bytes, sharing the array that is read. */
    public Bytes varBytes() throws MalformedException {
        return bytes(compactSize());
    }

    /** As {@link #varBytes()}, of at most {@code limit} bytes. */
    public Bytes varBytes(int limit) throws MalformedException {
        int length = compactSize();
        if (length > limit) {
            throw new MalformedException(length + " bytes where at most " + limit + " are allowed");
        }
        return bytes(length);
    }

    /** What was read from {@code from} (a {@link #position()}) to here, sharing the array. */
    public Bytes since(int from) {
        return Bytes.wrap(array, start + from, at - start - from);
    }

    public void skip(int count) throws MalformedException {
        need(count);
        at += count;
    }

    /** The next byte as 0 to 255, without moving. */
    public int peek() throws MalformedException {
        need(1);
        return array[at] & 0xff;
    }

    private void need(int count) throws MalformedException {
        if (count < 0 || count > end - at) {
            throw new MalformedException(
                    "end of data after " + (end - start) + " bytes, " + (count - (end - at)) + " short");
        }
    }
}
