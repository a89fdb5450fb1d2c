package org.starling.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hex;
import org.starling.crypto.HmacSha256;
import org.starling.world.Endpoint;
import org.starling.world.Randomness;

/**
 * Asks a Tor on this machine for an onion service that leads to us, by its control port (control-spec). The service lasts
 * as long as the link to the port.
 *
 * <pre>
 *   PROTOCOL --null, password--> LOGIN --accepted--> SOCKS --> SERVICE --> PUBLISHED
 *   PROTOCOL --cookie--> CHALLENGE --it knows the cookie--> LOGIN
 *   SOCKS is left out if Tor's proxy is not wanted
 *   any --refusal, nonsense--> FAILED
 * </pre>
 *
 * Of the cookie methods only SAFECOOKIE is used: COOKIE would send a file of 32 bytes to whoever listens on the port.
 */
public final class TorControl {
    /** The port that Tor's manual gives for control. */
    public static final int DEFAULT_PORT = 9051;

    /** Length of the file that shows that we may read Tor's files. */
    public static final int COOKIE_BYTES = 32;

    private static final Bytes SERVER_KEY = ascii("Tor safe cookie authentication server-to-controller hash");
    private static final Bytes CLIENT_KEY = ascii("Tor safe cookie authentication controller-to-server hash");
    private static final String NEW_KEY = "NEW:ED25519-V3";
    private static final String SOCKS_LISTENERS = "net/listeners/socks";

    private enum State {
        PROTOCOL,
        CHALLENGE,
        LOGIN,
        SOCKS,
        SERVICE,
        PUBLISHED,
        FAILED
    }

    /**
     * What is wanted of Tor.
     *
     * @param control where its control port is
     * @param password for the control port; empty for none
     * @param servicePort the port of the onion address
     * @param entrance where Tor connects to on our side
     * @param wantsProxy whether to find out its SOCKS port, for onions to connect to
     */
    public record Settings(Endpoint control, String password, int servicePort, Endpoint entrance, boolean wantsProxy) {}

    private final Settings settings;
    private final Function<String, byte @Nullable []> cookies;
    private final byte[] nonce = new byte[COOKIE_BYTES];
    private State state = State.PROTOCOL;
    private String key;
    private byte[] cookie = {};
    private String toSend = "PROTOCOLINFO 1\r\n";
    private final StringBuilder line = new StringBuilder();
    private final List<String> lines = new ArrayList<>();
    private boolean inData;
    private String failure = "";
    private @Nullable Proxy proxy;
    private @Nullable NetAddress service;

    /**
     * @param key the private key that Tor gave for an earlier service; empty for a new one
     * @param cookies reads a file by its path, null if that cannot be read
     */
    public TorControl(Settings settings, String key, Function<String, byte @Nullable []> cookies, Randomness random) {
        this.settings = settings;
        this.key = key.isEmpty() ? NEW_KEY : key;
        this.cookies = cookies;
        random.fill(nonce);
    }

    /** What has to be sent now, perhaps nothing. */
    public Bytes takeToSend() {
        Bytes taken = ascii(toSend);
        toSend = "";
        return taken;
    }

    /** Takes bytes from the control port. */
    public void receive(Bytes data) {
        for (int i = 0; i < data.length() && state != State.FAILED; i++) {
            char c = (char) data.unsigned(i);
            if (c != '\n') {
                line.append(c);
            } else {
                String complete = line.toString();
                line.setLength(0);
                line(complete.endsWith("\r") ? complete.substring(0, complete.length() - 1) : complete);
            }
            if (line.length() > Limits.TOR_LINE_BYTES || lines.size() > Limits.TOR_REPLY_LINES) {
                fail("its reply is too long");
            }
        }
    }

    private void line(String text) {
        if (inData) {
            inData = !text.equals(".");
            return;
        }
        if (!text.matches("[0-9]{3}[-+ ].*")) {
            fail("it speaks no control protocol");
            return;
        }
        lines.add(text.substring(4));
        inData = text.charAt(3) == '+';
        if (text.charAt(3) == ' ') {
            TorReply reply = new TorReply(Integer.parseInt(text.substring(0, 3)), lines);
            lines.clear();
            // What it tells unasked.
            if (reply.code() / 100 != 6) {
                reply(reply);
            }
        }
    }

    private void reply(TorReply reply) {
        if (reply.code() != TorReply.OK && state != State.SOCKS) {
            fail("it refuses: " + reply.text());
            return;
        }
        switch (state) {
            case PROTOCOL -> logIn(reply);
            case CHALLENGE -> challenged(reply);
            case LOGIN -> loggedIn();
            case SOCKS -> {
                proxy = proxyIn(reply);
                askForService();
            }
            case SERVICE -> published(reply);
            case PUBLISHED, FAILED -> {}
        }
    }

    private void logIn(TorReply reply) {
        String auth = reply.after("AUTH ");
        Map<String, String> values = TorReply.values(auth == null ? "" : auth);
        List<String> methods = List.of(values.getOrDefault("METHODS", "").split(","));
        if (!settings.password().isEmpty()) {
            if (methods.contains("HASHEDPASSWORD")) {
                say(State.LOGIN, "AUTHENTICATE " + TorReply.quoted(settings.password()));
            } else {
                fail("it takes no password (set HashedControlPassword in torrc, or leave -torpassword out)");
            }
        } else if (methods.contains("NULL")) {
            say(State.LOGIN, "AUTHENTICATE");
        } else if (methods.contains("SAFECOOKIE")) {
            readCookie(values.getOrDefault("COOKIEFILE", ""));
        } else if (methods.contains("HASHEDPASSWORD")) {
            fail("it wants a password: set -torpassword");
        } else {
            fail("none of its ways to log in is known here: " + methods);
        }
    }

    private void readCookie(String path) {
        byte[] read = cookies.apply(path);
        if (read == null || read.length != COOKIE_BYTES) {
            fail("its cookie " + path + " cannot be read, or has not " + COOKIE_BYTES + " bytes");
        } else {
            cookie = read;
            say(State.CHALLENGE, "AUTHCHALLENGE SAFECOOKIE " + Hex.encode(nonce, 0, nonce.length));
        }
    }

    private void challenged(TorReply reply) {
        String text = reply.after("AUTHCHALLENGE ");
        Map<String, String> values = TorReply.values(text == null ? "" : text);
        String hash = values.getOrDefault("SERVERHASH", "").toLowerCase(Locale.ROOT);
        String theirs = values.getOrDefault("SERVERNONCE", "");
        if (!theirs.matches("[0-9A-Fa-f]{64}")) {
            fail("its challenge makes no sense");
            return;
        }
        Bytes[] said = {Bytes.wrap(cookie), Bytes.wrap(nonce), Bytes.fromHex(theirs)};
        if (HmacSha256.hash(SERVER_KEY, said).hex().equals(hash)) {
            say(State.LOGIN, "AUTHENTICATE " + HmacSha256.hash(CLIENT_KEY, said).hex());
        } else {
            fail("it does not know its own cookie: another program may listen on its port");
        }
    }

    private void loggedIn() {
        if (settings.wantsProxy()) {
            say(State.SOCKS, "GETINFO " + SOCKS_LISTENERS);
        } else {
            askForService();
        }
    }

    /** Its first SOCKS listener on IP, or the usual one if it names none. */
    private static Proxy proxyIn(TorReply reply) {
        String listeners = reply.after(SOCKS_LISTENERS + "=");
        for (String word : TorReply.words(listeners == null ? "" : listeners)) {
            NetAddress address = NetAddress.parse(TorReply.unquoted(word), Proxy.DEFAULT_PORT);
            if (address != null && address.endpoint() != null) {
                return new Proxy(address.endpoint(), true);
            }
        }
        return new Proxy(
                new Endpoint(Bytes.copyOf((byte) 127, (byte) 0, (byte) 0, (byte) 1), Proxy.DEFAULT_PORT), true);
    }

    private void askForService() {
        say(State.SERVICE, "ADD_ONION " + key + " Port=" + settings.servicePort() + "," + settings.entrance());
    }

    private void published(TorReply reply) {
        String id = reply.after("ServiceID=");
        String given = reply.after("PrivateKey=");
        service = id == null ? null : NetAddress.parse(id + ".onion", settings.servicePort());
        if (service == null || given == null && key.equals(NEW_KEY)) {
            fail("it names no onion service");
            return;
        }
        key = given == null ? key : given;
        state = State.PUBLISHED;
    }

    private void say(State next, String command) {
        state = next;
        toSend = command + "\r\n";
    }

    private void fail(String reason) {
        state = State.FAILED;
        failure = reason;
        toSend = "";
    }

    public boolean hasFailed() {
        return state == State.FAILED;
    }

    /** Why it failed, of Tor as "it". */
    public String failure() {
        return failure;
    }

    /** Our onion address, once Tor has published it. */
    public @Nullable NetAddress service() {
        return state == State.PUBLISHED ? service : null;
    }

    /** The private key of the published service, to have the same address again. */
    public String privateKey() {
        return key;
    }

    /** Tor's own proxy, if that was asked for and answered. */
    public @Nullable Proxy proxy() {
        return proxy;
    }

    private static Bytes ascii(String text) {
        return Bytes.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
