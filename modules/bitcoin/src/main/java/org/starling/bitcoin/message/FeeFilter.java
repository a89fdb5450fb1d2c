package org.starling.bitcoin.message;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;

/** The sender wants no transactions that pay less, in satoshis per 1000 virtual bytes (BIP-0133). */
public record FeeFilter(long feeratePerKvb) implements Message {
    public static final String TYPE = "feefilter";

    public static FeeFilter read(ByteReader reader) throws MalformedException {
        return new FeeFilter(reader.i64());
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.i64(feeratePerKvb);
    }
}
