package org.starling.bitcoin.message;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;

/**
 * Asks for the filter headers at every thousandth block up to one that is named (BIP-0157).
 *
 * @param filterType 0 for the basic one
 */
public record GetCFCheckpoint(int filterType, Hash256 stop) implements FilterMessage {
    public static final String TYPE = "getcfcheckpt";

    public static GetCFCheckpoint read(ByteReader reader) throws MalformedException {
        return new GetCFCheckpoint(reader.u8(), reader.hash256());
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.u8(filterType).hash256(stop);
    }
}
