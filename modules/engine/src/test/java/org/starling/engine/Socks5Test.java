package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.starling.bytes.Bytes;

/** Bytes as RFC 1928 and RFC 1929 draw them. */
class Socks5Test {
    // CONNECT to the name "15.61.23.23", port 1234
    private static final Bytes REQUEST = Bytes.fromHex("05010003" + "0b31352e36312e32332e3233" + "04d2");

    private final Socks5 open = new Socks5("15.61.23.23", 1234, null);
    private final Socks5 isolated = new Socks5("15.61.23.23", 1234, "abc");

    private static void answer(Socks5 socks, String hex) {
        socks.receive(Bytes.fromHex(hex));
    }

    @Test
    void asksForTheAddressAsText() {
        assertThat(open.takeToSend().hex()).isEqualTo("050100");
        answer(open, "0500");
        assertThat(open.takeToSend()).isEqualTo(REQUEST);
        assertThat(open.takeToSend().isEmpty()).isTrue();
        answer(open, "05000001" + "00000000" + "0000");
        assertThat(open.isOpen()).isTrue();
        assertThat(open.rest().isEmpty()).isTrue();
    }

    @Test
    void showsItsCredentialsIfAskedForThem() {
        assertThat(isolated.takeToSend().hex()).isEqualTo("05020002");
        answer(isolated, "0502");
        assertThat(isolated.takeToSend().hex()).isEqualTo("01" + "03616263" + "03616263");
        answer(isolated, "0100");
        assertThat(isolated.takeToSend()).isEqualTo(REQUEST);
    }

    @Test
    void goesOnWithoutCredentialsIfNobodyWantsThem() {
        answer(isolated, "0500");
        assertThat(isolated.takeToSend()).isEqualTo(REQUEST);
    }

    @Test
    void readsAnswersByteByByteAndLeavesTheRest() {
        isolated.takeToSend();
        Bytes answers = Bytes.fromHex("0502" + "0100" + "05000003" + "026869" + "1f90" + "f9be");
        for (int i = 0; i < answers.length() - 2; i++) {
            assertThat(isolated.isOpen()).isFalse();
            isolated.receive(answers.slice(i, i + 1));
        }
        assertThat(isolated.isOpen()).isTrue();
        isolated.receive(Bytes.fromHex("f9be"));
        assertThat(isolated.rest().hex()).isEqualTo("f9be");
    }

    @Test
    void theRestMayComeWithTheReply() {
        answer(open, "0500" + "05000004" + "00".repeat(16) + "0000" + "abcd");
        assertThat(open.isOpen()).isTrue();
        assertThat(open.rest().hex()).isEqualTo("abcd");
    }

    @ParameterizedTest
    @CsvSource({
        "0400, it speaks no SOCKS5",
        "4854, it speaks no SOCKS5",
        "05ff, it demands authentication of another kind (method 255)",
        "0502, it demands authentication of another kind (method 2)",
        "05000502, not allowed by its rules",
        "05000505, connection refused",
        "050005f0, it answered with code 240",
        "05000400, it answered with code 0",
        "0500050000020000, it answered with an address of an unknown type",
    })
    void saysWhyItFailed(String answers, String reason) {
        answer(open, answers);
        assertThat(open.hasFailed()).isTrue();
        assertThat(open.failure()).isEqualTo(reason);
        answer(open, "0500");
        assertThat(open.takeToSend().isEmpty()).isTrue();
    }

    @Test
    void refusedCredentialsAreAFailure() {
        answer(isolated, "0502");
        answer(isolated, "0101");
        assertThat(isolated.failure()).isEqualTo("it refused the credentials");
    }
}
