package org.starling.engine;

import org.starling.world.Endpoint;

/**
 * A SOCKS5 proxy (RFC 1928).
 *
 * @param isolate whether each link has credentials of its own (RFC 1929), by which Tor keeps links on separate circuits
 */
public record Proxy(Place place, boolean isolate) {
    /** The port where Tor listens for SOCKS. */
    public static final int DEFAULT_PORT = 9050;

    /** Where a proxy listens. */
    public sealed interface Place {
        /** An address, as text {@code 127.0.0.1:9050}. */
        record Tcp(Endpoint endpoint) implements Place {
            @Override
            public String toString() {
                return endpoint.toString();
            }
        }

        /** A socket in the file system, as text {@code unix:/run/tor/socks}. */
        record Unix(String path) implements Place {
            @Override
            public String toString() {
                return "unix:" + path;
            }
        }
    }

    public Proxy(Endpoint endpoint, boolean isolate) {
        this(new Place.Tcp(endpoint), isolate);
    }
}
