package org.starling.bitcoin.message;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;

/** Adds an element to the Bloom filter (BIP-0037). */
public record FilterAdd(Bytes element) implements BloomMessage {
    public static final String TYPE = "filteradd";

    public static FilterAdd read(ByteReader reader) throws MalformedException {
        return new FilterAdd(reader.varBytes());
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.varBytes(element);
    }
}
