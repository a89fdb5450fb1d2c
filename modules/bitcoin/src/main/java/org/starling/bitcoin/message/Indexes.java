package org.starling.bitcoin.message;

import org.starling.bytes.ByteReader;
import org.starling.bytes.MalformedException;

/** Positions of transactions in a block as BIP-0152 writes them: each as the distance from the one after the last. */
final class Indexes {
    /** The greatest that fits into 16 bits. */
    static final int GREATEST = 0xffff;

    private Indexes() {}

    /** The next position after {@code last}, which is -1 before the first. */
    static int read(ByteReader reader, int last) throws MalformedException {
        long index = last + 1 + reader.compactSizeOfAnyRange();
        if (index < 0 || index > GREATEST) {
            throw new MalformedException("index overflowed 16 bits");
        }
        return (int) index;
    }
}
