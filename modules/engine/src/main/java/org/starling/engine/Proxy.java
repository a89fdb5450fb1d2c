package org.starling.engine;

import org.starling.world.Endpoint;

/**
 * A SOCKS5 proxy (RFC 1928).
 *
 * @param isolate whether each link has credentials of its own (RFC 1929), by which Tor keeps links on separate circuits
 */
public record Proxy(Endpoint endpoint, boolean isolate) {
    /** The port where Tor listens for SOCKS. */
    public static final int DEFAULT_PORT = 9050;
}
