package org.starling.bitcoin.message;

import org.starling.bytes.ByteWriter;

/** Transactions are announced by wtxid (BIP-0339); only before verack. */
public record WtxidRelay() implements Message {
    public static final String TYPE = "wtxidrelay";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {}
}
