package org.starling.api.rpc;

/** Judges the Host header of a request: a page that rebinds its own name to this machine still sends that name. */
public final class HostNames {
    private HostNames() {}

    /** Whether the value of a Host header names this machine by an address or as localhost. */
    public static boolean isThisMachine(String header) {
        String host = header;
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            return end > 0 && host.substring(1, end).matches("[0-9a-fA-F:.]+");
        }
        int colon = host.indexOf(':');
        if (colon >= 0) {
            host = host.substring(0, colon);
        }
        return host.equalsIgnoreCase("localhost") || host.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    }
}
