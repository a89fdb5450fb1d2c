package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.crypto.HmacSha256;
import org.starling.world.Endpoint;
import org.starling.world.SeededRandomness;

/** The other side's lines are those of Tor's control-spec. */
class TorControlTest {
    private static final Bytes LOOPBACK = Bytes.fromHex("7f000001");
    private static final String ID = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd";
    private static final Bytes COOKIE = Bytes.fromHex("ab".repeat(32));
    private static final String SAFE_COOKIE =
            "250-AUTH METHODS=COOKIE,SAFECOOKIE COOKIEFILE=\"/run/t\\\"or/cookie\"\r\n250 OK\r\n";

    private TorControl control(String password, String key, boolean wantsProxy) {
        return new TorControl(
                new TorControl.Settings(
                        new Endpoint(LOOPBACK, 9051), password, 8333, new Endpoint(LOOPBACK, 8334), wantsProxy),
                key,
                Map.of("/run/t\"or/cookie", COOKIE.toArray())::get,
                new SeededRandomness(1));
    }

    /** What it says after that was said to it. */
    private static String answer(TorControl control, String said) {
        control.receive(Bytes.wrap(said.getBytes(StandardCharsets.US_ASCII)));
        return new String(control.takeToSend().toArray(), StandardCharsets.US_ASCII);
    }

    @Test
    void asksForANewServiceWhereNoLoginIsNeeded() {
        TorControl control = control("", "", false);
        assertThat(answer(control, "")).isEqualTo("PROTOCOLINFO 1\r\n");
        assertThat(answer(control, "250-PROTOCOLINFO 1\r\n250-AUTH METHODS=NULL\r\n250-VERSION Tor=\"0.4.8.10\"\r\n"))
                .isEmpty();
        assertThat(answer(control, "250 OK\r\n")).isEqualTo("AUTHENTICATE\r\n");
        assertThat(answer(control, "250 OK\r\n")).isEqualTo("ADD_ONION NEW:ED25519-V3 Port=8333,127.0.0.1:8334\r\n");
        assertThat(control.service()).isNull();
        assertThat(answer(control, "250-ServiceID=" + ID + "\r\n250-PrivateKey=ED25519-V3:c2VjcmV0\r\n250 OK\r\n"))
                .isEmpty();
        assertThat(control.service()).hasToString(ID + ".onion:8333");
        assertThat(control.privateKey()).isEqualTo("ED25519-V3:c2VjcmV0");
        assertThat(control.proxy()).isNull();
    }

    @Test
    void anEarlierKeyGivesTheSameServiceAgain() {
        TorControl control = control("", "ED25519-V3:b2xk", false);
        answer(control, "250-AUTH METHODS=NULL\r\n250 OK\r\n");
        assertThat(answer(control, "250 OK\r\n")).isEqualTo("ADD_ONION ED25519-V3:b2xk Port=8333,127.0.0.1:8334\r\n");
        answer(control, "250-ServiceID=" + ID + "\r\n250 OK\r\n");
        assertThat(control.privateKey()).isEqualTo("ED25519-V3:b2xk");
        assertThat(control.service()).isNotNull();
    }

    @Test
    void provesThatItKnowsTheCookieToWhoDoesToo() {
        TorControl control = control("", "", false);
        answer(control, "");
        String challenge = answer(control, SAFE_COOKIE);
        assertThat(challenge).matches("AUTHCHALLENGE SAFECOOKIE [0-9a-f]{64}\r\n");
        Bytes[] said = {COOKIE, Bytes.fromHex(challenge.substring(25, 89)), Bytes.fromHex("cd".repeat(32))};
        Bytes server = HmacSha256.hash(key("Tor safe cookie authentication server-to-controller hash"), said);
        Bytes client = HmacSha256.hash(key("Tor safe cookie authentication controller-to-server hash"), said);
        assertThat(answer(
                        control,
                        "250 AUTHCHALLENGE SERVERHASH=" + server.hex().toUpperCase(java.util.Locale.ROOT)
                                + " SERVERNONCE=" + "CD".repeat(32) + "\r\n"))
                .isEqualTo("AUTHENTICATE " + client.hex() + "\r\n");
    }

    private static Bytes key(String text) {
        return Bytes.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void whoDoesNotKnowTheCookieLearnsNothing() {
        TorControl control = control("", "", false);
        answer(control, SAFE_COOKIE);
        assertThat(answer(
                        control,
                        "250 AUTHCHALLENGE SERVERHASH=" + "00".repeat(32) + " SERVERNONCE=" + "00".repeat(32) + "\r\n"))
                .isEmpty();
        assertThat(control.failure()).contains("does not know its own cookie");
    }

    @Test
    void aPlainCookieIsNeverSent() {
        TorControl control = control("", "", false);
        answer(control, "");
        assertThat(answer(control, "250-AUTH METHODS=COOKIE COOKIEFILE=\"/run/t\\\"or/cookie\"\r\n250 OK\r\n"))
                .isEmpty();
        assertThat(control.hasFailed()).isTrue();
    }

    @Test
    void cookiesThatCannotBeReadAreSaid() {
        TorControl control = control("", "", false);
        answer(control, "250-AUTH METHODS=SAFECOOKIE COOKIEFILE=\"/elsewhere\"\r\n250 OK\r\n");
        assertThat(control.failure()).startsWith("its cookie /elsewhere cannot be read");
    }

    @Test
    void passwordsAreQuoted() {
        TorControl control = control("a\"b\\c", "", false);
        answer(control, "");
        assertThat(answer(control, "250-AUTH METHODS=HASHEDPASSWORD\r\n250 OK\r\n"))
                .isEqualTo("AUTHENTICATE \"a\\\"b\\\\c\"\r\n");
        answer(control, "515 Authentication failed: Password did not match\r\n");
        assertThat(control.failure()).isEqualTo("it refuses: 515 Authentication failed: Password did not match");
    }

    @Test
    void findsTorsOwnProxy() {
        TorControl control = control("", "", true);
        answer(control, "250-AUTH METHODS=NULL\r\n250 OK\r\n");
        assertThat(answer(control, "250 OK\r\n")).isEqualTo("GETINFO net/listeners/socks\r\n");
        assertThat(answer(control, "250-net/listeners/socks=\"unix:/run/tor/socks\" \"127.0.0.1:9150\"\r\n250 OK\r\n"))
                .startsWith("ADD_ONION ");
        assertThat(control.proxy()).isEqualTo(new Proxy(new Endpoint(LOOPBACK, 9150), true));
    }

    @Test
    void aTorThatDoesNotNameItsProxyHasTheUsualOne() {
        TorControl control = control("", "", true);
        answer(control, "250-AUTH METHODS=NULL\r\n250 OK\r\n");
        answer(control, "250 OK\r\n");
        assertThat(answer(control, "552 Unrecognized key \"net/listeners/socks\"\r\n"))
                .startsWith("ADD_ONION ");
        assertThat(control.proxy()).isEqualTo(new Proxy(new Endpoint(LOOPBACK, 9050), true));
    }

    @Test
    void eventsAndDataInBetweenAreSkipped() {
        TorControl control = control("", "", false);
        answer(control, "");
        assertThat(
                        answer(
                                control,
                                "650 NOTICE hello\r\n250+PROTOCOLINFO 1\r\nany text\r\n.\r\n250-AUTH METHODS=NULL\r\n250 OK\r\n"))
                .isEqualTo("AUTHENTICATE\r\n");
    }

    @Test
    void otherProgramsAndEndlessRepliesAreGivenUp() {
        TorControl web = control("", "", false);
        answer(web, "HTTP/1.1 400 Bad Request\r\n");
        assertThat(web.failure()).isEqualTo("it speaks no control protocol");

        TorControl longLine = control("", "", false);
        answer(longLine, "2".repeat(Limits.TOR_LINE_BYTES + 1));
        assertThat(longLine.failure()).isEqualTo("its reply is too long");

        TorControl manyLines = control("", "", false);
        answer(manyLines, "250-more\r\n".repeat(Limits.TOR_REPLY_LINES + 1));
        assertThat(manyLines.failure()).isEqualTo("its reply is too long");
    }
}
