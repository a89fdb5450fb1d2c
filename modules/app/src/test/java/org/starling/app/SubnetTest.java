package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class SubnetTest {
    private static boolean contains(String subnet, String host) {
        return Subnet.parse(subnet).contains(InetAddress.ofLiteral(host));
    }

    @Test
    void anAddressAPrefixOrAMask() {
        assertThat(contains("10.1.2.3", "10.1.2.3")).isTrue();
        assertThat(contains("10.1.2.3", "10.1.2.4")).isFalse();
        assertThat(contains("10.1.0.0/16", "10.1.255.4")).isTrue();
        assertThat(contains("10.1.0.0/16", "10.2.0.1")).isFalse();
        assertThat(contains("10.1.0.0/255.255.254.0", "10.1.1.9")).isTrue();
        assertThat(contains("10.1.0.0/255.255.254.0", "10.1.2.9")).isFalse();
        assertThat(contains("0.0.0.0/0", "203.0.113.7")).isTrue();
        assertThat(contains("::/0", "203.0.113.7")).isFalse();
        assertThat(contains("2001:db8::/32", "2001:db8:1::5")).isTrue();
        assertThat(contains("2001:db8::/32", "2001:db9::5")).isFalse();
    }

    @Test
    void whatIsNone() {
        for (String text :
                new String[] {"", "host", "1.2.3", "1.2.3.400", "1.2.3.4/33", "1.2.3.4/255.0.255.0", "::/129"}) {
            assertThat(Subnet.parse(text)).as(text).isNull();
        }
    }
}
