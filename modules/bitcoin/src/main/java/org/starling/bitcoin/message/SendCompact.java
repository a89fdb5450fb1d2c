package org.starling.bitcoin.message;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;

/**
 * The sender takes compact blocks of that version (BIP-0152).
 *
 * @param highBandwidth whether it wants new blocks in that form at once, not announced first
 * @param version 2 is the one in use: short ids of wtxids
 */
public record SendCompact(boolean highBandwidth, long version) implements Message {
    public static final String TYPE = "sendcmpct";

    public static SendCompact read(ByteReader reader) throws MalformedException {
        return new SendCompact(reader.u8() != 0, reader.i64());
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.u8(highBandwidth ? 1 : 0).i64(version);
    }
}
