package org.starling.bitcoin.message;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;

/**
 * Sets a Bloom filter: from now on only what it seems to hold is wanted (BIP-0037).
 *
 * @param bits of the filter, the lowest of each byte first
 * @param hashFunctions how many bits stand for an element
 * @param tweak makes the hash functions
 * @param flags when outpoints of matching outputs are added: 0 never, 1 always, 2 for bare keys only
 */
public record FilterLoad(Bytes bits, long hashFunctions, int tweak, int flags) implements BloomMessage {
    public static final String TYPE = "filterload";

    public static FilterLoad read(ByteReader reader) throws MalformedException {
        return new FilterLoad(reader.varBytes(), reader.u32(), reader.i32(), reader.u8());
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.varBytes(bits).u32(hashFunctions).i32(tweak).u8(flags);
    }
}
