package org.starling.bitcoin.message;

import org.starling.bytes.ByteWriter;

/** Takes the Bloom filter back: everything is wanted again (BIP-0037). */
public record FilterClear() implements BloomMessage {
    public static final String TYPE = "filterclear";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {}
}
