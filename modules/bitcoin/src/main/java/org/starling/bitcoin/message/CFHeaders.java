package org.starling.bitcoin.message;

import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;

/**
 * Hashes of filters, and the filter header before the first, from which the headers follow (BIP-0157).
 *
 * @param stop the last block
 */
public record CFHeaders(int filterType, Hash256 stop, Hash256 previousHeader, List<Hash256> filterHashes)
        implements FilterMessage {
    public static final String TYPE = "cfheaders";

    public CFHeaders {
        filterHashes = List.copyOf(filterHashes);
    }

    public static CFHeaders read(ByteReader reader) throws MalformedException {
        return new CFHeaders(reader.u8(), reader.hash256(), reader.hash256(), FilterMessage.readHashes(reader));
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.u8(filterType).hash256(stop).hash256(previousHeader);
        FilterMessage.writeHashes(writer, filterHashes);
    }
}
