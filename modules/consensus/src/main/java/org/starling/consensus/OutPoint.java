package org.starling.consensus;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;

/** Names a transaction output: 32 bytes txid and a 4-byte index (unsigned, kept in an int). */
public record OutPoint(Hash256 txid, int index) implements Comparable<OutPoint> {
    public static final int BYTES = 36;

    /** What a coinbase spends: txid zero and index 2^32 - 1. */
    public static final OutPoint NULL = new OutPoint(Hash256.ZERO, -1);

    public static OutPoint read(ByteReader reader) throws MalformedException {
        return new OutPoint(reader.hash256(), reader.i32());
    }

    public void write(ByteWriter writer) {
        writer.hash256(txid).i32(index);
    }

    public boolean isNull() {
        return index == -1 && txid.isZero();
    }

    @Override
    public int compareTo(OutPoint other) {
        int order = txid.compareTo(other.txid);
        return order == 0 ? Integer.compareUnsigned(index, other.index) : order;
    }

    @Override
    public int hashCode() {
        return txid.hashCode() * 31 + index;
    }

    @Override
    public String toString() {
        return txid + ":" + Integer.toUnsignedString(index);
    }
}
