package org.starling.bitcoin.message;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;

/**
 * Asks for the announcement of the blocks that follow the first known block of the locator.
 *
 * @param version the sender's protocol version
 * @param locator hashes of the sender's chain, latest first
 * @param stop the last block wanted, or zero
 */
public record GetBlocks(int version, List<Hash256> locator, Hash256 stop) implements Message {
    public static final String TYPE = "getblocks";

    public GetBlocks {
        locator = List.copyOf(locator);
    }

    public static GetBlocks read(ByteReader reader) throws MalformedException {
        int version = reader.i32();
        int count = reader.count(Hash256.BYTES);
        List<Hash256> locator = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            locator.add(reader.hash256());
        }
        return new GetBlocks(version, locator, reader.hash256());
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
