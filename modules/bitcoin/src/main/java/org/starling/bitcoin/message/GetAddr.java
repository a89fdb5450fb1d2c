package org.starling.bitcoin.message;

import org.starling.bytes.ByteWriter;

/** Asks for addresses of other nodes. */
public record GetAddr() implements Message {
    public static final String TYPE = "getaddr";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {}
}
