package org.starling.bitcoin.message;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;

/**
 * Asks for the filters of the blocks from a height on to one that is named (BIP-0157).
 *
 * @param filterType 0 for the basic one
 */
public record GetCFilters(int filterType, long startHeight, Hash256 stop) implements FilterMessage {
    public static final String TYPE = "getcfilters";

    public static GetCFilters read(ByteReader reader) throws MalformedException {
        return new GetCFilters(reader.u8(), reader.u32(), reader.hash256());
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
