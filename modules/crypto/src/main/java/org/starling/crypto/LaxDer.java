package org.starling.crypto;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/**
 * Reads a DER signature as leniently as the chain before BIP-0066 needs: lengths in long form and not minimal, integers
 * padded or without their sign byte, anything behind them. Consensus for blocks before that soft fork activated.
 */
final class LaxDer {
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int LONG_FORM = 0x80;

    private final Bytes der;
    private int at;

    private LaxDer(Bytes der) {
        this.der = der;
    }

    /** R and S in 32 bytes each, both zero if either takes more than 32; null if the bytes do not even read this way. */
    static byte @Nullable [] toCompact(Bytes der) {
        return new LaxDer(der).read();
    }

    private byte @Nullable [] read() {
        if (!tag(SEQUENCE) || !sequenceLength()) {
            return null;
        }
        byte[] compact = new byte[64];
        int fits = integer(compact, 0);
        if (fits < 0) {
            return null;
        }
        int alsoFits = integer(compact, 32);
        if (alsoFits < 0) {
            return null;
        }
        return fits == 1 && alsoFits == 1 ? compact : new byte[64];
    }

    private boolean tag(int tag) {
        return at < der.length() && der.unsigned(at++) == tag;
    }

    /** Steps over the sequence's length, whatever it says. */
    private boolean sequenceLength() {
        if (at == der.length()) {
            return false;
        }
        int first = der.unsigned(at++);
        if ((first & LONG_FORM) == 0) {
            return true;
        }
        int count = first - LONG_FORM;
        if (count > der.length() - at) {
            return false;
        }
        at += count;
        return true;
    }

    /** Copies an integer to the end of 32 bytes: 1 if it fits them, 0 if not, -1 if there is none. */
    private int integer(byte[] target, int offset) {
        if (!tag(INTEGER)) {
            return -1;
        }
        int length = integerLength();
        if (length < 0) {
            return -1;
        }
        int from = at;
        at += length;
        while (from < at && der.get(from) == 0) {
            from++;
        }
        int significant = at - from;
        if (significant > 32) {
            return 0;
        }
        der.slice(from, at).copyTo(target, offset + 32 - significant);
        return 1;
    }

    /** The length of an integer that lies wholly within the bytes, or -1. */
    private int integerLength() {
        if (at == der.length()) {
            return -1;
        }
        int length = der.unsigned(at++);
        if ((length & LONG_FORM) != 0) {
            int count = length - LONG_FORM;
            if (count > der.length() - at) {
                return -1;
            }
            while (count > 0 && der.get(at) == 0) {
                at++;
                count--;
            }
            // Four bytes would already be a length beyond any script.
            if (count > 3) {
                return -1;
            }
            length = 0;
            for (; count > 0; count--) {
                length = length << 8 | der.unsigned(at++);
            }
        }
        return length > der.length() - at ? -1 : length;
    }
}
