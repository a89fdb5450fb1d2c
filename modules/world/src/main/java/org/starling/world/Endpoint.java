package org.starling.world;

import org.starling.bytes.Bytes;

/** An IP address of 4 or 16 bytes and a port (0 to 65535): what a socket connects to or listens on. */
public record Endpoint(Bytes ip, int port) {
    /** Stands for what has no address: 0.0.0.0:0. */
    public static final Endpoint NOWHERE = new Endpoint(Bytes.wrap(new byte[4]), 0);

    public Endpoint {
        if (ip.length() != 4 && ip.length() != 16) {
            throw new IllegalArgumentException("an IP address has 4 or 16 bytes, not " + ip.length());
        }
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("port " + port + " is not in 0 to 65535");
        }
    }

    /** The address without the port: dotted IPv4, or IPv6 as RFC 5952 writes it, without brackets. */
    public String host() {
        if (ip.length() == 4) {
            return ip.unsigned(0) + "." + ip.unsigned(1) + "." + ip.unsigned(2) + "." + ip.unsigned(3);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = ip.unsigned(2 * i) << 8 | ip.unsigned(2 * i + 1);
        }
        return text(groups);
    }

    /** Lower case, no leading zeros, the first longest run of two or more zero groups shortened. */
    private static String text(int[] groups) {
        int gapStart = -1;
        int gapLength = 1;
        for (int i = 0; i < 8; i++) {
            int length = 0;
            while (i + length < 8 && groups[i + length] == 0) {
                length++;
            }
            if (length > gapLength) {
                gapStart = i;
                gapLength = length;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == gapStart) {
                text.append("::");
                i += gapLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    /** As in a URL: {@code 127.0.0.1:8333} or {@code [::1]:8333}. */
    @Override
    public String toString() {
        return ip.length() == 4 ? host() + ":" + port : "[" + host() + "]:" + port;
    }
}
