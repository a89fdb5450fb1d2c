package org.starling.bytes;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/** Base58 with Bitcoin's alphabet, plain and with its four-byte checksum (double SHA-256). */
public final class Base58 {
    private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private static final int CHECKSUM_BYTES = 4;

    private Base58() {}

    public static String encode(Bytes data) {
        byte[] digits = new byte[data.length() * 138 / 100 + 1]; // log(256) / log(58), rounded up
        int used = 0;
        int zeros = 0;
        while (zeros < data.length() && data.get(zeros) == 0) {
            zeros++;
        }
        for (int i = zeros; i < data.length(); i++) {
            int carry = data.unsigned(i);
            int at = 0;
            for (; at < used || carry != 0; at++) {
                carry += digits[at] << 8;
                digits[at] = (byte) (carry % 58);
                carry /= 58;
            }
            used = at;
        }
        StringBuilder text = new StringBuilder(zeros + used);
        text.repeat('1', zeros);
        for (int i = used - 1; i >= 0; i--) {
            text.append(ALPHABET.charAt(digits[i]));
        }
        return text.toString();
    }

    /** The bytes that the text stands for; empty if a character is not of the alphabet. */
    public static Optional<Bytes> decode(String text) {
        return decode(text, Integer.MAX_VALUE);
    }

    /** As {@link #decode(String)}; empty also if there would be more bytes than {@code limit}, which bounds the work. */
    public static Optional<Bytes> decode(String text, int limit) {
        byte[] data = new byte[(int) (text.length() * 733L / 1000) + 1]; // log(58) / log(256), rounded up
        int used = 0;
        int zeros = 0;
        while (zeros < text.length() && text.charAt(zeros) == '1') {
            zeros++;
        }
        for (int i = zeros; i < text.length(); i++) {
            int carry = ALPHABET.indexOf(text.charAt(i));
            if (carry < 0) {
                return Optional.empty();
            }
            int at = 0;
            for (; at < used || carry != 0; at++) {
                carry += (data[at] & 0xff) * 58;
                data[at] = (byte) carry;
                carry >>>= 8;
            }
            used = at;
            if (used > limit - zeros) {
                return Optional.empty();
            }
        }
        if (zeros > limit) {
            return Optional.empty();
        }
        byte[] result = new byte[zeros + used];
        for (int i = 0; i < used; i++) {
            result[zeros + i] = data[used - 1 - i];
        }
        return Optional.of(Bytes.wrap(result));
    }

    public static String encodeChecked(Bytes payload) {
        return encode(Bytes.concat(payload, checksum(payload)));
    }

    /** The payload without its checksum; empty if a character or the checksum is wrong. */
    public static Optional<Bytes> decodeChecked(String text) {
        return decodeChecked(text, Integer.MAX_VALUE - CHECKSUM_BYTES);
    }

    /** As {@link #decodeChecked(String)}; empty also if the payload would have more bytes than {@code limit}. */
    public static Optional<Bytes> decodeChecked(String text, int limit) {
        return decode(text, limit + CHECKSUM_BYTES)
                .filter(data -> data.length() >= CHECKSUM_BYTES)
                .filter(data -> checksum(data.slice(0, data.length() - CHECKSUM_BYTES))
                        .equals(data.from(data.length() - CHECKSUM_BYTES)))
                .map(data -> data.slice(0, data.length() - CHECKSUM_BYTES));
    }

    private static Bytes checksum(Bytes payload) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return Bytes.wrap(Arrays.copyOf(sha256.digest(sha256.digest(payload.toArray())), CHECKSUM_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
