package org.starling.observatory;

import org.starling.bytes.Bytes;
import org.starling.engine.NetAddress;
import org.starling.engine.NetworkType;
import org.starling.engine.Routability;

/**
 * Who is likely to run the node at an address: the autonomous system that it belongs to where a map tells that, else
 * whoever holds the part of the network that it is in (of IPv4 the first 16 bits, of IPv6 the first 32). In networks where an address costs nothing and shows nothing (onion, I2P, CJDNS), one may be
 * as many as it likes, so all of such a network counts as one.
 */
public final class Operators {
    private final Routability routability;

    /** @param routability whose groups the parts of the network are */
    public Operators(Routability routability) {
        this.routability = routability;
    }

    /** The name of the operator: {@code AS64496}, {@code 198.51.0.0/16}, {@code 2001:db8::/32}, {@code onion}. */
    public String of(NetAddress address) {
        long as = routability.asOf(address);
        if (as != 0) {
            return "AS" + as;
        }
        Bytes group = routability.group(address);
        NetworkType network = NetworkType.byId(group.unsigned(0));
        if (network == null || network.hides() || network == NetworkType.CJDNS) {
            return address.network().label();
        }
        Bytes bits = group.from(1);
        return switch (network) {
            case IPV4 ->
                bits.length() == 2 ? bits.unsigned(0) + "." + bits.unsigned(1) + ".0.0/16" : address.toString();
            case IPV6 ->
                bits.length() <= 5
                        ? "%02x%02x:%02x%02x"
                                        .formatted(
                                                bits.unsigned(0), bits.unsigned(1), bits.unsigned(2), bits.unsigned(3))
                                + (bits.length() == 5 ? ":%x000::/36".formatted(bits.unsigned(4) >> 4) : "::/32")
                        : address.toString();
            case TORV3, I2P, CJDNS -> address.network().label();
        };
    }
}
