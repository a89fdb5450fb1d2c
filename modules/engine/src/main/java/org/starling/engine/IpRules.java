package org.starling.engine;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/** Special address ranges, each by the RFC that sets it apart. */
final class IpRules {
    static final Bytes LOOPBACK_V6 = Bytes.fromHex("00000000000000000000000000000001");

    /** Core's prefix of addresses that stand for names. */
    static final Bytes INTERNAL = Bytes.fromHex("fd6b88c08724");

    private static final Bytes ZERO_V6 = Bytes.wrap(new byte[16]);

    // Prefixes of IPv6: hexadecimal digits and bits that count.
    private static final Prefix[] UNROUTABLE_V6 = {
        Prefix.of("20010db8", 32), // RFC 3849 documentation
        Prefix.of("fe80000000000000", 64), // RFC 4862 link-local
        Prefix.of("fc", 7), // RFC 4193 unique local
        Prefix.of("20010010", 28), // RFC 4843 ORCHID
        Prefix.of("20010020", 28), // RFC 7343 ORCHIDv2
        Prefix.of("fd87d87eeb43", 48), // retired Tor v2 embedding
        Prefix.of("fd6b88c08724", 48), // Core's embedding of internal names
    };

    private static final Prefix[] UNROUTABLE_V4 = {
        Prefix.of("00", 8), // RFC 1122 this network
        Prefix.of("0a", 8), // RFC 1918 private
        Prefix.of("ac10", 12), // RFC 1918 private
        Prefix.of("c0a8", 16), // RFC 1918 private
        Prefix.of("c612", 15), // RFC 2544 benchmarks
        Prefix.of("a9fe", 16), // RFC 3927 link-local
        Prefix.of("6440", 10), // RFC 6598 carrier NAT
        Prefix.of("c00002", 24), // RFC 5737 documentation
        Prefix.of("c63364", 24), // RFC 5737 documentation
        Prefix.of("cb0071", 24), // RFC 5737 documentation
        Prefix.of("7f", 8), // loopback
    };

    private static final Prefix NAT64 = Prefix.of("0064ff9b0000000000000000", 96); // RFC 6052
    private static final Prefix TRANSLATED = Prefix.of("0000000000000000ffff0000", 96); // RFC 6145
    private static final Prefix SIX_TO_FOUR = Prefix.of("2002", 16); // RFC 3964
    private static final Prefix TEREDO = Prefix.of("20010000", 32); // RFC 4380
    private static final Prefix HURRICANE = Prefix.of("20010470", 32); // one provider hands out /48s freely

    private IpRules() {}

    private record Prefix(Bytes bytes, int bits) {
        static Prefix of(String hex, int bits) {
            return new Prefix(Bytes.fromHex(hex), bits);
        }

        boolean matches(Bytes address) {
            int whole = bits / 8;
            for (int i = 0; i < whole; i++) {
                if (address.get(i) != bytes.get(i)) {
                    return false;
                }
            }
            int rest = bits % 8;
            return rest == 0 || (address.get(whole) ^ bytes.get(whole)) >> 8 - rest == 0;
        }
    }

    private static boolean matchesAny(Prefix[] prefixes, Bytes address) {
        for (Prefix prefix : prefixes) {
            if (prefix.matches(address)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the address can belong to one host of the public network. */
    static boolean routable(NetAddress address) {
        Bytes bytes = address.address();
        return switch (address.network()) {
            case IPV4 ->
                !matchesAny(UNROUTABLE_V4, bytes)
                        && !(bytes.get(0) == -1 && bytes.get(1) == -1 && bytes.get(2) == -1 && bytes.get(3) == -1);
            case IPV6 -> !bytes.equals(ZERO_V6) && !bytes.equals(LOOPBACK_V6) && !matchesAny(UNROUTABLE_V6, bytes);
            case TORV3, I2P -> true;
            case CJDNS -> bytes.unsigned(0) == 0xfc;
        };
    }

    /**
     * The part of the network that one operator is likely to hold: /16 of IPv4 (also when carried inside IPv6), /32 of
     * IPv6 (/36 of Hurricane Electric's), 4 bits of Tor and I2P, 4 bits after CJDNS's constant first byte.
     */
    static Bytes group(NetAddress address) {
        Bytes bytes = address.address();
        return switch (address.network()) {
            case IPV4 -> tagged(NetworkType.IPV4, bytes.slice(0, 2));
            case IPV6 -> groupV6(bytes);
            case TORV3 -> tagged(NetworkType.TORV3, Bytes.copyOf((byte) (bytes.get(0) | 0x0f)));
            case I2P -> tagged(NetworkType.I2P, Bytes.copyOf((byte) (bytes.get(0) | 0x0f)));
            case CJDNS -> tagged(NetworkType.CJDNS, Bytes.copyOf(bytes.get(0), (byte) (bytes.get(1) | 0x0f)));
        };
    }

    /** The IPv4 address that an IPv6 one stands for or is reached through; null if there is none. */
    static @Nullable Bytes embeddedIpv4(Bytes bytes) {
        if (NAT64.matches(bytes) || TRANSLATED.matches(bytes)) {
            return bytes.slice(12, 16);
        }
        if (SIX_TO_FOUR.matches(bytes)) {
            return bytes.slice(2, 6);
        }
        if (TEREDO.matches(bytes)) {
            return Bytes.copyOf(
                    (byte) ~bytes.get(12), (byte) ~bytes.get(13), (byte) ~bytes.get(14), (byte) ~bytes.get(15));
        }
        return null;
    }

    static boolean isTeredo(Bytes address) {
        return TEREDO.matches(address);
    }

    private static Bytes groupV6(Bytes bytes) {
        if (bytes.startsWith(INTERNAL)) {
            return tagged(NetworkType.IPV6, bytes);
        }
        Bytes inner = embeddedIpv4(bytes);
        if (inner != null) {
            return tagged(NetworkType.IPV4, inner.slice(0, 2));
        }
        if (HURRICANE.matches(bytes)) {
            return tagged(
                    NetworkType.IPV6, Bytes.concat(bytes.slice(0, 4), Bytes.copyOf((byte) (bytes.get(4) | 0x0f))));
        }
        return tagged(NetworkType.IPV6, bytes.slice(0, 4));
    }

    private static Bytes tagged(NetworkType type, Bytes bytes) {
        return Bytes.concat(Bytes.copyOf((byte) type.bip155Id()), bytes);
    }
}
