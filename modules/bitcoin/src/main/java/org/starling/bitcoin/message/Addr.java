package org.starling.bitcoin.message;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;

/** Addresses of nodes, in the form that carries IPv4 and IPv6 only. */
public record Addr(List<TimedAddress> addresses) implements Message {
    public static final String TYPE = "addr";

    public Addr {
        addresses = List.copyOf(addresses);
    }

    public static Addr read(ByteReader reader) throws MalformedException {
        int count = reader.count(TimedAddress.LEGACY_BYTES);
        List<TimedAddress> addresses = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            addresses.add(TimedAddress.readLegacy(reader));
        }
        return new Addr(addresses);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.compactSize(addresses.size());
        addresses.forEach(address -> address.writeLegacy(writer));
    }
}
