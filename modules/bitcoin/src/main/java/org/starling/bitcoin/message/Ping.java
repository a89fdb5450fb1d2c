package org.starling.bitcoin.message;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;

/** Asks for a pong with this nonce (BIP-0031). */
public record Ping(long nonce) implements Message {
    public static final String TYPE = "ping";

    public static Ping read(ByteReader reader) throws MalformedException {
        return new Ping(reader.i64());
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
