package org.starling.bitcoin.message;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;

/**
 * Asks for the headers that follow the first known block of the locator.
 *
 * @param version the sender's protocol version
 * @param locator hashes of the sender's chain, latest first
 * @param stop the last block wanted, or zero
 */
public record GetHeaders(int version, List<Hash256> locator, Hash256 stop) implements Message {
    public static final String TYPE = "getheaders";

    public GetHeaders {
        locator = List.copyOf(locator);
    }

    public static GetHeaders read(ByteReader reader) throws MalformedException {
        int version = reader.i32();
        int count = reader.count(Hash256.BYTES);
        List<Hash256> locator = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            locator.add(reader.hash256());
        }
        return new GetHeaders(version, locator, reader.hash256());
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.i32(version).compactSize(locator.size());
        locator.forEach(writer::hash256);
        writer.hash256(stop);
    }
}
