package org.starling.app;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.engine.NetAddress;
import org.starling.engine.TorControl;
import org.starling.node.NodeConfig;
import org.starling.platform.SystemAddresses;
import org.starling.world.Endpoint;

/** The options that say where others come in, and what they are told of it. */
final class ListenOptions {
    private static final String ONION = "=onion";
    private static final Bytes LOOPBACK = Bytes.copyOf((byte) 127, (byte) 0, (byte) 0, (byte) 1);
    private static final Endpoint ANY_IPV4 = new Endpoint(Bytes.copyOf(new byte[4]), 0);
    private static final Endpoint ANY_IPV6 = new Endpoint(Bytes.copyOf(new byte[16]), 0);

    private final Settings settings;
    private final int defaultPort;

    /** @param defaultPort the chain's */
    ListenOptions(Settings settings, int defaultPort) {
        this.settings = settings;
        this.defaultPort = defaultPort;
    }

    /** Whether others come in: not by default behind a proxy, nor with {@code -connect}. */
    boolean isOn() throws UsageException {
        boolean open = settings.list("connect").isEmpty()
                && !settings.isNegated("connect")
                && settings.number("maxconnections", 1) > 0;
        return settings.flag("listen", isBound() || open && !ProxyOptions.hasProxy(settings));
    }

    private boolean isBound() {
        return !settings.list("bind").isEmpty() || !settings.list("whitebind").isEmpty();
    }

    /** The port that others connect to: of -bind, else of a -whitebind that is not for privileged peers, else -port. */
    int port() throws UsageException {
        for (String text : settings.list("bind")) {
            NetAddress address = NetAddress.parse(text, 0);
            if (address != null && address.port() != 0) {
                return address.port();
            }
        }
        List<Endpoint> open = new PermissionOptions(settings).unprivilegedEntrances();
        return open.isEmpty()
                ? settings.port("port", defaultPort)
                : open.getFirst().port();
    }

    /** What to listen at. IPv6's wildcard comes first: its socket takes IPv4 too. */
    List<Endpoint> endpoints() throws UsageException {
        if (!isOn()) {
            if (isBound()) {
                throw new UsageException("Cannot set -bind or -whitebind together with -listen=0");
            }
            return List.of();
        }
        if (!isBound()) {
            int port = settings.port("port", defaultPort);
            return List.of(new Endpoint(ANY_IPV6.ip(), port), new Endpoint(ANY_IPV4.ip(), port));
        }
        List<Endpoint> endpoints = new ArrayList<>(new PermissionOptions(settings).entrances());
        for (String text : settings.list("bind")) {
            endpoints.add(bound(text));
        }
        endpoints.sort(Comparator.comparing(endpoint -> !endpoint.ip().equals(ANY_IPV6.ip())));
        return endpoints;
    }

    private Endpoint bound(String text) throws UsageException {
        boolean onion = text.endsWith(ONION);
        String name = onion ? text.substring(0, text.length() - ONION.length()) : text;
        int usual = onion ? onionPort() : settings.port("port", defaultPort);
        NetAddress address = NetAddress.parse(name, usual);
        Endpoint endpoint = address == null ? null : address.endpoint();
        if (endpoint == null) {
            throw new UsageException("Cannot resolve -bind address: '" + text + "'");
        }
        return endpoint;
    }

    private int onionPort() throws UsageException {
        return Math.min(settings.port("port", defaultPort) + 1, 0xffff);
    }

    /** What to make of that: whether to find out our own addresses, and which of them to keep to ourselves. */
    NodeConfig.Listening listening() throws UsageException {
        boolean discover = settings.flag(
                "discover",
                isOn()
                        && !ProxyOptions.hasProxy(settings)
                        && settings.list("externalip").isEmpty());
        boolean any = isOn() && !isBound();
        List<Endpoint> untold = new ArrayList<>(new PermissionOptions(settings).privilegedEntrances());
        for (String text : settings.list("bind")) {
            if (text.endsWith(ONION)) {
                untold.add(bound(text));
            }
        }
        boolean mapPort = isOn() && settings.flag("natpmp", false);
        List<NetAddress> interfaces = discover && (any || mapPort)
                ? SystemAddresses.ofInterfaces().stream()
                        .map(ip -> NetAddress.ofIp(ip, 0))
                        .toList()
                : List.of();
        return new NodeConfig.Listening(any, port(), discover, interfaces, untold, mapPort);
    }

    /** What is wanted of a Tor on this machine; null for nothing. */
    TorControl.@Nullable Settings tor() throws UsageException {
        if (!isOn() || !settings.flag("listenonion", true)) {
            return null;
        }
        ProxyOptions proxies = new ProxyOptions(settings);
        return proxies.tor(proxies.routes(), defaultPort, torTarget());
    }

    /** Where Tor connects to: where only it does, else an address that others come to as well, else a port beside. */
    private Endpoint torTarget() throws UsageException {
        Endpoint own = onionEntrance();
        if (own != null) {
            return own;
        }
        if (settings.list("bind").isEmpty()) {
            return new Endpoint(LOOPBACK, onionPort());
        }
        Endpoint first = bound(settings.list("bind").getFirst());
        boolean wildcard = first.ip().equals(ANY_IPV4.ip()) || first.ip().equals(ANY_IPV6.ip());
        return wildcard ? new Endpoint(LOOPBACK, first.port()) : first;
    }

    /** The address of {@code -bind=<addr>=onion}, to which only Tor connects; null if there is none. */
    @Nullable
    Endpoint onionEntrance() throws UsageException {
        for (String text : settings.list("bind")) {
            if (text.endsWith(ONION)) {
                return bound(text);
            }
        }
        return null;
    }
}
