package org.starling.engine;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.crypto.Sha256;
import org.starling.world.Endpoint;

/**
 * An address on one of the networks of BIP-0155, with a port. Text is as Core shows it: {@code 1.2.3.4:8333},
 * {@code [2001:db8::1]:8333}, {@code xyz.onion:8333}, {@code abc.b32.i2p:0}.
 *
 * @param address 4, 16 or 32 bytes, as the network demands; IPv4 never as an IPv6 address
 * @param port 0 to 65535
 */
public record NetAddress(NetworkType network, Bytes address, int port) implements Comparable<NetAddress> {
    private static final Bytes IPV4_MAPPED = Bytes.fromHex("00000000000000000000ffff");

    public NetAddress {
        if (address.length() != network.addressBytes()) {
            throw new IllegalArgumentException(
                    network.label() + " addresses have " + network.addressBytes() + " bytes, not " + address.length());
        }
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("port " + port + " is not in 0 to 65535");
        }
        address = address.compact();
    }

    /** The address of 4 or 16 bytes; IPv4-mapped IPv6 becomes IPv4, and {@code fc00::/8} is CJDNS only in BIP-0155. */
    public static NetAddress ofIp(Bytes ip, int port) {
        if (ip.length() == 4) {
            return new NetAddress(NetworkType.IPV4, ip, port);
        }
        if (ip.startsWith(IPV4_MAPPED)) {
            return new NetAddress(NetworkType.IPV4, ip.from(12), port);
        }
        return new NetAddress(NetworkType.IPV6, ip, port);
    }

    public static NetAddress of(Endpoint endpoint) {
        return ofIp(endpoint.ip(), endpoint.port());
    }

    /** Reads text with or without a port; null if it is no address (a host name, say). */
    public static @Nullable NetAddress parse(String text, int defaultPort) {
        return AddressText.parse(text, defaultPort);
    }

    /**
     * Stands for a host known by name only: an address that is nobody's, the same for the same name, in the range that
     * Core sets apart for this. Never connected to, kept or told.
     */
    public static NetAddress ofName(String name, int port) {
        Bytes digest = Sha256.once(Bytes.wrap(ascii(name))).toBytes().slice(0, 10);
        return new NetAddress(NetworkType.IPV6, Bytes.concat(IpRules.INTERNAL, digest), port);
    }

    /** What a socket connects to; null if this network needs a proxy. */
    public @Nullable Endpoint endpoint() {
        return switch (network) {
            case IPV4, IPV6, CJDNS -> new Endpoint(address, port);
            case TORV3, I2P -> null;
        };
    }

    /** The 16 bytes of the old {@code addr} message, or null if it cannot carry this network. */
    public @Nullable Bytes legacyBytes() {
        return switch (network) {
            case IPV4 -> Bytes.concat(IPV4_MAPPED, address);
            case IPV6 -> address;
            case TORV3, I2P, CJDNS -> null;
        };
    }

    public NetAddress withPort(int newPort) {
        return new NetAddress(network, address, newPort);
    }

    /** The same host, whatever the port. */
    public boolean sameHost(NetAddress other) {
        return network == other.network && address.equals(other.address);
    }

    public boolean isLoopback() {
        return network == NetworkType.IPV4 && address.get(0) == 127
                || network == NetworkType.IPV6 && address.equals(IpRules.LOOPBACK_V6);
    }

    /** The address without the port, an IPv6 one without brackets. */
    public String host() {
        return AddressText.host(this);
    }

    /** Network id, address and port as bytes: a key for tables and files. */
    public Bytes key() {
        return Bytes.concat(
                Bytes.copyOf((byte) network.bip155Id()), address, Bytes.copyOf((byte) (port >>> 8), (byte) port));
    }

    @Override
    public int compareTo(NetAddress other) {
        int order = network.compareTo(other.network);
        if (order == 0) {
            order = address.compareTo(other.address);
        }
        return order == 0 ? Integer.compare(port, other.port) : order;
    }

    /** Equal in every JVM, unlike the hash of an enum. */
    @Override
    public int hashCode() {
        return (address.hashCode() * 31 + network.bip155Id()) * 31 + port;
    }

    @Override
    public String toString() {
        return network == NetworkType.IPV6 || network == NetworkType.CJDNS
                ? "[" + host() + "]:" + port
                : host() + ":" + port;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
