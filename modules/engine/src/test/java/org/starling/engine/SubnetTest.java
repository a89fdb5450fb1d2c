package org.starling.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubnetTest {
    private static final String ONION = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";

    private static Subnet subnet(String text) {
        return Objects.requireNonNull(Subnet.parse(text));
    }

    private static NetAddress address(String text) {
        return Objects.requireNonNull(NetAddress.parse(text, 8333));
    }

    @ParameterizedTest
    @CsvSource({
        "1.2.3.4, 1.2.3.4/32",
        "1.2.3.4/24, 1.2.3.0/24",
        "1.2.3.4/255.255.0.0, 1.2.0.0/16",
        "0.0.0.0/0, 0.0.0.0/0",
        "2001:4d48:ac57:400:cacf:e9ff:fe1d:9c63/19, 2001:4000::/19",
        "::1, ::1/128",
        ONION + ", " + ONION,
    })
    void text(String text, String canonical) {
        assertThat(subnet(text)).hasToString(canonical);
        assertThat(subnet(canonical)).isEqualTo(subnet(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.2.3.",
                "1.2.3.400",
                "1.2.3.4/33",
                "::/129",
                "1.2.3.4/-1",
                "1.2.3.4/255.0.255.0",
                "1.2.3.4/ffff::",
                "1.2.3.4:8333",
                "[::1]:8333",
                "example.org",
                ONION + "/16"
            })
    void notASubnet(String text) {
        assertThat(Subnet.parse(text)).isNull();
    }

    @Test
    void contains() {
        assertThat(subnet("1.2.3.0/25").contains(address("1.2.3.127:1"))).isTrue();
        assertThat(subnet("1.2.3.0/25").contains(address("1.2.3.128:1"))).isFalse();
        assertThat(subnet("10.1.0.0/255.255.254.0").contains(address("10.1.1.9")))
                .isTrue();
        assertThat(subnet("10.1.0.0/255.255.254.0").contains(address("10.1.2.9")))
                .isFalse();
        assertThat(subnet("2001:db8::/32").contains(address("2001:db8:1::5"))).isTrue();
        assertThat(subnet("2001:db8::/32").contains(address("2001:db9::5"))).isFalse();
        assertThat(subnet("0.0.0.0/0").contains(address("203.0.113.7"))).isTrue();
        assertThat(subnet("::/0").contains(address("203.0.113.7"))).isFalse();
        assertThat(subnet("0.0.0.0/0").contains(address("[::1]:1"))).isFalse();
        assertThat(subnet(ONION).contains(address(ONION + ":5"))).isTrue();
    }
}
