package org.starling.bitcoin.message;

import java.nio.charset.StandardCharsets;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.engine.NetAddress;

/**
 * Opens the handshake.
 *
 * @param services the sender's service bits
 * @param timeSeconds the sender's clock, seconds since 1970
 * @param receiver the receiver's address as the sender sees it
 * @param nonce random, to notice a link to oneself
 * @param userAgent the software (BIP-0014), at most {@link #MAX_USER_AGENT} characters
 * @param startHeight height of the sender's chain
 * @param relay whether transactions are wanted (BIP-0037)
 */
public record Version(
        int version,
        long services,
        long timeSeconds,
        NetAddress receiver,
        long nonce,
        String userAgent,
        int startHeight,
        boolean relay)
        implements Message {
    public static final String TYPE = "version";

    public static final int MAX_USER_AGENT = 256;

    private static final int ADDRESS_BYTES = 26;

    /** Everything after the receiver's address may be absent, as in the oldest nodes. */
    public static Version read(ByteReader reader) throws MalformedException {
        int version = reader.i32();
        long services = reader.i64();
        long time = reader.i64();
        reader.i64();
        NetAddress receiver = NetAddress.ofIp(reader.bytes(16).compact(), reader.u16BigEndian());
        long nonce = 0;
        if (reader.hasRemaining()) {
            reader.skip(ADDRESS_BYTES);
            nonce = reader.i64();
        }
        Bytes agent = reader.hasRemaining() ? reader.varBytes(MAX_USER_AGENT) : Bytes.EMPTY;
        int height = reader.hasRemaining() ? reader.i32() : -1;
        boolean relay = !reader.hasRemaining() || reader.u8() != 0;
        String userAgent = new String(agent.toArray(), StandardCharsets.ISO_8859_1);
        return new Version(version, services, time, receiver, nonce, userAgent, height, relay);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void write(ByteWriter writer) {
        Bytes receiverBytes = receiver.legacyBytes();
        writer.i32(version)
                .i64(services)
                .i64(timeSeconds)
                .i64(0)
                .bytes(receiverBytes == null ? Bytes.wrap(new byte[16]) : receiverBytes)
                .u16BigEndian(receiverBytes == null ? 0 : receiver.port())
                .i64(services)
                .bytes(new byte[ADDRESS_BYTES - 8])
                .i64(nonce)
                .varBytes(Bytes.wrap(userAgent.getBytes(StandardCharsets.ISO_8859_1)))
                .i32(startHeight)
                .u8(relay ? 1 : 0);
    }

    /** The user agent with only the characters that are safe to show. */
    public String cleanUserAgent() {
        StringBuilder clean = new StringBuilder();
        for (int i = 0; i < userAgent.length(); i++) {
            char c = userAgent.charAt(i);
            if (c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || " .,;-_/:?@()".indexOf(c) >= 0) {
                clean.append(c);
            }
        }
        return clean.toString();
    }
}
