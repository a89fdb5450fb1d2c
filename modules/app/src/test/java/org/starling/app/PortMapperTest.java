package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams;
import org.starling.embed.MachineWorld;
import org.starling.engine.LocalAddresses;
import org.starling.engine.NetAddress;
import org.starling.node.Node;
import org.starling.node.NodeConfig;
import org.starling.node.World;
import org.starling.platform.SocketDatagrams;
import org.starling.world.Datagrams;
import org.starling.world.Endpoint;
import org.starling.world.NetworkException;

/** A node asks a gateway of the test's own, over UDP, for a port. */
class PortMapperTest {
    private static final String GATEWAY = "127.9.8.7";

    @TempDir
    Path folder;

    private final LinkedBlockingQueue<String> asked = new LinkedBlockingQueue<>();

    /** This machine's datagrams, with that gateway. */
    private static final class OneGateway implements Datagrams {
        private final Datagrams real = new SocketDatagrams();

        @Override
        public Port open(Endpoint local, Consumer<Datagram> sink) throws NetworkException {
            return real.open(local, sink);
        }

        @Override
        public Endpoint localFor(Endpoint remote) throws NetworkException {
            return real.localFor(remote);
        }

        @Override
        public List<Bytes> gateways() {
            return List.of(Bytes.fromHex("7f090807"));
        }
    }

    /** Maps whatever is asked for to 77.1.2.3:9000, for an hour. */
    private void serve(DatagramSocket socket) {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[1100], 1100);
                socket.receive(packet);
                String request = HexFormat.of().formatHex(Arrays.copyOf(packet.getData(), packet.getLength()));
                asked.add(request);
                byte[] reply = HexFormat.of()
                        .parseHex("02810000" + "00000e10" + "00000064" + "0".repeat(24) + request.substring(48, 84)
                                + "2328" + "00000000000000000000ffff4d010203");
                socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
            }
        } catch (java.io.IOException e) {
            asked.add("closed");
        }
    }

    private static World with(World world, Datagrams datagrams) {
        return new World(
                world.clock(),
                world.randomness(),
                world.store(),
                world.files(),
                world.blocks(),
                world.workers(),
                world.scripts(),
                world.core(),
                world.validation(),
                world.disk(),
                world.indexes(),
                world.network(),
                world.names(),
                datagrams);
    }

    @Test
    void theMappedAddressIsOursUntilTheNodeStops() throws Exception {
        NodeConfig config = NodeConfig.of(ChainParams.regtest(), "/Test:1/");
        NodeConfig.Connections none = config.connections();
        NodeConfig.Connections mapped = new NodeConfig.Connections(
                List.of(new Endpoint(Bytes.fromHex("7f000001"), 0)),
                none.only(),
                none.added(),
                none.automatic(),
                none.external(),
                none.max(),
                none.fullRelay(),
                none.blockRelay(),
                none.active(),
                none.routability(),
                none.permitted(),
                none.routes(),
                none.banSeconds(),
                new NodeConfig.Listening(false, 0, true, List.of(), List.of(), true));
        try (DatagramSocket gateway = new DatagramSocket(new InetSocketAddress(InetAddress.getByName(GATEWAY), 5351));
                MachineWorld machine =
                        new MachineWorld(MachineWorld.Place.of(folder.resolve("node")), "node-", failure -> {})) {
            Thread.ofVirtual().start(() -> serve(gateway));
            World world = with(machine.world(), new OneGateway());
            try (Node node = Node.start(config.withConnections(mapped), world)) {
                Instant end = Instant.now().plus(Duration.ofSeconds(20));
                while (own(node).isEmpty()) {
                    assertThat(Instant.now()).isBefore(end);
                    Thread.sleep(10);
                }
                assertThat(own(node))
                        .containsExactly(new LocalAddresses.Entry(NetAddress.parse("77.1.2.3:9000", 0), 3));
                assertThat(asked.poll(1, TimeUnit.SECONDS)).startsWith("02010000" + "00001c20");
            }
            String last = asked.poll(20, TimeUnit.SECONDS);
            assertThat(last).as("the mapping is ended").startsWith("02010000" + "00000000");
        }
    }

    private static List<LocalAddresses.Entry> own(Node node) {
        return node.core(() -> node.peers().ownAddresses().entries(node.clock().millis()));
    }
}
