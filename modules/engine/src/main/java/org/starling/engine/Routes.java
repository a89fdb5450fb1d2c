package org.starling.engine;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How each network is reached.
 *
 * @param proxies those by which networks are reached; the others directly, if their addresses allow it
 * @param automatic the networks in which nodes are connected to that no operator named
 * @param names hosts known by name only, by what stands for them ({@link NetAddress#ofName})
 * @param lookUp whether those are looked up if no proxy does that ({@code -dns})
 * @param connectMillis how long to wait for a node, or the proxy, to be there
 */
public record Routes(
        Map<NetworkType, Proxy> proxies,
        Set<NetworkType> automatic,
        Map<NetAddress, String> names,
        boolean lookUp,
        long connectMillis) {
    private static final byte CJDNS_FIRST_BYTE = (byte) 0xfc;

    /** No proxies, and so only IPv4 and IPv6. */
    public static final Routes DIRECT = new Routes(Map.of(), EnumSet.of(NetworkType.IPV4, NetworkType.IPV6));

    public Routes {
        EnumMap<NetworkType, Proxy> ordered = new EnumMap<>(NetworkType.class);
        ordered.putAll(proxies);
        proxies = Collections.unmodifiableMap(ordered);
        EnumSet<NetworkType> networks = EnumSet.noneOf(NetworkType.class);
        networks.addAll(automatic);
        automatic = Collections.unmodifiableSet(networks);
        names = Collections.unmodifiableMap(new TreeMap<>(names));
    }

    /** With no hosts known by name only, and the usual patience. */
    public Routes(Map<NetworkType, Proxy> proxies, Set<NetworkType> automatic) {
        this(proxies, automatic, Map.of(), true, Limits.CONNECT_TIMEOUT_MILLIS);
    }

    /** The proxy to reach that address by, or null for none: hosts of one's own network are reached directly. */
    public @Nullable Proxy proxy(NetAddress address) {
        if (names.containsKey(address)) {
            return nameProxy();
        }
        return IpRules.routable(address) ? proxies.get(address.network()) : null;
    }

    /**
     * The proxy by which hosts known by name are reached, or null if names are looked up here: what takes a proxy must not
     * be asked for beside it.
     */
    public @Nullable Proxy nameProxy() {
        return proxies.get(NetworkType.IPV4);
    }

    /** What an operator means by an address: one of {@code fc00::/8} is CJDNS's where that network is reached. */
    public NetAddress meant(NetAddress address) {
        return address.network() == NetworkType.IPV6
                        && address.address().get(0) == CJDNS_FIRST_BYTE
                        && automatic.contains(NetworkType.CJDNS)
                ? new NetAddress(NetworkType.CJDNS, address.address(), address.port())
                : address;
    }

    /** What a proxy is asked for to reach that address: the name of a host known by name only. */
    public String host(NetAddress address) {
        return names.getOrDefault(address, address.host());
    }

    /** The address as the operator gave it. */
    public String text(NetAddress address) {
        return names.containsKey(address) ? names.get(address) + ":" + address.port() : address.toString();
    }

    /** Whether that address stands for a host that we have to look up. */
    boolean looksUp(NetAddress address) {
        return lookUp && names.containsKey(address) && nameProxy() == null;
    }

    /** Whether there is a way to that address; to one that stands for a name it begins with the name. */
    public boolean reaches(NetAddress address) {
        return proxy(address) != null || (names.containsKey(address) ? looksUp(address) : address.endpoint() != null);
    }

    /** Whether that address may be connected to though no operator named it. */
    public boolean choosable(NetAddress address) {
        return automatic.contains(address.network()) && reaches(address);
    }

    /** Whether nodes of that network are connected to though no operator named them. */
    public boolean usable(NetworkType network) {
        boolean direct = switch (network) {
            case IPV4, IPV6, CJDNS -> true;
            case TORV3, I2P -> false;
        };
        return automatic.contains(network) && (direct || proxies.containsKey(network));
    }

    /** The same with another proxy for that network. */
    public Routes withProxy(NetworkType network, Proxy proxy) {
        EnumMap<NetworkType, Proxy> changed = new EnumMap<>(NetworkType.class);
        changed.putAll(proxies);
        changed.put(network, proxy);
        return new Routes(changed, automatic, names, lookUp, connectMillis);
    }

    /** The same with those hosts by name instead. */
    public Routes withNames(Map<NetAddress, String> hosts) {
        return new Routes(proxies, automatic, hosts, lookUp, connectMillis);
    }

    /** The same, and that host by name. */
    Routes withName(String host, int port) {
        Map<NetAddress, String> all = new TreeMap<>(names);
        all.put(NetAddress.ofName(host, port), host);
        return withNames(all);
    }

    /** The same, but names are not looked up: those hosts are out of reach without a proxy. */
    public Routes withoutLookUp() {
        return new Routes(proxies, automatic, names, false, connectMillis);
    }

    /** The same with another patience. */
    public Routes withConnectMillis(long millis) {
        return new Routes(proxies, automatic, names, lookUp, millis);
    }
}
