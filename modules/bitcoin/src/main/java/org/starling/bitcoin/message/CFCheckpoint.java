package org.starling.bitcoin.message;

import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;

/** The filter headers at every thousandth block up to {@code stop} (BIP-0157). */
public record CFCheckpoint(int filterType, Hash256 stop, List<Hash256> headers) implements FilterMessage {
    public static final String TYPE = "cfcheckpt";

    public CFCheckpoint {
        headers = List.copyOf(headers);
    }

    public static CFCheckpoint read(ByteReader reader) throws MalformedException {
        return new CFCheckpoint(reader.u8(), reader.hash256(), FilterMessage.readHashes(reader));
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.u8(filterType).hash256(stop);
        FilterMessage.writeHashes(writer, headers);
    }
}
