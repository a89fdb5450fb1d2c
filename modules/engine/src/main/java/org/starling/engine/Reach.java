package org.starling.engine;

import org.starling.bytes.Bytes;

/** How well an address is reached from a peer's network, the worst first; the table is Core's. */
enum Reach {
    UNREACHABLE,
    DEFAULT,
    TEREDO,
    TUNNELLED_IPV6,
    IPV4,
    IPV6,
    /** Within a network of its own. */
    PRIVATE;

    /** @param through the network by which the peer and we are linked */
    static Reach of(NetAddress ours, NetAddress peer, NetworkType through, Routability routability) {
        if (!routability.routable(ours)) {
            return UNREACHABLE;
        }
        boolean teredo = ours.network() == NetworkType.IPV6 && IpRules.isTeredo(ours.address());
        if (through.hides()) {
            return inHidingNetwork(ours, through);
        }
        if (!routability.routable(peer) || peer.network() == NetworkType.IPV6 && IpRules.isTeredo(peer.address())) {
            return fromWeakAddress(ours, teredo);
        }
        return switch (through) {
            case IPV4 -> ours.network() == NetworkType.IPV4 ? IPV4 : DEFAULT;
            case IPV6 -> fromIpv6(ours, teredo);
            case CJDNS -> ours.network() == NetworkType.CJDNS ? PRIVATE : DEFAULT;
            case TORV3, I2P -> throw new AssertionError(through);
        };
    }

    private static Reach inHidingNetwork(NetAddress ours, NetworkType through) {
        if (ours.network() == through) {
            return PRIVATE;
        }
        return through == NetworkType.TORV3 && ours.network() == NetworkType.IPV4 ? IPV4 : DEFAULT;
    }

    private static Reach fromIpv6(NetAddress ours, boolean teredo) {
        return switch (ours.network()) {
            case IPV4 -> IPV4;
            case IPV6 -> teredo ? TEREDO : isTunnelled(ours.address()) ? TUNNELLED_IPV6 : IPV6;
            case TORV3, I2P, CJDNS -> DEFAULT;
        };
    }

    /** From a tunnel, or from an address of which nothing can be said. */
    private static Reach fromWeakAddress(NetAddress ours, boolean teredo) {
        return switch (ours.network()) {
            case IPV4 -> IPV4;
            case IPV6 -> teredo ? TEREDO : TUNNELLED_IPV6;
            case TORV3, I2P, CJDNS -> DEFAULT;
        };
    }

    private static boolean isTunnelled(Bytes address) {
        return IpRules.embeddedIpv4(address) != null;
    }
}
