package org.starling.bitcoin.message;

import org.starling.bytes.ByteWriter;

/** Ends the sender's part of the handshake. */
public record Verack() implements Message {
    public static final String TYPE = "verack";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {}
}
