package org.starling.engine;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;

/**
 * Asks a SOCKS5 proxy (RFC 1928) for a connection. Addresses go to it as text: what is a name there is looked up there.
 *
 * <pre>
 *   METHOD --no authentication--> REPLY --granted, all read--> OPEN
 *   METHOD --credentials--> LOGIN --accepted--> REPLY
 *   any --refusal, nonsense--> FAILED
 * </pre>
 */
final class Socks5 {
    private static final byte VERSION = 5;
    private static final byte LOGIN_VERSION = 1;
    private static final byte NO_AUTHENTICATION = 0;
    private static final byte CREDENTIALS = 2;
    private static final byte CONNECT = 1;
    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;
    private static final int PORT_BYTES = 2;

    /** Before the address of a reply. */
    private static final int REPLY_HEAD_BYTES = 4;

    private static final int MAX_TEXT_BYTES = 255;

    private static final String[] REFUSALS = {
        "granted",
        "general failure",
        "not allowed by its rules",
        "network unreachable",
        "host unreachable",
        "connection refused",
        "time to live expired",
        "command not supported",
        "type of address not supported"
    };

    private enum State {
        METHOD,
        LOGIN,
        REPLY,
        OPEN,
        FAILED
    }

    private final String host;
    private final int port;
    private final @Nullable String credential;
    private State state = State.METHOD;
    private Bytes toSend;
    private Bytes input = Bytes.EMPTY;
    private String failure = "";

    /**
     * @param credential user name and password for this connection alone, at most 255 characters of ASCII; null for none
     */
    Socks5(String host, int port, @Nullable String credential) {
        this.host = host;
        this.port = port;
        this.credential = credential;
        toSend = credential == null
                ? Bytes.copyOf(VERSION, (byte) 1, NO_AUTHENTICATION)
                : Bytes.copyOf(VERSION, (byte) 2, NO_AUTHENTICATION, CREDENTIALS);
    }

    /** What has to be sent now, perhaps nothing. */
    Bytes takeToSend() {
        Bytes taken = toSend;
        toSend = Bytes.EMPTY;
        return taken;
    }

    /** Takes bytes from the proxy. */
    void receive(Bytes data) {
        input = input.isEmpty() ? data : Bytes.concat(input, data);
        State before;
        do {
            before = state;
            step();
        } while (state != before);
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    boolean hasFailed() {
        return state == State.FAILED;
    }

    /** Why it failed. */
    String failure() {
        return failure;
    }

    /** Once open: bytes that are not the proxy's but the other side's. */
    Bytes rest() {
        return input;
    }

    private void step() {
        switch (state) {
            case METHOD -> method();
            case LOGIN -> login();
            case REPLY -> reply();
            case OPEN -> {}
            case FAILED -> input = Bytes.EMPTY;
        }
    }

    private void method() {
        if (input.length() < 2) {
            return;
        }
        byte chosen = input.get(1);
        if (input.get(0) != VERSION) {
            fail("it speaks no SOCKS5");
        } else if (chosen == NO_AUTHENTICATION) {
            request();
        } else if (chosen == CREDENTIALS && credential != null) {
            ByteWriter writer = new ByteWriter(64);
            writer.u8(LOGIN_VERSION);
            text(writer, credential);
            text(writer, credential);
            toSend = Bytes.wrap(writer.toArray());
            state = State.LOGIN;
        } else {
            fail("it demands authentication of another kind (method " + (chosen & 0xff) + ")");
        }
        input = input.from(Math.min(2, input.length()));
    }

    private void login() {
        if (input.length() < 2) {
            return;
        }
        if (input.get(0) != LOGIN_VERSION || input.get(1) != 0) {
            fail("it refused the credentials");
        } else {
            request();
            input = input.from(2);
        }
    }

    private void request() {
        ByteWriter writer = new ByteWriter(64);
        writer.u8(VERSION);
        writer.u8(CONNECT);
        writer.u8(0);
        writer.u8(NAME);
        text(writer, host);
        writer.u16BigEndian(port);
        toSend = Bytes.wrap(writer.toArray());
        state = State.REPLY;
    }

    private static void text(ByteWriter writer, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length == 0 || bytes.length > MAX_TEXT_BYTES) {
            throw new IllegalArgumentException("SOCKS5 has no room for " + text);
        }
        writer.u8(bytes.length);
        writer.bytes(bytes);
    }

    private void reply() {
        if (input.length() >= 2 && (input.get(0) != VERSION || input.get(1) != 0)) {
            int code = input.unsigned(1);
            fail(input.get(0) != VERSION || code >= REFUSALS.length ? "it answered with code " + code : REFUSALS[code]);
            return;
        }
        if (input.length() <= REPLY_HEAD_BYTES) {
            return;
        }
        int address = switch (input.unsigned(REPLY_HEAD_BYTES - 1)) {
            case IPV4 -> 4;
            case IPV6 -> 16;
            case NAME -> 1 + input.unsigned(REPLY_HEAD_BYTES);
            default -> -1;
        };
        if (address < 0) {
            fail("it answered with an address of an unknown type");
        } else if (input.length() >= REPLY_HEAD_BYTES + address + PORT_BYTES) {
            input = input.from(REPLY_HEAD_BYTES + address + PORT_BYTES);
            state = State.OPEN;
        }
    }

    private void fail(String reason) {
        state = State.FAILED;
        failure = reason;
        toSend = Bytes.EMPTY;
        input = Bytes.EMPTY;
    }
}
