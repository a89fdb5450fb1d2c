package org.starling.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.api.rpc.RpcAccess;
import org.starling.api.rpc.RpcCredentials;
import org.starling.api.rpc.RpcServer;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams;
import org.starling.engine.NetAddress;
import org.starling.engine.Subnet;

/** Where the RPC listens and who may call; writes the cookie and takes it away again. */
final class RpcSetup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RpcSetup.class);
    private static final String COOKIE_USER = "__cookie__";

    /** Most calls that an operator may let run or wait at once. */
    private static final int MAX_CALLS = 1_000;

    private final Settings settings;
    private final DataDirectory directory;
    private @Nullable Path cookie;

    RpcSetup(Settings settings, DataDirectory directory) {
        this.settings = settings;
        this.directory = directory;
    }

    RpcServer.Config config(ChainParams params) throws UsageException {
        boolean open = settings.isSet("rpcallowip") && settings.isSet("rpcbind");
        List<RpcCredentials.Hashed> hashed = new ArrayList<>();
        for (String text : settings.list("rpcauth")) {
            RpcCredentials.Hashed user = RpcCredentials.Hashed.parse(text);
            if (user == null) {
                throw cannotStart("Invalid -rpcauth argument.");
            }
            hashed.add(user);
        }
        long idle = Math.max(1, settings.number("rpcservertimeout", 30));
        return new RpcServer.Config(
                params,
                bind(open, settings.port("rpcport", params.rpcPort())),
                access(new RpcCredentials(plain(), hashed), open),
                Duration.ofSeconds(idle),
                atLeastOne("rpcthreads", RpcServer.Config.DEFAULT_THREADS),
                atLeastOne("rpcworkqueue", RpcServer.Config.DEFAULT_QUEUE),
                settings.flag("rest", false),
                settings.flag("metrics", false));
    }

    private int atLeastOne(String option, int byDefault) throws UsageException {
        return Math.toIntExact(Math.clamp(settings.number(option, byDefault), 1, MAX_CALLS));
    }

    private static boolean covers(List<Subnet> subnets, InetAddress host) {
        NetAddress address = NetAddress.ofIp(Bytes.wrap(host.getAddress()), 0);
        return subnets.stream().anyMatch(subnet -> subnet.contains(address));
    }

    private RpcAccess access(RpcCredentials credentials, boolean open) throws UsageException {
        List<Subnet> callers = new ArrayList<>();
        for (String text : settings.list("rpcallowip")) {
            Subnet subnet = Subnet.parse(text);
            if (subnet == null) {
                throw new UsageException("Invalid -rpcallowip subnet specification: " + text
                        + ". Valid values are a single IP (e.g. 1.2.3.4), a network/netmask (e.g."
                        + " 1.2.3.4/255.255.255.0), a network/CIDR (e.g. 1.2.3.4/24), all ipv4 (0.0.0.0/0), or all ipv6"
                        + " (::/0).");
            }
            callers.add(subnet);
        }
        Map<String, Set<String>> methods = new HashMap<>();
        for (String text : settings.list("rpcwhitelist")) {
            int colon = text.indexOf(':');
            Set<String> named = new HashSet<>();
            for (String method :
                    colon < 0 ? new String[0] : text.substring(colon + 1).split("[, ]+")) {
                named.add(method);
            }
            methods.merge(colon < 0 ? text : text.substring(0, colon), named, RpcAccess::both);
        }
        return new RpcAccess(
                credentials,
                host -> covers(callers, host),
                methods,
                !settings.flag("rpcwhitelistdefault", settings.isSet("rpcwhitelist")),
                open);
    }

    // As in Bitcoin Core other addresses than this machine's count only together with those who may call.
    private List<InetSocketAddress> bind(boolean open, int port) throws UsageException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        if (open) {
            for (String text : settings.list("rpcbind")) {
                int colon = text.lastIndexOf(':');
                boolean withPort = colon > 0 && text.indexOf(':') == colon || text.contains("]:");
                String host = withPort ? text.substring(0, colon) : text;
                try {
                    addresses.add(new InetSocketAddress(
                            InetAddress.getByName(host.replace("[", "").replace("]", "")),
                            withPort ? Integer.parseInt(text.substring(colon + 1)) : port));
                } catch (UnknownHostException | IllegalArgumentException e) {
                    throw new UsageException("Invalid port or address specified in -rpcbind: '" + text + "'");
                }
            }
        }
        if (addresses.isEmpty()) {
            addresses.add(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        }
        return addresses;
    }

    private String plain() throws UsageException {
        String password = settings.text("rpcpassword", "");
        if (!password.isEmpty()) {
            return settings.text("rpcuser", "") + ":" + password;
        }
        if (settings.isNegated("rpccookiefile")) {
            return "";
        }
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        String pair = COOKIE_USER + ":" + HexFormat.of().formatHex(random);
        Path file = directory.file(settings, "rpccookiefile", ".cookie");
        try {
            write(file, pair);
        } catch (IOException e) {
            throw cannotStart("The cookie " + file + " cannot be written: " + e);
        }
        cookie = file;
        return pair;
    }

    // What is wrong with secrets is for the log, which is as private as they are.
    private static UsageException cannotStart(String why) {
        LOG.error(why);
        return new UsageException("Unable to start HTTP server. See debug log for details.");
    }

    private void write(Path file, String content) throws IOException, UsageException {
        Path fresh = file.resolveSibling(file.getFileName() + ".tmp");
        if (Files.isDirectory(fresh)) {
            throw new FileAlreadyExistsException(fresh.toString(), null, "it is a directory");
        }
        Files.deleteIfExists(fresh);
        boolean posix = Files.getFileStore(file.toAbsolutePath().getParent()).supportsFileAttributeView("posix");
        if (posix) {
            Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(permissions());
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(fresh, content);
            Files.setPosixFilePermissions(fresh, permissions);
        } else {
            Files.writeString(fresh, content);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private String permissions() throws UsageException {
        String readers = settings.text("rpccookieperms", "owner");
        return switch (readers) {
            case "owner" -> "rw-------";
            case "group" -> "rw-r-----";
            case "all" -> "rw-r--r--";
            default ->
                throw new UsageException(
                        "Invalid -rpccookieperms=" + readers + "; must be one of 'owner', 'group', or 'all'.");
        };
    }

    /** Removes the cookie. */
    @Override
    public void close() {
        if (cookie != null) {
            try {
                Files.deleteIfExists(cookie);
            } catch (IOException e) {
                LOG.warn("Unable to remove cookie {}", cookie, e);
            }
        }
    }
}
