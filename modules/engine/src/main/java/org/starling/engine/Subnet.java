package org.starling.engine;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/**
 * The addresses of a network that begin with the same bits; in networks without such order a single one.
 *
 * @param address with port 0 and all bits after the prefix zero
 * @param prefixBits how many bits count
 */
public record Subnet(NetAddress address, int prefixBits) implements Comparable<Subnet> {
    public Subnet {
        int all = address.address().length() * 8;
        if (prefixBits < 0 || prefixBits > all || prefixBits != all && !isIp(address)) {
            throw new IllegalArgumentException(prefixBits + " bits of " + address.host());
        }
        byte[] bytes = address.address().toArray();
        for (int bit = prefixBits; bit < all; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        address = new NetAddress(address.network(), Bytes.wrap(bytes), 0);
    }

    /** The address alone. */
    public static Subnet of(NetAddress address) {
        return new Subnet(address, address.address().length() * 8);
    }

    private static boolean isIp(NetAddress address) {
        return address.network() == NetworkType.IPV4 || address.network() == NetworkType.IPV6;
    }

    /** Reads {@code 1.2.3.4}, {@code 1.2.3.0/24}, {@code 1.2.3.0/255.255.255.0}, or the like; null if it is none. */
    public static @Nullable Subnet parse(String text) {
        int slash = text.indexOf('/');
        NetAddress address = host(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return null;
        }
        int all = address.address().length() * 8;
        int bits = slash < 0 ? all : prefixBits(text.substring(slash + 1), address);
        return bits < 0 || bits > all || bits != all && !isIp(address) ? null : new Subnet(address, bits);
    }

    // An address without a port; one with a port names no subnet.
    private static @Nullable NetAddress host(String text) {
        int colon = text.indexOf(':');
        boolean withPort = text.startsWith("[") ? text.contains("]:") : colon >= 0 && colon == text.lastIndexOf(':');
        return withPort ? null : NetAddress.parse(text, 0);
    }

    private static int prefixBits(String text, NetAddress address) {
        if (text.matches("[0-9]{1,3}")) {
            return Integer.parseInt(text);
        }
        NetAddress mask = host(text);
        if (mask == null || mask.network() != address.network() || !isIp(mask)) {
            return -1;
        }
        int bits = 0;
        while (bits < mask.address().length() * 8 && bit(mask, bits)) {
            bits++;
        }
        for (int i = bits; i < mask.address().length() * 8; i++) {
            if (bit(mask, i)) {
                return -1;
            }
        }
        return bits;
    }

    private static boolean bit(NetAddress address, int index) {
        return (address.address().get(index / 8) >> 7 - index % 8 & 1) != 0;
    }

    public boolean contains(NetAddress host) {
        if (host.network() != address.network()) {
            return false;
        }
        for (int i = 0; i < prefixBits; i++) {
            if (bit(host, i) != bit(address, i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(Subnet other) {
        int order = address.compareTo(other.address);
        return order == 0 ? Integer.compare(prefixBits, other.prefixBits) : order;
    }

    /** As {@code 1.2.3.0/24}; addresses of networks without subnets alone. */
    @Override
    public String toString() {
        return isIp(address) ? address.host() + "/" + prefixBits : address.host();
    }
}
