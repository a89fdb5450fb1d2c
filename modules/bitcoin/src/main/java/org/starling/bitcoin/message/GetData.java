package org.starling.bitcoin.message;

import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;

/** Asks for what was announced. */
public record GetData(List<InventoryItem> items) implements Message {
    public static final String TYPE = "getdata";

    public GetData {
        items = List.copyOf(items);
    }

    public static GetData read(ByteReader reader) throws MalformedException {
        return new GetData(InventoryItem.readAll(reader));
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
