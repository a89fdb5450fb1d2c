package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainType;
import org.starling.engine.Bootstrap;
import org.starling.engine.NetAddress;
import org.starling.engine.NetworkType;

class SeedOptionsTest {
    private static Bootstrap.Settings bootstrap(ChainType chain, String... arguments) throws UsageException {
        Settings settings = new Settings(Options.ofNode());
        settings.addCommandLine(List.of(arguments));
        return new SeedOptions(settings, ChainParams.of(chain)).bootstrap(new ProxyOptions(settings).routes());
    }

    @Test
    void namesAndTheListOfTheProgramAreUsedUnlessToldNotTo() throws UsageException {
        Bootstrap.Settings usual = bootstrap(ChainType.MAIN);
        assertThat(usual.names()).contains("seed.bitcoin.sipa.be.");
        assertThat(usual.useFixed()).isTrue();
        Bootstrap.Settings none = bootstrap(ChainType.MAIN, "-dnsseed=0", "-fixedseeds=0");
        assertThat(none.names()).isEmpty();
        assertThat(none.useFixed()).isFalse();
    }

    @Test
    void whoNamesTheNodesToConnectToSeeksNoOthers() throws UsageException {
        for (String connect : List.of("-connect=1.2.3.4", "-noconnect", "-connect=0")) {
            Bootstrap.Settings settings = bootstrap(ChainType.MAIN, connect, "-seednode=5.6.7.8");
            assertThat(settings.names()).as(connect).isEmpty();
            assertThat(settings.seedNodes()).as(connect).isEmpty();
            assertThat(settings.useFixed()).as(connect).isFalse();
        }
        assertThat(bootstrap(ChainType.MAIN, "-connect=1.2.3.4", "-dnsseed").names())
                .isNotEmpty();
    }

    @Test
    void regtestHasNoSeedsOfItsOwn() throws UsageException {
        assertThat(bootstrap(ChainType.REGTEST).names()).isEmpty();
        assertThat(bootstrap(ChainType.REGTEST).fixed()).isEmpty();
    }

    @Test
    void seedNodesAreHostsPerhapsWithPorts() throws UsageException {
        assertThat(bootstrap(
                                ChainType.MAIN,
                                "-seednode=5.6.7.8",
                                "-seednode=node.example:1234",
                                "-seednode=[2a00::1]:5")
                        .seedNodes())
                .containsExactly(
                        new Bootstrap.Host("5.6.7.8", 8333),
                        new Bootstrap.Host("node.example", 1234),
                        new Bootstrap.Host("[2a00::1]:5", 8333));
        assertThatThrownBy(() -> bootstrap(ChainType.MAIN, "-seednode=node.example:70000"))
                .hasMessage("Invalid -seednode 'node.example:70000': give a host, and perhaps :<port>");
    }

    @Test
    void whatContradictsItselfIsRefused() {
        assertThatThrownBy(() -> bootstrap(ChainType.MAIN, "-forcednsseed", "-dnsseed=0"))
                .hasMessage("Cannot set -forcednsseed to true when setting -dnsseed to false.");
        assertThatThrownBy(() -> bootstrap(ChainType.MAIN, "-dnsseed", "-onlynet=onion", "-onion=127.0.0.1"))
                .hasMessageContaining("-onlynet forbids connections to IPv4/IPv6");
    }

    @Test
    void theListsOfTheProgramHoldOneNodeOfEachPartOfTheNetwork() throws UsageException {
        for (ChainType chain : List.of(ChainType.MAIN, ChainType.TEST, ChainType.TESTNET4, ChainType.SIGNET)) {
            List<NetAddress> fixed = bootstrap(chain).fixed();
            assertThat(fixed).as(chain.label()).hasSizeGreaterThan(50).doesNotHaveDuplicates();
            assertThat(fixed.stream().map(NetAddress::network))
                    .contains(NetworkType.IPV4, NetworkType.IPV6, NetworkType.TORV3);
            List<NetAddress> ipv4 = fixed.stream()
                    .filter(address -> address.network() == NetworkType.IPV4)
                    .toList();
            assertThat(ipv4.stream().map(address -> address.address().slice(0, 2)))
                    .doesNotHaveDuplicates();
        }
    }
}
