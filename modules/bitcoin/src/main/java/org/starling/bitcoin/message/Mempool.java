package org.starling.bitcoin.message;

import org.starling.bytes.ByteWriter;

/** Asks for the announcement of all transactions in the mempool (BIP-0035). */
public record Mempool() implements Message {
    public static final String TYPE = "mempool";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {}
}
