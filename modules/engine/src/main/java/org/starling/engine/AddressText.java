package org.starling.engine;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.world.Endpoint;

/** The text form of addresses. Names are never resolved here. */
final class AddressText {
    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
    private static final String ONION = ".onion";
    private static final String I2P = ".b32.i2p";
    private static final int ONION_VERSION = 3;

    private AddressText() {}

    static @Nullable NetAddress parse(String text, int defaultPort) {
        String host = text;
        int port = defaultPort;
        int colon = text.lastIndexOf(':');
        boolean bracketed = text.startsWith("[");
        boolean portFollows = bracketed ? colon > 0 && text.charAt(colon - 1) == ']' : text.indexOf(':') == colon;
        if (colon >= 0 && portFollows) {
            port = parsePort(text.substring(colon + 1));
            host = text.substring(0, colon);
        }
        if (port < 0) {
            return null;
        }
        if (bracketed) {
            return host.endsWith("]") ? parseIpv6(host.substring(1, host.length() - 1), port) : null;
        }
        return parseHost(host, port);
    }

    private static @Nullable NetAddress parseHost(String host, int port) {
        String lower = host.toLowerCase(Locale.ROOT);
        if (lower.endsWith(ONION)) {
            return parseOnion(lower.substring(0, lower.length() - ONION.length()), port);
        }
        if (lower.endsWith(I2P)) {
            byte[] hash = decodeBase32(lower.substring(0, lower.length() - I2P.length()));
            return hash == null || hash.length != 32 ? null : new NetAddress(NetworkType.I2P, Bytes.wrap(hash), port);
        }
        if (host.indexOf(':') >= 0) {
            return parseIpv6(host, port);
        }
        byte[] ip = parseShortIpv4(host);
        return ip == null ? null : new NetAddress(NetworkType.IPV4, Bytes.wrap(ip), port);
    }

    /**
     * IPv4 as {@code inet_aton} reads it: one to four numbers, decimal, octal after {@code 0}, hexadecimal after
     * {@code 0x}, of which the last fills all bytes that are left ({@code 127.1} is 127.0.0.1).
     */
    private static byte @Nullable [] parseShortIpv4(String host) {
        String[] parts = host.split("\\.", -1);
        if (parts.length > 4) {
            return null;
        }
        byte[] ip = new byte[4];
        for (int i = 0; i < parts.length; i++) {
            int bytes = i == parts.length - 1 ? 4 - i : 1;
            long value = parseNumber(parts[i]);
            if (value < 0 || value >= 1L << 8 * bytes) {
                return null;
            }
            for (int j = 0; j < bytes; j++) {
                ip[i + j] = (byte) (value >> 8 * (bytes - 1 - j));
            }
        }
        return ip;
    }

    /** A number as C writes it, or -1 if it is none that 32 bits may hold. */
    private static long parseNumber(String text) {
        if (text.matches("0[xX][0-9a-fA-F]{1,8}")) {
            return Long.parseLong(text.substring(2), 16);
        }
        if (text.matches("0[0-7]{1,11}")) {
            return Long.parseLong(text, 8);
        }
        return text.matches("0|[1-9][0-9]{0,9}") ? Long.parseLong(text) : -1;
    }

    static int parsePort(String digits) {
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int port = Integer.parseInt(digits);
        return port > 0xffff ? -1 : port;
    }

    private static byte @Nullable [] parseIpv4(String host) {
        String[] parts = host.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        byte[] ip = new byte[4];
        for (int i = 0; i < 4; i++) {
            if (parts[i].isEmpty() || parts[i].length() > 3 || !parts[i].chars().allMatch(c -> c >= '0' && c <= '9')) {
                return null;
            }
            int value = Integer.parseInt(parts[i]);
            if (value > 255) {
                return null;
            }
            ip[i] = (byte) value;
        }
        return ip;
    }

    private static @Nullable NetAddress parseIpv6(String host, int port) {
        int gap = host.indexOf("::");
        byte[] head = groups(gap < 0 ? host : host.substring(0, gap));
        byte[] tail = gap < 0 ? new byte[0] : groups(host.substring(gap + 2));
        if (head == null || tail == null) {
            return null;
        }
        int zeros = 16 - head.length - tail.length;
        if (gap < 0 ? zeros != 0 : zeros < 2) {
            return null;
        }
        byte[] ip = Arrays.copyOf(head, 16);
        System.arraycopy(tail, 0, ip, 16 - tail.length, tail.length);
        return NetAddress.ofIp(Bytes.wrap(ip), port);
    }

    /** Groups of 16 bits between single colons, the last perhaps in IPv4's form; null if it is not that. */
    private static byte @Nullable [] groups(String text) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        String[] parts = text.split(":", -1);
        ByteWriter writer = new ByteWriter(16);
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            byte[] ipv4 = i == parts.length - 1 ? parseIpv4(part) : null;
            if (ipv4 != null) {
                writer.bytes(ipv4);
            } else if (part.isEmpty() || part.length() > 4 || !part.chars().allMatch(AddressText::isHexDigit)) {
                return null;
            } else {
                writer.u16BigEndian(Integer.parseInt(part, 16));
            }
        }
        return writer.length() > 16 ? null : writer.toArray();
    }

    private static boolean isHexDigit(int c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    private static @Nullable NetAddress parseOnion(String name, int port) {
        byte[] decoded = decodeBase32(name);
        if (decoded == null || decoded.length != 35 || decoded[34] != ONION_VERSION) {
            return null;
        }
        byte[] key = Arrays.copyOf(decoded, 32);
        return Arrays.equals(Arrays.copyOfRange(decoded, 32, 34), onionChecksum(key))
                ? new NetAddress(NetworkType.TORV3, Bytes.wrap(key), port)
                : null;
    }

    static String host(NetAddress address) {
        byte[] bytes = address.address().toArray();
        return switch (address.network()) {
            case IPV4, IPV6, CJDNS -> new Endpoint(address.address(), 0).host();
            case TORV3 -> {
                byte[] all = Arrays.copyOf(bytes, 35);
                System.arraycopy(onionChecksum(bytes), 0, all, 32, 2);
                all[34] = ONION_VERSION;
                yield encodeBase32(all) + ONION;
            }
            case I2P -> encodeBase32(bytes) + I2P;
        };
    }

    private static byte[] onionChecksum(byte[] key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA3-256");
            digest.update(NetAddress.ascii(".onion checksum"));
            digest.update(key);
            digest.update((byte) ONION_VERSION);
            return Arrays.copyOf(digest.digest(), 2);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA3-256", e);
        }
    }

    private static String encodeBase32(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        int buffer = 0;
        int bits = 0;
        for (byte b : bytes) {
            buffer = buffer << 8 | b & 0xff;
            for (bits += 8; bits >= 5; bits -= 5) {
                text.append(BASE32.charAt(buffer >>> bits - 5 & 31));
            }
        }
        if (bits > 0) {
            text.append(BASE32.charAt(buffer << 5 - bits & 31));
        }
        return text.toString();
    }

    private static byte @Nullable [] decodeBase32(String text) {
        byte[] bytes = new byte[text.length() * 5 / 8];
        int buffer = 0;
        int bits = 0;
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = BASE32.indexOf(text.charAt(i));
            if (digit < 0) {
                return null;
            }
            buffer = buffer << 5 | digit;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                bytes[at++] = (byte) (buffer >>> bits);
            }
        }
        // What is left over must be shorter than a digit, and zero.
        return bits < 5 && (buffer & (1 << bits) - 1) == 0 ? bytes : null;
    }
}
