package org.starling.bitcoin.message;

import org.starling.bytes.ByteWriter;

/** The sender wants {@code addrv2} (BIP-0155); only before verack. */
public record SendAddrV2() implements Message {
    public static final String TYPE = "sendaddrv2";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {}
}
