package org.starling.bitcoin.message;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;

/** Addresses of nodes on any network (BIP-0155). */
public record AddrV2(List<TimedAddress> addresses) implements Message {
    public static final String TYPE = "addrv2";

    public AddrV2 {
        addresses = List.copyOf(addresses);
    }

    public static AddrV2 read(ByteReader reader) throws MalformedException {
        int count = reader.count(TimedAddress.MIN_V2_BYTES);
        List<TimedAddress> addresses = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            addresses.add(TimedAddress.readV2(reader));
        }
        return new AddrV2(addresses);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        writer.compactSize(addresses.size());
        addresses.forEach(address -> address.writeV2(writer));
    }
}
