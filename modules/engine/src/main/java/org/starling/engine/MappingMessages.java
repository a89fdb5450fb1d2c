package org.starling.engine;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;

/**
 * The messages by which a host asks its gateway for a port: PCP's MAP and ANNOUNCE (RFC 6887, sections 7, 11 and 14.1), and
 * NAT-PMP's requests for the external address and for a mapping of TCP (RFC 6886, sections 3.2 and 3.3). Numbers are
 * big-endian.
 */
final class MappingMessages {
    /** Random bytes by which PCP knows the owner of a mapping. */
    static final int NONCE_BYTES = 12;

    static final int SUCCESS = 0;
    static final int UNSUPPORTED_VERSION = 1;

    private static final int NAT_PMP = 0;
    private static final int PCP = 2;
    private static final int TCP = 6;
    private static final int ANNOUNCE = 0;
    private static final int MAP = 1;
    private static final int NAT_PMP_ADDRESS = 0;
    private static final int NAT_PMP_MAP_TCP = 2;
    private static final int RESPONSE = 0x80;
    private static final int PCP_HEADER_BYTES = 24;
    private static final Bytes IPV4_MAPPED = Bytes.fromHex("00000000000000000000ffff");

    private MappingMessages() {}

    /** What a gateway says. The epoch counts seconds since it forgot all mappings. */
    sealed interface Reply {
        int result();

        long epochSeconds();

        /** A mapping was made or refused; on refusal the lifetime says for how long that will be so. */
        record PcpMapped(
                int result, long epochSeconds, long lifetimeSeconds, Bytes nonce, int internalPort, NetAddress external)
                implements Reply {}

        /** An announcement, or a refusal that says nothing about a mapping. */
        record PcpOther(int result, long epochSeconds) implements Reply {}

        record NatPmpAddress(int result, long epochSeconds, Bytes ip) implements Reply {}

        record NatPmpMapped(int result, long epochSeconds, int internalPort, int externalPort, long lifetimeSeconds)
                implements Reply {}

        /** A refusal without more: the gateway speaks this protocol, but not what it was asked. */
        record NatPmpOther(int result, long epochSeconds) implements Reply {}
    }

    /** Asks for a mapping of a TCP port; lifetime 0 ends it. */
    static Bytes pcpMap(Bytes client, Bytes nonce, int port, int suggestedPort, long lifetimeSeconds) {
        ByteWriter writer = new ByteWriter().u8(PCP).u8(MAP).u8(0).u8(0);
        u32(writer, lifetimeSeconds);
        writer.bytes(wide(client)).bytes(nonce).u8(TCP).u8(0).u8(0).u8(0);
        writer.u16BigEndian(port).u16BigEndian(suggestedPort);
        return writer.bytes(wide(Bytes.wrap(new byte[client.length()]))).toBytes();
    }

    /** Asks for the gateway's address on the outside. */
    static Bytes natPmpAddress() {
        return Bytes.copyOf((byte) NAT_PMP, (byte) NAT_PMP_ADDRESS);
    }

    /** Asks for a mapping of a TCP port; lifetime 0 ends it. */
    static Bytes natPmpMap(int port, int suggestedPort, long lifetimeSeconds) {
        ByteWriter writer =
                new ByteWriter().u8(NAT_PMP).u8(NAT_PMP_MAP_TCP).u8(0).u8(0);
        writer.u16BigEndian(port).u16BigEndian(suggestedPort);
        return u32(writer, lifetimeSeconds).toBytes();
    }

    /** Reads a reply; null if it is none of those known. */
    static @Nullable Reply read(Bytes data) throws MalformedException {
        ByteReader reader = data.reader();
        int version = reader.u8();
        int opcode = reader.u8() - RESPONSE;
        return switch (version) {
            case PCP -> pcp(reader, opcode);
            case NAT_PMP -> natPmp(reader, opcode);
            default -> null;
        };
    }

    private static @Nullable Reply pcp(ByteReader reader, int opcode) throws MalformedException {
        reader.skip(1);
        int result = reader.u8();
        long lifetime = u32(reader);
        long epoch = u32(reader);
        reader.skip(PCP_HEADER_BYTES - 12);
        if (opcode == ANNOUNCE || opcode == MAP && result == UNSUPPORTED_VERSION) {
            return new Reply.PcpOther(result, epoch);
        }
        if (opcode != MAP) {
            return null;
        }
        Bytes nonce = reader.bytes(NONCE_BYTES).compact();
        int protocol = reader.u8();
        reader.skip(3);
        int internalPort = reader.u16BigEndian();
        int externalPort = reader.u16BigEndian();
        NetAddress external = NetAddress.ofIp(reader.bytes(16).compact(), externalPort);
        return protocol == TCP ? new Reply.PcpMapped(result, epoch, lifetime, nonce, internalPort, external) : null;
    }

    private static @Nullable Reply natPmp(ByteReader reader, int opcode) throws MalformedException {
        int result = reader.u16BigEndian();
        long epoch = u32(reader);
        if (opcode == NAT_PMP_ADDRESS && result == SUCCESS) {
            return new Reply.NatPmpAddress(result, epoch, reader.bytes(4).compact());
        }
        if (opcode == NAT_PMP_MAP_TCP && result == SUCCESS) {
            return new Reply.NatPmpMapped(result, epoch, reader.u16BigEndian(), reader.u16BigEndian(), u32(reader));
        }
        return opcode >= 0 && result != SUCCESS ? new Reply.NatPmpOther(result, epoch) : null;
    }

    private static Bytes wide(Bytes ip) {
        return ip.length() == 4 ? Bytes.concat(IPV4_MAPPED, ip) : ip;
    }

    private static ByteWriter u32(ByteWriter writer, long value) {
        return writer.u16BigEndian((int) (value >>> 16)).u16BigEndian((int) (value & 0xffff));
    }

    private static long u32(ByteReader reader) throws MalformedException {
        long high = reader.u16BigEndian();
        return high << 16 | reader.u16BigEndian();
    }
}
