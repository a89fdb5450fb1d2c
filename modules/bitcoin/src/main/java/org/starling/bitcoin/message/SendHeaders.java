package org.starling.bitcoin.message;

import org.starling.bytes.ByteWriter;

/** The sender wants new blocks announced by their headers (BIP-0130). */
public record SendHeaders() implements Message {
    public static final String TYPE = "sendheaders";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {}
}
