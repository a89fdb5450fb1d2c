package org.starling.bitcoin.message;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;

/** Answers a ping, with its nonce (BIP-0031); null for a peer that leaves it out. */
public record Pong(@Nullable Long nonce) implements Message {
    public static final String TYPE = "pong";

    public static Pong read(ByteReader reader) throws MalformedException {
        return new Pong(reader.remaining() < Long.BYTES ? null : reader.i64());
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        if (nonce != null) {
            writer.i64(nonce);
        }
    }
}
