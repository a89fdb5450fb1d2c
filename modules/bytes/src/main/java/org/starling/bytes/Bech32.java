package org.starling.bytes;

import java.util.Locale;
import java.util.Optional;

/** Bech32 (BIP-0173) and Bech32m (BIP-0350): a human-readable part, five-bit groups and a six-character checksum. */
public final class Bech32 {
    /** Longest text that an address may have. */
    public static final int MAX_LENGTH = 90;

    private static final String ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private static final int CHECKSUM_LENGTH = 6;
    private static final int[] GENERATOR = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};

    private Bech32() {}

    /** The two checksum variants. */
    public enum Variant {
        BECH32(1),
        BECH32M(0x2bc830a3);

        private final int constant;

        Variant(int constant) {
            this.constant = constant;
        }
    }

    /** What a text decodes to: {@code data} holds one five-bit group per byte, without the checksum. */
    public record Decoded(Variant variant, String humanReadablePart, Bytes data) {}

    /** Joins a lower-case human-readable part and five-bit groups. */
    public static String encode(Variant variant, String humanReadablePart, Bytes data) {
        StringBuilder text = new StringBuilder(humanReadablePart).append('1');
        int checksum = polymod(humanReadablePart, data, new byte[CHECKSUM_LENGTH]) ^ variant.constant;
        for (int i = 0; i < data.length(); i++) {
            text.append(ALPHABET.charAt(data.get(i)));
        }
        for (int i = 0; i < CHECKSUM_LENGTH; i++) {
            text.append(ALPHABET.charAt(checksum >>> 5 * (5 - i) & 31));
        }
        return text.toString();
    }

    /** Empty unless the text is of one case, well-formed, of at most {@link #MAX_LENGTH} characters and checks. */
    public static Optional<Decoded> decode(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        boolean oneCase = text.equals(lower) || text.equals(text.toUpperCase(Locale.ROOT));
        int separator = lower.lastIndexOf('1');
        if (!oneCase
                || text.length() > MAX_LENGTH
                || separator < 1
                || separator + 1 + CHECKSUM_LENGTH > text.length()) {
            return Optional.empty();
        }
        String humanReadablePart = lower.substring(0, separator);
        for (int i = 0; i < separator; i++) {
            if (humanReadablePart.charAt(i) < 33 || humanReadablePart.charAt(i) > 126) {
                return Optional.empty();
            }
        }
        byte[] groups = new byte[lower.length() - separator - 1];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = (byte) ALPHABET.indexOf(lower.charAt(separator + 1 + i));
            if (groups[i] < 0) {
                return Optional.empty();
            }
        }
        Bytes all = Bytes.wrap(groups);
        int remainder = polymod(humanReadablePart, all, new byte[0]);
        for (Variant variant : Variant.values()) {
            if (remainder == variant.constant) {
                Bytes data = all.slice(0, groups.length - CHECKSUM_LENGTH);
                return Optional.of(new Decoded(variant, humanReadablePart, data));
            }
        }
        return Optional.empty();
    }

    /** Bytes as five-bit groups, the last one filled with zero bits. */
    public static Bytes toGroups(Bytes bytes) {
        byte[] groups = new byte[(bytes.length() * 8 + 4) / 5];
        for (int i = 0; i < groups.length; i++) {
            int bit = i * 5;
            int high = bytes.unsigned(bit / 8);
            int low = bit / 8 + 1 < bytes.length() ? bytes.unsigned(bit / 8 + 1) : 0;
            groups[i] = (byte) ((high << 8 | low) >>> 11 - bit % 8 & 31);
        }
        return Bytes.wrap(groups);
    }

    /** Five-bit groups as bytes; empty if a whole group or a set bit would be left over. */
    public static Optional<Bytes> fromGroups(Bytes groups) {
        byte[] bytes = new byte[groups.length() * 5 / 8];
        int pending = 0;
        int bits = 0;
        int at = 0;
        for (int i = 0; i < groups.length(); i++) {
            pending = (pending << 5 | groups.get(i)) & 0xfff;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                bytes[at++] = (byte) (pending >>> bits);
            }
        }
        boolean leftover = bits >= 5 || (pending & (1 << bits) - 1) != 0;
        return leftover ? Optional.empty() : Optional.of(Bytes.wrap(bytes));
    }

    private static int polymod(String humanReadablePart, Bytes data, byte[] padding) {
        int check = 1;
        for (int i = 0; i < humanReadablePart.length(); i++) {
            check = step(check, humanReadablePart.charAt(i) >>> 5);
        }
        check = step(check, 0);
        for (int i = 0; i < humanReadablePart.length(); i++) {
            check = step(check, humanReadablePart.charAt(i) & 31);
        }
        for (int i = 0; i < data.length(); i++) {
            check = step(check, data.get(i));
        }
        for (byte group : padding) {
            check = step(check, group);
        }
        return check;
    }

    private static int step(int check, int group) {
        int top = check >>> 25;
        int next = (check & 0x1ffffff) << 5 ^ group;
        for (int i = 0; i < GENERATOR.length; i++) {
            if ((top >>> i & 1) != 0) {
                next ^= GENERATOR[i];
            }
        }
        return next;
    }
}
