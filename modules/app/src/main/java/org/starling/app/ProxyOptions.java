package org.starling.app;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.engine.NetAddress;
import org.starling.engine.NetworkType;
import org.starling.engine.Proxy;
import org.starling.engine.Routes;
import org.starling.engine.TorControl;
import org.starling.world.Endpoint;

/** The options that say by which proxies, and in which networks, nodes are connected to. */
final class ProxyOptions {
    private static final Map<String, NetworkType> NETWORKS = Map.of(
            "ipv4", NetworkType.IPV4,
            "ipv6", NetworkType.IPV6,
            "onion", NetworkType.TORV3,
            "tor", NetworkType.TORV3,
            "i2p", NetworkType.I2P,
            "cjdns", NetworkType.CJDNS);

    /** Before the path of a socket in the file system. */
    private static final String UNIX = "unix:";

    /** What the address of such a socket has room for on the usual systems, of which macOS gives the least. */
    private static final int MAX_SOCKET_PATH_BYTES = 103;

    private final Settings settings;

    ProxyOptions(Settings settings) {
        this.settings = settings;
    }

    /** Whether all that goes out takes a proxy, so that nothing may be looked up beside it either. */
    static boolean hasProxy(Settings settings) {
        return isGiven(settings.text("proxy"));
    }

    private static boolean isGiven(@Nullable String text) {
        return text != null && !text.isEmpty() && !text.equals("0");
    }

    Routes routes() throws UsageException {
        EnumMap<NetworkType, Proxy> proxies = new EnumMap<>(NetworkType.class);
        Proxy proxy = proxy("proxy");
        if (proxy != null) {
            for (NetworkType network : List.of(NetworkType.IPV4, NetworkType.IPV6, NetworkType.CJDNS)) {
                proxies.put(network, proxy);
            }
        }
        boolean onionRefused = settings.isSet("onion") && !isGiven(settings.text("onion"));
        Proxy onion = settings.isSet("onion") ? proxy("onion") : proxy;
        if (onion != null) {
            proxies.put(NetworkType.TORV3, onion);
        }
        Set<NetworkType> automatic = automatic();
        boolean onlyOnion = settings.isSet("onlynet") && automatic.contains(NetworkType.TORV3);
        if (onlyOnion && onionRefused) {
            throw new UsageException(
                    "Outbound connections restricted to Tor (-onlynet=onion) but the proxy for reaching"
                            + " the Tor network is explicitly forbidden: -onion=0");
        }
        if (onlyOnion && onion == null && !settings.flag("listenonion", true)) {
            throw new UsageException(
                    "Outbound connections restricted to Tor (-onlynet=onion) but the proxy for reaching"
                            + " the Tor network is not provided: none of -proxy, -onion or -listenonion is given");
        }
        return new Routes(proxies, automatic);
    }

    /** Those of -onlynet; else all that can be reached, an onion address whenever there is a proxy for it. */
    private Set<NetworkType> automatic() throws UsageException {
        Set<NetworkType> chosen = EnumSet.noneOf(NetworkType.class);
        for (String name : settings.list("onlynet")) {
            NetworkType network = NETWORKS.get(name);
            if (network == null) {
                throw new UsageException("Unknown network specified in -onlynet: '" + name + "'");
            }
            chosen.add(network);
        }
        boolean cjdns = settings.flag("cjdnsreachable", false);
        if (chosen.contains(NetworkType.CJDNS) && !cjdns) {
            throw new UsageException("Outbound connections restricted to CJDNS (-onlynet=cjdns) but -cjdnsreachable is"
                    + " not provided");
        }
        if (chosen.contains(NetworkType.I2P)) {
            throw new UsageException(
                    "Outbound connections restricted to i2p (-onlynet=i2p) but -i2psam is not provided");
        }
        if (chosen.isEmpty()) {
            chosen.addAll(List.of(NetworkType.IPV4, NetworkType.IPV6, NetworkType.TORV3));
            if (cjdns) {
                chosen.add(NetworkType.CJDNS);
            }
        }
        return chosen;
    }

    /**
     * What is wanted of Tor's control port.
     *
     * @param entrance where Tor is to connect on our side
     */
    TorControl.Settings tor(Routes routes, int servicePort, Endpoint entrance) throws UsageException {
        return new TorControl.Settings(
                endpoint("torcontrol", settings.text("torcontrol", "127.0.0.1"), TorControl.DEFAULT_PORT),
                settings.text("torpassword", ""),
                servicePort,
                entrance,
                !settings.isSet("onion") && !routes.proxies().containsKey(NetworkType.TORV3));
    }

    private @Nullable Proxy proxy(String option) throws UsageException {
        String text = settings.text(option);
        if (text == null || !isGiven(text)) {
            return null;
        }
        Proxy.Place place = text.startsWith(UNIX)
                ? new Proxy.Place.Unix(socketPath(option, text))
                : new Proxy.Place.Tcp(endpoint(option, text, Proxy.DEFAULT_PORT));
        return new Proxy(place, settings.flag("proxyrandomize", true));
    }

    private static String socketPath(String option, String text) throws UsageException {
        String path = text.substring(UNIX.length());
        if (path.isEmpty() || path.getBytes(StandardCharsets.UTF_8).length > MAX_SOCKET_PATH_BYTES) {
            throw new UsageException("Invalid -" + option + " address or hostname: '" + text + "'");
        }
        return path;
    }

    /** A host of this option, perhaps a name, and perhaps its port. */
    static Endpoint endpoint(String option, String text, int defaultPort) throws UsageException {
        int colon = text.lastIndexOf(':');
        boolean withPort = colon > 0 && (text.indexOf(':') == colon || text.charAt(colon - 1) == ']');
        String digits = withPort ? text.substring(colon + 1) : Integer.toString(defaultPort);
        int port = digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : 0;
        if (port < 1 || port > 0xffff) {
            throw new UsageException("Invalid port specified in -" + option + ": '" + text + "'");
        }
        NetAddress address = NetAddress.parse(text, port);
        if (address != null && address.endpoint() != null) {
            return address.endpoint();
        }
        try {
            byte[] ip = InetAddress.getByName(withPort ? text.substring(0, colon) : text)
                    .getAddress();
            return new Endpoint(Bytes.wrap(ip), port);
        } catch (UnknownHostException | IllegalArgumentException e) {
            throw new UsageException("Invalid -" + option + " address or hostname: '" + text + "'");
        }
    }
}
