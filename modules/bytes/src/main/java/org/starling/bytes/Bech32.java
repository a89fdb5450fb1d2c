package org.starling.bytes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
        int separator = text.lastIndexOf('1');
        if (text.length() > MAX_LENGTH || !strangeCharacters(text).isEmpty() || !isSeparator(text, separator)) {
            return Optional.empty();
        }
        String lower = text.toLowerCase(Locale.ROOT);
        String humanReadablePart = lower.substring(0, separator);
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

    private static boolean isSeparator(String text, int at) {
        return at >= 1 && at + 1 + CHECKSUM_LENGTH <= text.length();
    }

    // Where characters are not printable ASCII, or of another case than the first letter.
    private static List<Integer> strangeCharacters(String text) {
        List<Integer> positions = new ArrayList<>();
        boolean lower = false;
        boolean upper = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isLower = c >= 'a' && c <= 'z';
            boolean isUpper = c >= 'A' && c <= 'Z';
            if (c < 33 || c > 126 || isLower && upper || isUpper && lower) {
                positions.add(i);
            }
            lower |= isLower && !upper;
            upper |= isUpper && !lower;
        }
        return positions;
    }

    /** What is wrong with a text, and at which characters if that can be told (at most two wrong ones can be). */
    public record Errors(String message, List<Integer> positions) {
        public Errors {
            positions = List.copyOf(positions);
        }
    }

    /**
     * Finds where a text that does not decode is likely mistyped. The message is empty if nothing is wrong. It does not
     * say what should stand there: who mistyped an address must look it up again.
     */
    public static Errors locateErrors(String text) {
        if (text.length() > MAX_LENGTH) {
            List<Integer> surplus = new ArrayList<>();
            for (int i = MAX_LENGTH; i < text.length(); i++) {
                surplus.add(i);
            }
            return new Errors("Bech32 string too long", surplus);
        }
        List<Integer> strange = strangeCharacters(text);
        if (!strange.isEmpty()) {
            return new Errors("Invalid character or mixed case", strange);
        }
        int separator = text.lastIndexOf('1');
        if (separator < 0) {
            return new Errors("Missing separator", List.of());
        }
        if (!isSeparator(text, separator)) {
            return new Errors("Invalid separator position", List.of(separator));
        }
        String lower = text.toLowerCase(Locale.ROOT);
        byte[] groups = new byte[text.length() - separator - 1];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = (byte) ALPHABET.indexOf(lower.charAt(separator + 1 + i));
            if (groups[i] < 0) {
                return new Errors("Invalid Base 32 character", List.of(separator + 1 + i));
            }
        }
        return locateByChecksum(
                text.length(), polymod(lower.substring(0, separator), Bytes.wrap(groups), new byte[0]), groups.length);
    }

    // Takes the variant by which fewer characters are wrong; the text may be of either.
    private static Errors locateByChecksum(int textLength, int remainder, int groups) {
        List<Integer> best = List.of();
        String message = "Invalid checksum";
        for (Variant variant : Variant.values()) {
            int residue = remainder ^ variant.constant;
            if (residue == 0) {
                return new Errors("", List.of());
            }
            List<Integer> found = wrongGroups(residue, groups).stream()
                    .map(fromTheRight -> textLength - 1 - fromTheRight)
                    .sorted()
                    .toList();
            if (!found.isEmpty() && (best.isEmpty() || found.size() < best.size())) {
                best = found;
                message = variant == Variant.BECH32 ? "Invalid Bech32 checksum" : "Invalid Bech32m checksum";
            }
        }
        return new Errors(message, best);
    }

    // One or two groups, counted from the right, whose change explains the residue. The code's distance makes the
    // answer unique for texts of this length.
    private static List<Integer> wrongGroups(int residue, int groups) {
        Map<Integer, Integer> positionOfResidue = new HashMap<>();
        int[][] residues = new int[groups][32];
        for (int error = 1; error < 32; error++) {
            int contribution = error;
            for (int position = 0; position < groups; position++) {
                residues[position][error] = contribution;
                positionOfResidue.put(contribution, position);
                contribution = step(contribution, 0);
            }
        }
        Integer single = positionOfResidue.get(residue);
        if (single != null) {
            return List.of(single);
        }
        for (int position = 0; position < groups; position++) {
            for (int error = 1; error < 32; error++) {
                Integer other = positionOfResidue.get(residue ^ residues[position][error]);
                if (other != null && other != position) {
                    return List.of(position, other);
                }
            }
        }
        return List.of();
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
