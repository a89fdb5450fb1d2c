package org.starling.wallet;

/** The eight characters after {@code #} that find mistakes in a descriptor (BIP-0380). */
public final class DescriptorChecksum {
    /** Ordered so that a wrong case or a near character changes a symbol by a multiple of 32. */
    private static final String INPUT = "0123456789()[],'/*abcdefgh@:$%{}"
            + "IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~"
            + "ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";

    private static final String OUTPUT = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

    private static final long[] GENERATOR = {0xf5dee51989L, 0xa9fdca3312L, 0x1bab10e32dL, 0x3706b1677aL, 0x644d626ffdL};

    private DescriptorChecksum() {}

    /** The checksum of the text before {@code #}; empty if it has a character that no descriptor has. */
    public static String of(String text) {
        long state = 1;
        int group = 0;
        int inGroup = 0;
        for (int i = 0; i < text.length(); i++) {
            int position = INPUT.indexOf(text.charAt(i));
            if (position < 0) {
                return "";
            }
            state = step(state, position & 31);
            group = group * 3 + (position >> 5);
            if (++inGroup == 3) {
                state = step(state, group);
                group = 0;
                inGroup = 0;
            }
        }
        if (inGroup > 0) {
            state = step(state, group);
        }
        for (int i = 0; i < 8; i++) {
            state = step(state, 0);
        }
        state ^= 1;
        StringBuilder checksum = new StringBuilder(8);
        for (int i = 7; i >= 0; i--) {
            checksum.append(OUTPUT.charAt((int) (state >> 5 * i) & 31));
        }
        return checksum.toString();
    }

    /** The text with its checksum. */
    static String append(String text) {
        return text + "#" + of(text);
    }

    private static long step(long state, int symbol) {
        int top = (int) (state >> 35);
        long next = (state & 0x7ffffffffL) << 5 ^ symbol;
        for (int i = 0; i < GENERATOR.length; i++) {
            if ((top >> i & 1) != 0) {
                next ^= GENERATOR[i];
            }
        }
        return next;
    }
}
