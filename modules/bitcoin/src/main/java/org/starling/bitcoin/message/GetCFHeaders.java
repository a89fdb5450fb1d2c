package org.starling.bitcoin.message;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;

/**
 * Asks for the hashes of the filters of the blocks from a height on to one that is named (BIP-0157).
 *
 * @param filterType 0 for the basic one
 */
public record GetCFHeaders(int filterType, long startHeight, Hash256 stop) implements FilterMessage {
    public static final String TYPE = "getcfheaders";

    public static GetCFHeaders read(ByteReader reader) throws MalformedException {
        return new GetCFHeaders(reader.u8(), reader.u32(), reader.hash256());
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.u8(filterType).u32(startHeight).hash256(stop);
    }
}
