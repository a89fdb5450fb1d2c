package org.starling.world;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.starling.bytes.Bytes;

/** An IP address of 4 or 16 bytes and a port (0 to 65535): what a socket connects to or listens on. */
public record Endpoint(Bytes ip, int port) {
    public Endpoint {
        if (ip.length() != 4 && ip.length() != 16) {
            throw new IllegalArgumentException("an IP address has 4 or 16 bytes, not " + ip.length());
        }
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("port " + port + " is not in 0 to 65535");
        }
    }

    /** As in a URL: {@code 127.0.0.1:8333} or {@code [::1]:8333}. */
    @Override
    public String toString() {
        try {
            String host = InetAddress.getByAddress(ip.toArray()).getHostAddress();
            return ip.length() == 4 ? host + ":" + port : "[" + host + "]:" + port;
        } catch (UnknownHostException e) {
            throw new AssertionError("the length was checked", e);
        }
    }
}
