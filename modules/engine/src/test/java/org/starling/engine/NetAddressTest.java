package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.starling.bytes.Bytes;

class NetAddressTest {
    private static final String ONION = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";

    @ParameterizedTest
    @CsvSource({
        "127.1, 127.0.0.1",
        "127.1:1234, 127.0.0.1:1234",
        "10.1.258, 10.1.1.2",
        "2130706433, 127.0.0.1",
        "0x7f.0x1, 127.0.0.1",
        "017.2.3.4, 15.2.3.4",
        "0, 0.0.0.0"
    })
    void shortFormsOfIpv4(String text, String full) {
        assertThat(NetAddress.parse(text, 8333)).isEqualTo(NetAddress.parse(full, 8333));
    }

    @ParameterizedTest
    @CsvSource({
        "1.2.3.4, IPV4, 01020304, 1.2.3.4:8333",
        "1.2.3.4:99, IPV4, 01020304, 1.2.3.4:99",
        "[::1]:18444, IPV6, 00000000000000000000000000000001, [::1]:18444",
        "::, IPV6, 00000000000000000000000000000000, [::]:8333",
        "2001:DB8:0:0:1:0:0:1, IPV6, 20010db8000000000001000000000001, [2001:db8::1:0:0:1]:8333",
        "[1:2:3:4:5:6:7::]:1, IPV6, 00010002000300040005000600070000, [1:2:3:4:5:6:7:0]:1",
        "::ffff:1.2.3.4, IPV4, 01020304, 1.2.3.4:8333",
        "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p:0, I2P,"
                + "a2894dabaec08c0051a481a6dac88b64f98232ae42d4b6fd2fa81952dfe36a87,"
                + "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p:0",
        ONION + ":8333, TORV3, 79bcc625184b05194975c28b66b66b0469f7f6556fb1ac3189a79b40dda32f1f, " + ONION + ":8333",
    })
    void textAndBytes(String text, NetworkType network, String hex, String shown) {
        NetAddress address = NetAddress.parse(text, 8333);
        assertThat(address).isNotNull();
        assertThat(address.network()).isEqualTo(network);
        assertThat(address.address().hex()).isEqualTo(hex);
        assertThat(address).hasToString(shown);
        assertThat(NetAddress.parse(shown, 1)).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "1.2.3.",
                "1..2",
                "1.2.3.4.5",
                "1.2.65536",
                "1.08",
                "4294967296",
                "::1.2",
                "1.2.3.256",
                "1.2.3.4:",
                "1.2.3.4:65536",
                "1.2.3.4:x",
                "[::1",
                "::1]:1",
                "1:2:3:4:5:6:7:8:9",
                ":::",
                "1::2::3",
                "12345::",
                "pg6mm.onion",
                "qg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"
            })
    void textThatIsNoAddress(String text) {
        assertThat(NetAddress.parse(text, 8333)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "172.31.0.1",
                "192.168.1.1",
                "127.0.0.1",
                "0.1.2.3",
                "169.254.1.1",
                "100.64.0.1",
                "192.0.2.1",
                "198.18.0.1",
                "255.255.255.255",
                "::1",
                "fe80::1",
                "fc00::1",
                "2001:db8::1",
                "2001:10::1"
            })
    void unroutable(String text) {
        assertThat(Routability.PUBLIC.routable(NetAddress.parse(text, 8333))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "172.32.0.1", "2001::1", "2a00:1450::1", ONION})
    void routable(String text) {
        assertThat(Routability.PUBLIC.routable(NetAddress.parse(text, 8333))).isTrue();
        assertThat(Routability.PUBLIC.routable(NetAddress.parse(text, 0))).isFalse();
    }

    @Test
    void groups() {
        assertThat(group("1.2.3.4")).isEqualTo(group("1.2.9.9")).isNotEqualTo(group("1.3.3.4"));
        assertThat(group("2002:102:304::1")).isEqualTo(group("1.2.0.0"));
        assertThat(group("64:ff9b::1.2.3.4")).isEqualTo(group("1.2.0.0"));
        assertThat(group("2001:0:9d38:953c:10ef:ee22:fefd:fcfb")).isEqualTo(group("1.2.0.0"));
        assertThat(group("2a00:1450:1::1")).isEqualTo(group("2a00:1450:2::1"));
        assertThat(group("2001:470:1000::1")).isNotEqualTo(group("2001:470:2000::1"));
    }

    @Test
    void loopbackIsDistinctByPortWhereItIsRoutable() {
        Routability open = new Routability(true);
        NetAddress one = NetAddress.parse("127.0.0.1:1001", 0);
        NetAddress other = NetAddress.parse("127.0.0.1:1002", 0);
        assertThat(open.routable(one)).isTrue();
        assertThat(open.group(one)).isNotEqualTo(open.group(other));
        assertThat(Routability.PUBLIC.group(one)).isEqualTo(Routability.PUBLIC.group(other));
    }

    private static Bytes group(String text) {
        return Routability.PUBLIC.group(NetAddress.parse(text, 8333));
    }
}
