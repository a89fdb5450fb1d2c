package org.starling.bytes;

import java.util.HexFormat;

/** Hexadecimal digits: written in lower case, read in either. */
public final class Hex {
    private static final HexFormat FORMAT = HexFormat.of();

    private Hex() {}

    public static String encode(byte[] bytes) {
        return FORMAT.formatHex(bytes);
    }

    public static String encode(byte[] bytes, int offset, int length) {
        return FORMAT.formatHex(bytes, offset, offset + length);
    }

    /** Throws {@link IllegalArgumentException}, saying what is wrong, unless the text is an even number of digits. */
    public static byte[] decode(CharSequence hex) {
        return FORMAT.parseHex(hex);
    }

    /** Whether the text is an even number of hexadecimal digits. The empty text is. */
    public static boolean isHex(CharSequence text) {
        if (text.length() % 2 != 0) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (!HexFormat.isHexDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
