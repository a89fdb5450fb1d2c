package org.starling.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.starling.bitcoin.Services;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainType;
import org.starling.engine.Bootstrap;
import org.starling.engine.Limits;
import org.starling.engine.NetAddress;
import org.starling.engine.NetworkType;
import org.starling.engine.Routes;

/** The options that say where the first addresses come from. */
final class SeedOptions {
    /** A name that nobody can have (RFC 2606), as Core asks for on regtest: to see what happens without an answer. */
    private static final String NOBODY = "dummySeed.invalid.";

    private final Settings settings;
    private final ChainParams params;

    SeedOptions(Settings settings, ChainParams params) {
        this.settings = settings;
        this.params = params;
    }

    Bootstrap.Settings bootstrap(Routes routes) throws UsageException {
        // Who names the nodes to connect to wants no others to be sought.
        boolean onlyNamed =
                settings.isNegated("connect") || !settings.list("connect").isEmpty();
        boolean byNames = useNames(routes, onlyNamed);
        boolean force = settings.flag("forcednsseed", false);
        if (force && !byNames) {
            throw new UsageException("Cannot set -forcednsseed to true when setting -dnsseed to false.");
        }
        return new Bootstrap.Settings(
                onlyNamed ? List.of() : seedNodes(),
                byNames ? names() : List.of(),
                force,
                !onlyNamed && settings.flag("fixedseeds", true),
                fixed(),
                params.p2pPort(),
                Services.NETWORK | Services.WITNESS,
                !settings.list("addnode").isEmpty());
    }

    private boolean useNames(Routes routes, boolean onlyNamed) throws UsageException {
        boolean clear = routes.automatic().contains(NetworkType.IPV4)
                || routes.automatic().contains(NetworkType.IPV6);
        boolean byDefault = !onlyNamed && clear && settings.number("maxconnections", Limits.CONNECTIONS) > 0;
        boolean wanted = settings.flag("dnsseed", byDefault);
        if (wanted && !clear) {
            throw new UsageException("Incompatible options: -dnsseed=1 was explicitly specified, but -onlynet forbids"
                    + " connections to IPv4/IPv6");
        }
        return wanted;
    }

    private List<String> names() {
        boolean noReal = params.type() == ChainType.REGTEST && settings.isSet("dnsseed");
        if (params.type() == ChainType.SIGNET && settings.isSet("signetseednode")) {
            return settings.list("signetseednode");
        }
        return noReal ? List.of(NOBODY) : params.dnsSeeds();
    }

    private List<Bootstrap.Host> seedNodes() throws UsageException {
        List<Bootstrap.Host> hosts = new ArrayList<>();
        for (String text : settings.list("seednode")) {
            hosts.add(host("seednode", text, params.p2pPort()));
        }
        if (hosts.size() > Limits.SEED_NODES) {
            throw new UsageException("More than " + Limits.SEED_NODES + " -seednode options");
        }
        return hosts;
    }

    /** Reads a host and perhaps a port; whether there is such a host is not looked up. */
    static Bootstrap.Host host(String option, String text, int defaultPort) throws UsageException {
        Bootstrap.Host host = Bootstrap.Host.parse(text, defaultPort);
        if (host == null) {
            throw new UsageException("Invalid -" + option + " '" + text + "': give a host, and perhaps :<port>");
        }
        return host;
    }

    /** The list that comes with the program: none for regtest and for a signet of one's own. */
    private List<NetAddress> fixed() {
        List<NetAddress> addresses = new ArrayList<>();
        if (params.type() == ChainType.REGTEST
                || params.type() == ChainType.SIGNET && settings.isSet("signetchallenge")) {
            return addresses;
        }
        String file = "seeds/" + params.type().label() + ".txt";
        try (InputStream stream = SeedOptions.class.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IllegalStateException(file + " is missing from this build");
            }
            String text = new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
            for (String line : text.lines().toList()) {
                NetAddress address = line.startsWith("#") ? null : NetAddress.parse(line, params.p2pPort());
                if (address != null) {
                    addresses.add(address);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return addresses;
    }
}
