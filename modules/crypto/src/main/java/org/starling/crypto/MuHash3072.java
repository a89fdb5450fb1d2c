package org.starling.crypto;

import java.math.BigInteger;
import java.util.Arrays;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;

/**
 * A hash of a set, to which elements are added and from which they are removed in any order: a product modulo
 * 2^3072 - 1103717 of numbers that the elements hash to. What was removed is multiplied into a denominator, so that only
 * {@link #hash()} divides. Not safe for use by several threads.
 */
public final class MuHash3072 {
    /** Bytes of the serialized state: numerator and denominator. */
    public static final int STATE_BYTES = 768;

    private static final int WORDS = 48;
    private static final int BYTES = 8 * WORDS;
    private static final long DIFFERENCE = 1103717;
    private static final BigInteger MODULUS =
            BigInteger.ONE.shiftLeft(64 * WORDS).subtract(BigInteger.valueOf(DIFFERENCE));

    private final long[] numerator = one();
    private final long[] denominator = one();
    private final long[] factor = new long[WORDS];
    private final long[] product = new long[2 * WORDS];

    /** The hash of the empty set. */
    public MuHash3072() {}

    /** Reads what {@link #write} wrote. */
    public static MuHash3072 read(ByteReader reader) throws MalformedException {
        MuHash3072 hash = new MuHash3072();
        for (long[] number : new long[][] {hash.numerator, hash.denominator}) {
            for (int i = 0; i < WORDS; i++) {
                number[i] = reader.i64();
            }
        }
        return hash;
    }

    /** {@value #STATE_BYTES} bytes that continue this hash later; equal sets may differ in them. */
    public void write(ByteWriter writer) {
        for (long[] number : new long[][] {numerator, denominator}) {
            for (long word : number) {
                writer.i64(word);
            }
        }
    }

    public MuHash3072 add(Bytes element) {
        expand(element);
        multiply(numerator, factor);
        return this;
    }

    public MuHash3072 remove(Bytes element) {
        expand(element);
        multiply(denominator, factor);
        return this;
    }

    /** Adds what the other added and removes what it removed. */
    public MuHash3072 combine(MuHash3072 other) {
        multiply(numerator, other.numerator);
        multiply(denominator, other.denominator);
        return this;
    }

    /** The hash of the set now; adding and removing may go on. */
    public Hash256 hash() {
        BigInteger quotient = number(numerator)
                .multiply(number(denominator).modInverse(MODULUS))
                .mod(MODULUS);
        byte[] bigEndian = quotient.toByteArray();
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < Math.min(BYTES, bigEndian.length); i++) {
            bytes[i] = bigEndian[bigEndian.length - 1 - i];
        }
        return Sha256.once(bytes, 0, BYTES);
    }

    private void expand(Bytes element) {
        ChaCha20.keyStream(Sha256.once(element), factor);
    }

    /** {@code a *= b}, kept below 2^3072 but not always below the modulus. */
    private void multiply(long[] a, long[] b) {
        multiplyInto(product, a, b);
        // 2^3072 is DIFFERENCE modulo the modulus: fold the upper half down, then what that carries out.
        long carry = 0;
        for (int i = 0; i < WORDS; i++) {
            long upper = product[WORDS + i];
            long low = upper * DIFFERENCE;
            long high = Math.unsignedMultiplyHigh(upper, DIFFERENCE);
            long sum = low + carry;
            high += Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
            long word = sum + product[i];
            high += Long.compareUnsigned(word, sum) < 0 ? 1 : 0;
            a[i] = word;
            carry = high;
        }
        while (carry != 0) {
            // The carry has few bits, so this product fits a word.
            carry = addTo(a, carry * DIFFERENCE);
        }
    }

    private static void multiplyInto(long[] product, long[] a, long[] b) {
        Arrays.fill(product, 0, WORDS, 0);
        for (int i = 0; i < WORDS; i++) {
            long factor = a[i];
            long carry = 0;
            for (int j = 0; j < WORDS; j++) {
                long low = factor * b[j];
                long high = Math.unsignedMultiplyHigh(factor, b[j]);
                low += carry;
                high += Long.compareUnsigned(low, carry) < 0 ? 1 : 0;
                long sum = low + product[i + j];
                high += Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
                product[i + j] = sum;
                carry = high;
            }
            product[i + WORDS] = carry;
        }
    }

    /** Adds to the lowest word and returns what is carried out of the highest. */
    private static long addTo(long[] a, long addend) {
        long carry = addend;
        for (int i = 0; i < WORDS && carry != 0; i++) {
            a[i] += carry;
            carry = Long.compareUnsigned(a[i], carry) < 0 ? 1 : 0;
        }
        return carry;
    }

    private static BigInteger number(long[] words) {
        byte[] bigEndian = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bigEndian[BYTES - 1 - i] = (byte) (words[i / 8] >>> 8 * (i % 8));
        }
        return new BigInteger(1, bigEndian);
    }

    private static long[] one() {
        long[] words = new long[WORDS];
        words[0] = 1;
        return words;
    }
}
