package org.starling.chain.index;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.crypto.SipHash;

/**
 * A set of byte strings in few bits (BIP-0158): each is hashed to a number below {@code elements * M}, and of the
 * sorted numbers the differences are Golomb-Rice coded. It may seem to hold what it does not, once in {@code M}.
 */
public final class GolombCodedSet {
    /** Bits of a difference that are written as they are. */
    static final int P = 19;

    /** One over the share of false positives. */
    static final long M = 784_931;

    private final SipHash hash;
    private final int elements;
    private final Bytes encoded;
    private final int codesAt;

    private GolombCodedSet(SipHash hash, int elements, Bytes encoded, int codesAt) {
        this.hash = hash;
        this.elements = elements;
        this.encoded = encoded;
        this.codesAt = codesAt;
    }

    static GolombCodedSet of(SipHash hash, Set<Bytes> members) {
        long[] numbers = numbers(hash, members, members.size());
        Bits bits = new Bits(4 + numbers.length * (P + 2) / 8);
        bits.bytes.compactSize(numbers.length);
        int codesAt = bits.bytes.length();
        long before = 0;
        for (long number : numbers) {
            bits.code(number - before);
            before = number;
        }
        return new GolombCodedSet(hash, numbers.length, bits.finished(), codesAt);
    }

    /** The set in its encoded form. Its codes are looked at only when it is searched. */
    static GolombCodedSet parse(SipHash hash, Bytes encoded) throws MalformedException {
        ByteReader reader = encoded.reader();
        int elements = reader.compactSize();
        // Each code has at least P bits and the bit that ends its quotient.
        if ((long) elements * (P + 1) > 8L * reader.remaining()) {
            throw new MalformedException(
                    "a filter of " + elements + " elements cannot have " + encoded.length() + " bytes");
        }
        return new GolombCodedSet(hash, elements, encoded, reader.position());
    }

    private static long[] numbers(SipHash hash, Collection<Bytes> members, int elements) {
        long range = elements * M;
        return members.stream()
                .mapToLong(member -> Math.unsignedMultiplyHigh(hash.hash(member), range))
                .sorted()
                .toArray();
    }

    /** The number of elements and the codes: what BIP-0157 calls the filter. */
    public Bytes encoded() {
        return encoded;
    }

    public int elements() {
        return elements;
    }

    /** Whether it seems to hold one of them. */
    public boolean matchesAny(Collection<Bytes> wanted) throws MalformedException {
        if (elements == 0 || wanted.isEmpty()) {
            return false;
        }
        long[] numbers = numbers(hash, new HashSet<>(wanted), elements);
        Codes codes = new Codes(encoded, codesAt);
        long number = 0;
        int at = 0;
        for (int i = 0; i < elements; i++) {
            number += codes.next();
            while (at < numbers.length && numbers[at] < number) {
                at++;
            }
            if (at == numbers.length) {
                return false;
            }
            if (numbers[at] == number) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof GolombCodedSet other && encoded.equals(other.encoded);
    }

    @Override
    public int hashCode() {
        return encoded.hashCode();
    }

    @Override
    public String toString() {
        return elements + " elements in " + encoded.length() + " bytes";
    }

    /** Writes bits, the highest of each byte first. */
    private static final class Bits {
        final ByteWriter bytes;
        private int open;
        private int used;

        Bits(int capacity) {
            bytes = new ByteWriter(capacity);
        }

        /** The quotient by 2^P as that many ones and a zero, then the rest in P bits. */
        void code(long difference) {
            for (long ones = difference >>> P; ones > 0; ones--) {
                bit(1);
            }
            bit(0);
            for (int i = P - 1; i >= 0; i--) {
                bit((int) (difference >>> i) & 1);
            }
        }

        private void bit(int value) {
            open = open << 1 | value;
            if (++used == 8) {
                bytes.u8(open);
                open = 0;
                used = 0;
            }
        }

        Bytes finished() {
            if (used > 0) {
                bytes.u8(open << 8 - used);
            }
            return bytes.toBytes();
        }
    }

    /** Reads what {@link Bits} wrote. */
    private static final class Codes {
        private final Bytes bytes;
        private long at;

        Codes(Bytes bytes, int fromByte) {
            this.bytes = bytes;
            this.at = 8L * fromByte;
        }

        long next() throws MalformedException {
            long quotient = 0;
            while (bit() == 1) {
                quotient++;
            }
            long rest = 0;
            for (int i = 0; i < P; i++) {
                rest = rest << 1 | bit();
            }
            return quotient << P | rest;
        }

        private int bit() throws MalformedException {
            int index = (int) (at >>> 3);
            if (index >= bytes.length()) {
                throw new MalformedException("a filter ends within a code");
            }
            return bytes.unsigned(index) >>> 7 - (int) (at++ & 7) & 1;
        }
    }
}
