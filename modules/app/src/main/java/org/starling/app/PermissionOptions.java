package org.starling.app;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.engine.NetAddress;
import org.starling.engine.Permission;
import org.starling.engine.Subnet;
import org.starling.node.NodeConfig.Permitted;
import org.starling.world.Endpoint;

/**
 * The options that grant permissions: {@code -whitelist=[permissions@]hosts} and {@code -whitebind=[permissions@]address}.
 * Permissions are names with commas between them, {@code in} and {@code out} among them for the direction of the links.
 */
record PermissionOptions(Settings settings) {
    /** What stands before the {@code @}. */
    private record Grant(Set<Permission> permissions, boolean inbound, boolean outbound, String rest) {}

    List<Permitted> permitted() throws UsageException {
        List<Permitted> permitted = new ArrayList<>();
        for (String text : settings.list("whitelist")) {
            Grant grant = grant(text);
            Subnet hosts = Subnet.parse(grant.rest);
            if (hosts == null) {
                throw new UsageException("Invalid netmask specified in -whitelist: '" + grant.rest + "'");
            }
            permitted.add(new Permitted.ToHosts(hosts, grant.permissions, grant.inbound, grant.outbound));
        }
        for (String text : settings.list("whitebind")) {
            Grant grant = grant(text);
            permitted.add(new Permitted.ToEntrance(entrance(grant.rest), grant.permissions));
        }
        return permitted;
    }

    /** The addresses of {@code -whitebind}, to listen at. */
    List<Endpoint> entrances() throws UsageException {
        List<Endpoint> entrances = new ArrayList<>();
        for (String text : settings.list("whitebind")) {
            entrances.add(entrance(grant(text).rest));
        }
        return entrances;
    }

    /** Those of them whose peers are never banned, so that nobody else is told of them. */
    List<Endpoint> privilegedEntrances() throws UsageException {
        return entrances(true);
    }

    List<Endpoint> unprivilegedEntrances() throws UsageException {
        return entrances(false);
    }

    private List<Endpoint> entrances(boolean privileged) throws UsageException {
        List<Endpoint> entrances = new ArrayList<>();
        for (String text : settings.list("whitebind")) {
            Grant grant = grant(text);
            if (grant.permissions.contains(Permission.NOBAN) == privileged) {
                entrances.add(entrance(grant.rest));
            }
        }
        return entrances;
    }

    private static Endpoint entrance(String text) throws UsageException {
        NetAddress address = NetAddress.parse(text, 0);
        Endpoint endpoint = address == null ? null : address.endpoint();
        if (endpoint == null) {
            throw new UsageException("Cannot resolve -whitebind address: '" + text + "'");
        }
        if (endpoint.port() == 0) {
            throw new UsageException("Need to specify a port with -whitebind: '" + text + "'");
        }
        return endpoint;
    }

    private Grant grant(String text) throws UsageException {
        int at = text.indexOf('@');
        Set<Permission> permissions = EnumSet.noneOf(Permission.class);
        if (at < 0) {
            addUsual(permissions);
            return new Grant(permissions, true, false, text);
        }
        boolean inbound = false;
        boolean outbound = false;
        for (String name : text.substring(0, at).split(",")) {
            switch (name.strip()) {
                case "" -> {}
                case "in" -> inbound = true;
                case "out" -> outbound = true;
                case "all" -> permissions.addAll(EnumSet.allOf(Permission.class));
                default -> add(name.strip(), permissions);
            }
        }
        if ((inbound || outbound) && permissions.isEmpty()) {
            throw new UsageException("Only direction was set, no permissions: '" + text + "'");
        }
        return new Grant(permissions, inbound || !outbound, outbound, text.substring(at + 1));
    }

    /** What a host gets without a word about permissions. */
    private void addUsual(Set<Permission> permissions) throws UsageException {
        boolean force = settings.flag("whitelistforcerelay", false);
        permissions.addAll(List.of(Permission.NOBAN, Permission.MEMPOOL, Permission.DOWNLOAD));
        if (settings.flag("whitelistrelay", true) || force) {
            permissions.add(Permission.RELAY);
        }
        if (force) {
            permissions.add(Permission.FORCERELAY);
        }
    }

    private static void add(String name, Set<Permission> permissions) throws UsageException {
        Permission permission = named(name);
        if (permission == null) {
            throw new UsageException("Invalid P2P permission: '" + name + "'");
        }
        permissions.add(permission);
        if (permission == Permission.FORCERELAY) {
            permissions.add(Permission.RELAY);
        } else if (permission == Permission.NOBAN) {
            permissions.add(Permission.DOWNLOAD);
        }
    }

    private static @Nullable Permission named(String name) {
        String wanted = name.toLowerCase(Locale.ROOT).equals("bloom") ? Permission.BLOOMFILTER.label() : name;
        for (Permission permission : Permission.values()) {
            if (permission.label().equals(wanted)) {
                return permission;
            }
        }
        return null;
    }
}
