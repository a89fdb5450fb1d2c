package org.starling.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Bytes;

/** The default gateways that Linux tells of in {@code /proc/net}. */
final class Gateways {
    private static final Logger LOG = LoggerFactory.getLogger("net");
    private static final Path ROUTES = Path.of("/proc/net/route");
    private static final Path IPV6_ROUTES = Path.of("/proc/net/ipv6_route");

    /** The route is up, and leads by a gateway. */
    private static final int UP_BY_GATEWAY = 0x3;

    private Gateways() {}

    static List<Bytes> ofSystem() {
        List<Bytes> found = new ArrayList<>(ofRoutes(lines(ROUTES)));
        found.addAll(ofIpv6Routes(lines(IPV6_ROUTES)));
        return found;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            LOG.debug("cannot read {}: the default gateway is not known", file);
            return List.of();
        }
    }

    /** Fields: interface, destination, gateway, flags, ...; addresses as little-endian hexadecimal numbers. */
    static List<Bytes> ofRoutes(List<String> lines) {
        List<Bytes> found = new ArrayList<>();
        for (String line : lines) {
            String[] fields = line.strip().split("\\s+");
            if (fields.length > 7
                    && fields[1].equals("00000000")
                    && fields[7].equals("00000000")
                    && fields[2].matches("[0-9A-Fa-f]{8}")
                    && isByGateway(fields[3])) {
                int address = Integer.reverseBytes(Integer.parseUnsignedInt(fields[2], 16));
                found.add(Bytes.copyOf(
                        (byte) (address >>> 24), (byte) (address >>> 16), (byte) (address >>> 8), (byte) address));
            }
        }
        return found.stream().distinct().toList();
    }

    /** Fields: destination, its prefix length, source, its prefix length, gateway, metric, two counters, flags, interface. */
    static List<Bytes> ofIpv6Routes(List<String> lines) {
        List<Bytes> found = new ArrayList<>();
        for (String line : lines) {
            String[] fields = line.strip().split("\\s+");
            if (fields.length > 8
                    && fields[0].matches("0{32}")
                    && fields[1].equals("00")
                    && fields[4].matches("[0-9a-f]{32}")
                    && isByGateway(fields[8])) {
                found.add(Bytes.fromHex(fields[4]));
            }
        }
        return found.stream().distinct().toList();
    }

    private static boolean isByGateway(String flags) {
        return flags.matches("[0-9A-Fa-f]{1,8}")
                && (Integer.parseUnsignedInt(flags, 16) & UP_BY_GATEWAY) == UP_BY_GATEWAY;
    }
}
