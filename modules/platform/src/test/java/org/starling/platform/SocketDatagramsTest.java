package org.starling.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.world.Datagrams.Datagram;
import org.starling.world.Datagrams.Port;
import org.starling.world.Endpoint;
import org.starling.world.NetworkException;

class SocketDatagramsTest {
    private static final Endpoint ANY_PORT = new Endpoint(Bytes.fromHex("7f000001"), 0);

    private final SocketDatagrams datagrams = new SocketDatagrams();
    private final LinkedBlockingQueue<Datagram> arrived = new LinkedBlockingQueue<>();

    @Test
    void aDatagramArrivesWhenItIsAskedFor() throws Exception {
        Port us = datagrams.open(ANY_PORT, arrived::add);
        Port them = datagrams.open(ANY_PORT, datagram -> {});
        them.send(us.local(), Bytes.fromHex("010203"));
        them.send(us.local(), Bytes.fromHex("04"));
        assertThat(arrived.poll(200, TimeUnit.MILLISECONDS)).isNull();
        us.read();
        assertThat(arrived.poll(20, TimeUnit.SECONDS)).isEqualTo(new Datagram(them.local(), Bytes.fromHex("010203")));
        assertThat(arrived.poll(200, TimeUnit.MILLISECONDS)).isNull();
        us.read();
        assertThat(arrived.poll(20, TimeUnit.SECONDS)).isEqualTo(new Datagram(them.local(), Bytes.fromHex("04")));
        us.close();
        them.close();
    }

    @Test
    void aPortInUseIsRefused() throws Exception {
        Port us = datagrams.open(ANY_PORT, arrived::add);
        assertThatThrownBy(() -> datagrams.open(us.local(), arrived::add))
                .isInstanceOf(NetworkException.class)
                .hasMessageStartingWith("Unable to use UDP at " + us.local());
        us.close();
        datagrams.open(us.local(), arrived::add).close();
    }

    @Test
    void theAddressTowardsAnother() throws Exception {
        assertThat(datagrams.localFor(new Endpoint(Bytes.fromHex("7f000002"), 5351)))
                .isEqualTo(ANY_PORT);
    }

    @Test
    void gatewaysAreReadFromLinuxsTables() {
        assertThat(Gateways.ofRoutes(List.of(
                        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
                        "eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
                        "eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0")))
                .containsExactly(Bytes.fromHex("c0a80101"));
        assertThat(Gateways.ofIpv6Routes(List.of(
                        "fd000000000000000000000000000000 40 00000000000000000000000000000000 00"
                                + " 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0",
                        "00000000000000000000000000000000 00 00000000000000000000000000000000 00"
                                + " fe800000000000000000000000000001 00000400 00000003 00000000 00000003     eth0",
                        "00000000000000000000000000000000 00 00000000000000000000000000000000 00"
                                + " 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo")))
                .containsExactly(Bytes.fromHex("fe800000000000000000000000000001"));
        assertThat(Gateways.ofRoutes(List.of("nonsense", ""))).isEmpty();
    }
}
