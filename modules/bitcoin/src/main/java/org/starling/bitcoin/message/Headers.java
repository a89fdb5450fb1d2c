package org.starling.bitcoin.message;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;
import org.starling.consensus.BlockHeader;

/** Headers, each on top of the one before; on the wire each is followed by a zero transaction count. */
public record Headers(List<BlockHeader> headers) implements Message {
    public static final String TYPE = "headers";

    public Headers {
        headers = List.copyOf(headers);
    }

    public static Headers read(ByteReader reader) throws MalformedException {
        int count = reader.count(BlockHeader.BYTES + 1);
        List<BlockHeader> headers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            headers.add(BlockHeader.read(reader));
            reader.compactSize();
        }
        return new Headers(headers);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.compactSize(headers.size());
        for (BlockHeader header : headers) {
            header.write(writer);
            writer.compactSize(0);
        }
    }
}
