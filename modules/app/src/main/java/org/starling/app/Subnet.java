package org.starling.app;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/**
 * The addresses that begin with the same bits.
 *
 * @param address 4 or 16 bytes
 * @param prefixBits how many bits of it count
 */
record Subnet(Bytes address, int prefixBits) {
    /** Reads {@code 1.2.3.4}, {@code 1.2.3.0/24}, {@code 1.2.3.0/255.255.255.0} or the same of IPv6; null if it is none. */
    static @Nullable Subnet parse(String text) {
        int slash = text.indexOf('/');
        Bytes address = literal(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return null;
        }
        int all = address.length() * 8;
        int bits = slash < 0 ? all : prefixBits(text.substring(slash + 1), address.length());
        return bits < 0 || bits > all ? null : new Subnet(address, bits);
    }

    private static int prefixBits(String text, int addressBytes) {
        if (text.matches("[0-9]{1,3}")) {
            return Integer.parseInt(text);
        }
        Bytes mask = literal(text);
        if (mask == null || mask.length() != addressBytes) {
            return -1;
        }
        int bits = 0;
        while (bits < addressBytes * 8 && bit(mask, bits)) {
            bits++;
        }
        for (int i = bits; i < addressBytes * 8; i++) {
            if (bit(mask, i)) {
                return -1;
            }
        }
        return bits;
    }

    private static @Nullable Bytes literal(String text) {
        String bare = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        if (!bare.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            return null;
        }
        try {
            return Bytes.wrap(InetAddress.getByName(bare).getAddress());
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private static boolean bit(Bytes bytes, int index) {
        return (bytes.get(index / 8) >> 7 - index % 8 & 1) != 0;
    }

    boolean contains(InetAddress host) {
        Bytes bytes = Bytes.wrap(host.getAddress());
        if (bytes.length() != address.length()) {
            return false;
        }
        for (int i = 0; i < prefixBits; i++) {
            if (bit(bytes, i) != bit(address, i)) {
                return false;
            }
        }
        return true;
    }
}
