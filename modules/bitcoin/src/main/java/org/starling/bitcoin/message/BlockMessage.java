package org.starling.bitcoin.message;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Block;

/**
 * A block.
 *
 * @param serialized as it goes on the wire, with or without witnesses as was asked; kept so, that a block read from disk
 *     is sent without being taken apart
 */
public record BlockMessage(Bytes serialized) implements Message {
    public static final String TYPE = "block";

    public static BlockMessage read(ByteReader reader) throws MalformedException {
        return new BlockMessage(reader.bytes(reader.remaining()));
    }

    public Block block() throws MalformedException {
        return Block.read(serialized.reader());
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.bytes(serialized);
    }
}
