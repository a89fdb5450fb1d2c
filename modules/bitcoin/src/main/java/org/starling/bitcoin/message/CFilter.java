package org.starling.bitcoin.message;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;

/** The filter of a block (BIP-0157). */
public record CFilter(int filterType, Hash256 block, Bytes filter) implements FilterMessage {
    public static final String TYPE = "cfilter";

    public static CFilter read(ByteReader reader) throws MalformedException {
        return new CFilter(reader.u8(), reader.hash256(), reader.varBytes());
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.u8(filterType).hash256(block).varBytes(filter);
    }
}
