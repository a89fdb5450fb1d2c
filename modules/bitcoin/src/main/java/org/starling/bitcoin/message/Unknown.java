package org.starling.bitcoin.message;

import org.starling.bytes.ByteWriter;

/** A message of a type that we do not speak; ignored. */
public record Unknown(String type) implements Message {
    @Override
    public void write(ByteWriter writer) {
        throw new UnsupportedOperationException(type);
    }
}
