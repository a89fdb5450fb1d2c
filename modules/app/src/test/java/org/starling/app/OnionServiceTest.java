package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.starling.bitcoin.PeerInfo;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams;
import org.starling.embed.MachineWorld;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;
import org.starling.engine.NetworkType;
import org.starling.engine.Proxy;
import org.starling.engine.TorControl;
import org.starling.node.Node;
import org.starling.node.NodeConfig;
import org.starling.world.Endpoint;

/** A node with a Tor beside it, of which the test plays the control port as the control-spec describes it. */
@Timeout(60)
class OnionServiceTest {
    private static final Bytes LOOPBACK = Bytes.fromHex("7f000001");
    private static final String ID = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd";

    @TempDir
    private Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ConcurrentLinkedQueue<String> commands = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Socket> controllers = new ConcurrentLinkedQueue<>();
    private ServerSocket tor;

    @BeforeEach
    void serve() throws IOException {
        tor = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        open.add(tor);
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket controller = tor.accept();
                    controllers.add(controller);
                    Thread.ofVirtual().start(() -> serve(controller));
                }
            } catch (IOException e) {
                assertThat(tor.isClosed()).isTrue();
            }
        });
    }

    private void serve(Socket controller) {
        try (controller) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(controller.getInputStream(), StandardCharsets.US_ASCII));
            OutputStream out = controller.getOutputStream();
            for (String command = in.readLine(); command != null; command = in.readLine()) {
                commands.add(command);
                String reply = switch (command.split(" ", 2)[0]) {
                    case "PROTOCOLINFO" -> "250-PROTOCOLINFO 1\r\n250-AUTH METHODS=NULL\r\n250 OK\r\n";
                    case "GETINFO" -> "250-net/listeners/socks=\"127.0.0.1:9150\"\r\n250 OK\r\n";
                    case "ADD_ONION" ->
                        "250-ServiceID=" + ID + "\r\n"
                                + (command.contains("NEW:") ? "250-PrivateKey=ED25519-V3:c2VjcmV0\r\n" : "")
                                + "250 OK\r\n";
                    default -> "250 OK\r\n";
                };
                out.write(reply.getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            commands.add("closed");
        }
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Node start(String name) throws Exception {
        MachineWorld world = new MachineWorld(MachineWorld.Place.of(folder.resolve(name)), name + "-", failure -> {});
        open.add(world);
        Node node = Node.start(NodeConfig.of(ChainParams.regtest(), "/Test:1/"), world.world());
        open.add(node);
        return node;
    }

    private Endpoint publish(Node node) throws IOException {
        Endpoint entrance = new Endpoint(LOOPBACK, freePort());
        Endpoint control = new Endpoint(LOOPBACK, tor.getLocalPort());
        node.publishOnion(new TorControl.Settings(control, "", 8333, entrance, true), path -> null);
        return entrance;
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        Instant end = Instant.now().plus(Duration.ofSeconds(30));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(end);
            Thread.sleep(10);
        }
    }

    private static List<String> own(Node node) {
        return node.core(() -> node.peers().ownAddresses().all(node.clock().millis())).stream()
                .map(NetAddress::toString)
                .toList();
    }

    @Test
    void theNodeIsReachedByAnOnionThatOutlivesIt() throws Exception {
        Node first = start("node");
        Endpoint entrance = publish(first);
        await(() -> !own(first).isEmpty());
        assertThat(own(first)).containsExactly(ID + ".onion:8333");
        assertThat(commands)
                .containsExactly(
                        "PROTOCOLINFO 1",
                        "AUTHENTICATE",
                        "GETINFO net/listeners/socks",
                        "ADD_ONION NEW:ED25519-V3 Port=8333," + entrance);
        assertThat(first.core(() -> first.links().routes().proxies().get(NetworkType.TORV3)))
                .isEqualTo(new Proxy(new Endpoint(LOOPBACK, 9150), true));
        for (AutoCloseable each : open.subList(1, open.size()).reversed()) {
            each.close();
        }
        open.subList(1, open.size()).clear();
        assertThat(Files.readString(folder.resolve("node/onion_v3_private_key")))
                .isEqualTo("ED25519-V3:c2VjcmV0");

        commands.clear();
        Node second = start("node");
        Endpoint elsewhere = publish(second);
        await(() -> !own(second).isEmpty());
        assertThat(commands).contains("ADD_ONION ED25519-V3:c2VjcmV0 Port=8333," + elsewhere);
    }

    @Test
    void whoComesByTorIsSeenSoAndTheAddressGoesAndComesWithTor() throws Exception {
        Node node = start("node");
        Endpoint entrance = publish(node);
        await(() -> !own(node).isEmpty());
        Node visitor = start("visitor");
        visitor.core(() -> visitor.links().connect(NetAddress.of(entrance), LinkKind.MANUAL, true));
        await(() -> node.core(() -> node.peers().peers(0)).stream().anyMatch(PeerInfo::handshakeComplete));
        assertThat(node.core(() -> node.peers().peers(0)).getFirst().network()).isEqualTo(NetworkType.TORV3);

        controllers.remove().close();
        await(() -> own(node).isEmpty());
        await(() -> !own(node).isEmpty());
        assertThat(commands).contains("ADD_ONION ED25519-V3:c2VjcmV0 Port=8333," + entrance);
    }
}
