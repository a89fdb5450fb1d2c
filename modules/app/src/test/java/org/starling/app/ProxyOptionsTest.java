package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.starling.engine.NetAddress;
import org.starling.engine.NetworkType;
import org.starling.engine.Proxy;
import org.starling.engine.Routes;

class ProxyOptionsTest {
    private static Settings settings(String... arguments) throws UsageException {
        Settings settings = new Settings(Options.ofNode());
        settings.addCommandLine(List.of(arguments));
        return settings;
    }

    private static Routes routes(String... arguments) throws UsageException {
        return new ProxyOptions(settings(arguments)).routes();
    }

    private static String shown(Routes routes, NetworkType network) {
        Proxy proxy = routes.proxies().get(network);
        return proxy == null ? "" : proxy.place() + (proxy.isolate() ? " isolated" : "");
    }

    @Test
    void withoutOptionsOnlyIpIsReached() throws Exception {
        Routes routes = routes();
        assertThat(routes.proxies()).isEmpty();
        assertThat(routes.usable(NetworkType.IPV4)).isTrue();
        assertThat(routes.usable(NetworkType.IPV6)).isTrue();
        assertThat(routes.usable(NetworkType.TORV3)).isFalse();
        assertThat(routes.usable(NetworkType.CJDNS)).isFalse();
    }

    @Test
    void oneProxyServesAllNetworksButI2p() throws Exception {
        Routes routes = routes("-proxy=127.0.0.1");
        for (NetworkType network : NetworkType.values()) {
            assertThat(shown(routes, network)).isEqualTo(network == NetworkType.I2P ? "" : "127.0.0.1:9050 isolated");
        }
        assertThat(routes.usable(NetworkType.TORV3)).isTrue();
    }

    @Test
    void onionsMayHaveAProxyOfTheirOwnOrNone() throws Exception {
        Routes two = routes("-proxy=127.0.0.1:1", "-onion=[::1]:2", "-proxyrandomize=0");
        assertThat(shown(two, NetworkType.IPV4)).isEqualTo("127.0.0.1:1");
        assertThat(shown(two, NetworkType.TORV3)).isEqualTo("[::1]:2");
        assertThat(shown(routes("-proxy=127.0.0.1:1", "-noonion"), NetworkType.TORV3))
                .isEmpty();
        assertThat(shown(routes("-proxy=127.0.0.1:1", "-onion=0"), NetworkType.TORV3))
                .isEmpty();
    }

    @Test
    void aProxyMayBeASocketInTheFileSystem() throws Exception {
        Routes routes = routes("-proxy=unix:/run/all", "-onion=unix:/run/tor/socks");
        assertThat(shown(routes, NetworkType.IPV4)).isEqualTo("unix:/run/all isolated");
        assertThat(shown(routes, NetworkType.TORV3)).isEqualTo("unix:/run/tor/socks isolated");
        String tooLong = "unix:" + "x".repeat(1000);
        assertThatThrownBy(() -> routes("-proxy=" + tooLong))
                .hasMessage("Invalid -proxy address or hostname: '" + tooLong + "'");
    }

    @Test
    void whoIsPartOfCjdnsMeansItByItsAddresses() throws Exception {
        NetAddress address = NetAddress.parse("[fc00:1:2:3:4:5:6:7]:8888", 0);
        assertThat(routes().meant(address).network()).isEqualTo(NetworkType.IPV6);
        Routes member = routes("-cjdnsreachable", "-proxy=127.0.0.1");
        assertThat(member.meant(address).network()).isEqualTo(NetworkType.CJDNS);
        assertThat(member.proxy(member.meant(address))).isNotNull();
        NetAddress other = NetAddress.parse("[2001:db8::1]:8888", 0);
        assertThat(member.meant(other)).isEqualTo(other);
    }

    @Test
    void onlynetLimitsWhatIsChosen() throws Exception {
        Routes routes = routes("-onlynet=onion", "-onlynet=ipv6", "-onion=127.0.0.1");
        assertThat(routes.usable(NetworkType.IPV4)).isFalse();
        assertThat(routes.usable(NetworkType.IPV6)).isTrue();
        assertThat(routes.usable(NetworkType.TORV3)).isTrue();
        assertThat(routes("-onlynet=cjdns", "-cjdnsreachable").usable(NetworkType.CJDNS))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "-proxy=abc..abc:23456, Invalid -proxy address or hostname: 'abc..abc:23456'",
        "-proxy=192.0.0.1:def, Invalid port specified in -proxy: '192.0.0.1:def'",
        "-onion=xyz..xyz:23456, Invalid -onion address or hostname: 'xyz..xyz:23456'",
        "-onion=192.0.0.1:0, Invalid port specified in -onion: '192.0.0.1:0'",
        "-onlynet=abc, Unknown network specified in -onlynet: 'abc'",
        "-onlynet=i2p, Outbound connections restricted to i2p (-onlynet=i2p) but -i2psam is not provided",
        "-onlynet=cjdns, Outbound connections restricted to CJDNS (-onlynet=cjdns) but -cjdnsreachable is not provided",
    })
    void refusesWhatCannotBeMeant(String argument, String message) {
        assertThatThrownBy(() -> routes(argument)).hasMessage(message);
    }

    @Test
    void onlyOnionsNeedAProxy() {
        assertThatThrownBy(() -> routes("-onlynet=onion", "-onion=0")).hasMessageEndingWith("forbidden: -onion=0");
        assertThatThrownBy(() -> routes("-onlynet=onion", "-listenonion=0"))
                .hasMessageEndingWith("none of -proxy, -onion or -listenonion is given");
        assertThatCode(() -> routes("-onlynet=onion"))
                .as("Tor itself may tell its proxy")
                .doesNotThrowAnyException();
    }
}
