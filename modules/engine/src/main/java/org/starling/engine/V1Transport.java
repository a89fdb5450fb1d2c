package org.starling.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.Hex;
import org.starling.crypto.Sha256;

/**
 * The unencrypted transport: four magic bytes, the type in 12 bytes padded with zeros, the payload's length in four
 * bytes (little-endian), the first four bytes of its double SHA-256, the payload.
 *
 * <pre>
 *   HEADER --24 good bytes--> PAYLOAD --all of it--> HEADER
 *   HEADER --wrong magic, oversized--> FAILED
 * </pre>
 */
public final class V1Transport implements Transport {
    static final int HEADER_BYTES = 24;

    private static final int TYPE_AT = 4;
    /** Longest type of a message. */
    public static final int TYPE_BYTES = 12;

    private static final int LENGTH_AT = 16;
    private static final int CHECKSUM_AT = 20;

    private final Bytes magic;
    private final byte[] header = new byte[HEADER_BYTES];
    private int headerFilled;
    // Null while the header is read.
    private @Nullable PieceBuffer payload;
    private int payloadLength;
    private Bytes input = Bytes.EMPTY;
    private boolean failed;

    /** A transport of the network with these four magic bytes. */
    public V1Transport(Bytes magic) {
        if (magic.length() != 4) {
            throw new IllegalArgumentException("the magic has four bytes, not " + magic.length());
        }
        this.magic = magic;
    }

    @Override
    public void receive(Bytes data) {
        input = input.isEmpty() ? data : Bytes.concat(input, data);
    }

    @Override
    public @Nullable Incoming next() {
        if (failed) {
            return null;
        }
        if (payload == null) {
            int taken = Math.min(HEADER_BYTES - headerFilled, input.length());
            input.slice(0, taken).copyTo(header, headerFilled);
            headerFilled += taken;
            input = input.from(taken);
            // The magic is checked as soon as it is there, so that other protocols are told apart at once.
            String reason = headerFilled < TYPE_AT ? null : badHeader();
            if (reason != null) {
                failed = true;
                input = Bytes.EMPTY;
                return new Failure(reason);
            }
            if (headerFilled < HEADER_BYTES) {
                return null;
            }
            payload = new PieceBuffer(payloadLength);
        }
        input = payload.take(input);
        if (!payload.complete()) {
            return null;
        }
        Bytes complete = Bytes.wrap(payload.array(), 0, payloadLength).compact();
        headerFilled = 0;
        payload = null;
        return finish(complete);
    }

    private @Nullable String badHeader() {
        if (!Bytes.wrap(header, 0, TYPE_AT).equals(magic)) {
            return "Header error: Wrong MessageStart " + Hex.encode(header, 0, TYPE_AT) + " received";
        }
        if (headerFilled < HEADER_BYTES) {
            return null;
        }
        int length = header[LENGTH_AT] & 0xff
                | (header[LENGTH_AT + 1] & 0xff) << 8
                | (header[LENGTH_AT + 2] & 0xff) << 16
                | (header[LENGTH_AT + 3] & 0xff) << 24;
        if (Integer.compareUnsigned(length, Limits.MESSAGE_BYTES) > 0) {
            return "Header error: Size too large (" + shownType() + ", " + Integer.toUnsignedString(length) + " bytes)";
        }
        payloadLength = length;
        return null;
    }

    private Incoming finish(Bytes complete) {
        int wireBytes = HEADER_BYTES + complete.length();
        byte[] checksum = checksum(complete);
        if (!Arrays.equals(checksum, 0, 4, header, CHECKSUM_AT, CHECKSUM_AT + 4)) {
            return new BadMessage(
                    "Header error: Wrong checksum (" + shownType() + ", " + complete.length() + " bytes), expected "
                            + Hex.encode(checksum, 0, 4) + " was " + Hex.encode(header, CHECKSUM_AT, 4),
                    wireBytes);
        }
        String type = type(header, TYPE_AT);
        if (type == null) {
            return new BadMessage(
                    "Header error: Invalid message type (" + shownType() + ", " + complete.length() + " bytes)",
                    wireBytes);
        }
        return new Message(type, complete, wireBytes);
    }

    /** The type in 12 bytes: printable ASCII, then zeros only; null for anything else. */
    static @Nullable String type(byte[] bytes, int at) {
        int length = 0;
        while (length < TYPE_BYTES && bytes[at + length] != 0) {
            int c = bytes[at + length];
            if (c < ' ' || c > '~') {
                return null;
            }
            length++;
        }
        for (int i = length; i < TYPE_BYTES; i++) {
            if (bytes[at + i] != 0) {
                return null;
            }
        }
        return new String(bytes, at, length, StandardCharsets.US_ASCII);
    }

    private String shownType() {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < TYPE_BYTES && header[TYPE_AT + i] != 0; i++) {
            char c = (char) (header[TYPE_AT + i] & 0xff);
            if (c >= ' ' && c <= '~') {
                shown.append(c);
            }
        }
        return shown.toString();
    }

    private static byte[] checksum(Bytes payload) {
        Hash256 hash = Sha256.twice(payload);
        return Arrays.copyOf(hash.toArray(), 4);
    }

    @Override
    public Bytes takeHandshake() {
        return Bytes.EMPTY;
    }

    @Override
    public boolean ready() {
        return true;
    }

    @Override
    public Bytes encode(String type, Bytes body) {
        byte[] name = NetAddress.ascii(type);
        if (name.length > TYPE_BYTES || body.length() > Limits.MESSAGE_BYTES) {
            throw new IllegalArgumentException("message " + type + " of " + body.length() + " bytes");
        }
        byte[] wire = new byte[HEADER_BYTES + body.length()];
        magic.copyTo(wire, 0);
        System.arraycopy(name, 0, wire, TYPE_AT, name.length);
        for (int i = 0; i < 4; i++) {
            wire[LENGTH_AT + i] = (byte) (body.length() >>> 8 * i);
        }
        System.arraycopy(checksum(body), 0, wire, CHECKSUM_AT, 4);
        body.copyTo(wire, HEADER_BYTES);
        return Bytes.wrap(wire);
    }

    @Override
    public String label() {
        return "v1";
    }

    @Override
    public Bytes sessionId() {
        return Bytes.EMPTY;
    }
}
