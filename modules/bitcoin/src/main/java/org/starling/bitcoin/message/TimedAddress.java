package org.starling.bitcoin.message;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.engine.NetAddress;
import org.starling.engine.NetworkType;

/**
 * An address as nodes tell it on.
 *
 * @param seenSeconds when the node was last seen, in seconds since 1970
 * @param services its service bits
 * @param address null if it is of a network that we do not know
 */
public record TimedAddress(
        long seenSeconds, long services, @Nullable NetAddress address) {
    static final int LEGACY_BYTES = 4 + 8 + 16 + 2;
    static final int MIN_V2_BYTES = 4 + 1 + 1 + 1 + 2;

    private static final int MAX_V2_ADDRESS_BYTES = 512;
    private static final Bytes IPV4_MAPPED = Bytes.fromHex("00000000000000000000ffff");

    static TimedAddress readLegacy(ByteReader reader) throws MalformedException {
        long seen = reader.u32();
        long services = reader.i64();
        return new TimedAddress(seen, services, NetAddress.ofIp(reader.bytes(16).compact(), reader.u16BigEndian()));
    }

    void writeLegacy(ByteWriter writer) {
        Bytes bytes = address == null ? null : address.legacyBytes();
        if (address == null || bytes == null) {
            throw new IllegalArgumentException("addr cannot carry " + address);
        }
        writer.u32(seenSeconds).i64(services).bytes(bytes).u16BigEndian(address.port());
    }

    /** BIP-0155. */
    static TimedAddress readV2(ByteReader reader) throws MalformedException {
        long seen = reader.u32();
        long services = reader.compactSizeOfAnyRange();
        NetworkType network = NetworkType.byId(reader.u8());
        int length = reader.compactSize();
        if (length > MAX_V2_ADDRESS_BYTES) {
            throw new MalformedException("Address too long: " + length + " > " + MAX_V2_ADDRESS_BYTES);
        }
        Bytes bytes = reader.bytes(length).compact();
        int port = reader.u16BigEndian();
        if (network == null) {
            return new TimedAddress(seen, services, null);
        }
        if (length != network.addressBytes()) {
            throw new MalformedException("BIP155 " + network.label() + " address with length " + length + " (should be "
                    + network.addressBytes() + ")");
        }
        // An IPv4 address has its own network number, and must not come a second way.
        boolean disguised = network == NetworkType.IPV6 && bytes.startsWith(IPV4_MAPPED);
        return new TimedAddress(seen, services, disguised ? null : new NetAddress(network, bytes, port));
    }

    /** BIP-0155. */
    void writeV2(ByteWriter writer) {
        if (address == null) {
            throw new IllegalArgumentException("no address");
        }
        writer.u32(seenSeconds)
                .compactSize(services)
                .u8(address.network().bip155Id())
                .varBytes(address.address())
                .u16BigEndian(address.port());
    }
}
