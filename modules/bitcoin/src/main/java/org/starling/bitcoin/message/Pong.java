package org.starling.bitcoin.message;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;

/** Answers a ping, with its nonce (BIP-0031). */
public record Pong(long nonce) implements Message {
    public static final String TYPE = "pong";

    public static Pong read(ByteReader reader) throws MalformedException {
        return new Pong(reader.i64());
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.i64(nonce);
    }
}
