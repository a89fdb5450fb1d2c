package org.starling.bitcoin.message;

import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;

/** Answers a getdata for what the sender does not have. */
public record NotFound(List<InventoryItem> items) implements Message {
    public static final String TYPE = "notfound";

    public NotFound {
        items = List.copyOf(items);
    }

    public static NotFound read(ByteReader reader) throws MalformedException {
        return new NotFound(InventoryItem.readAll(reader));
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
