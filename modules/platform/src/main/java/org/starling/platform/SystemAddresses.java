package org.starling.platform;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Bytes;

/** The addresses of this machine. */
public final class SystemAddresses {
    private static final Logger LOG = LoggerFactory.getLogger("net");

    private SystemAddresses() {}

    /** Those of all network interfaces that are up but the loopback one; 4 or 16 bytes each. */
    public static List<Bytes> ofInterfaces() {
        try {
            return NetworkInterface.networkInterfaces()
                    .filter(SystemAddresses::isUp)
                    .flatMap(NetworkInterface::inetAddresses)
                    .map(InetAddress::getAddress)
                    .map(Bytes::wrap)
                    .toList();
        } catch (SocketException e) {
            LOG.warn("cannot list this machine's network interfaces: {}", e.getMessage());
            return List.of();
        }
    }

    private static boolean isUp(NetworkInterface candidate) {
        try {
            return candidate.isUp() && !candidate.isLoopback();
        } catch (SocketException e) {
            return false;
        }
    }
}
