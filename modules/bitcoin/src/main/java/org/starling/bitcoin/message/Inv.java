package org.starling.bitcoin.message;

import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;

/** Announces what the sender has. */
public record Inv(List<InventoryItem> items) implements Message {
    public static final String TYPE = "inv";

    public Inv {
        items = List.copyOf(items);
    }

    public static Inv read(ByteReader reader) throws MalformedException {
        return new Inv(InventoryItem.readAll(reader));
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        InventoryItem.writeAll(writer, items);
    }
}
