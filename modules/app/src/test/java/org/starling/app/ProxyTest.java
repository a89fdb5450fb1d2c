package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.starling.bitcoin.PeerInfo;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams;
import org.starling.embed.MachineWorld;
import org.starling.engine.Limits;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;
import org.starling.engine.NetworkType;
import org.starling.engine.Proxy;
import org.starling.engine.Routability;
import org.starling.engine.Routes;
import org.starling.node.Node;
import org.starling.node.NodeConfig;
import org.starling.world.Endpoint;

/** A node that reaches another by the name of an onion service, through a SOCKS5 server. */
@Timeout(60)
class ProxyTest {
    private static final Bytes LOOPBACK = Bytes.fromHex("7f000001");
    private static final String ONION = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";

    @TempDir
    private Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private ServerSocket server;
    private volatile int target;

    @BeforeEach
    void serve() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        open.add(server);
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket client = server.accept();
                    Thread.ofVirtual().start(() -> serve(client));
                }
            } catch (IOException e) {
                assertThat(server.isClosed()).isTrue();
            }
        });
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    /** Asks for credentials, notes what is asked for, and connects to the target whatever that was. */
    private void serve(Socket client) {
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            OutputStream out = client.getOutputStream();
            assertThat(in.readByte()).isEqualTo((byte) 5);
            assertThat(in.readNBytes(in.readUnsignedByte())).contains(2);
            out.write(new byte[] {5, 2});
            assertThat(in.readByte()).isEqualTo((byte) 1);
            String user = text(in);
            String password = text(in);
            out.write(new byte[] {1, 0});
            assertThat(in.readNBytes(4)).containsExactly(5, 1, 0, 3);
            asked.add(user + ":" + password + "@" + text(in) + ":" + in.readUnsignedShort());
            try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target)) {
                out.write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
                Thread back = Thread.ofVirtual().start(() -> copy(upstream, client));
                copy(client, upstream);
                back.join();
            }
        } catch (IOException e) {
            asked.add("failed: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.US_ASCII);
    }

    private static void copy(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            in.transferTo(to.getOutputStream());
        } catch (IOException e) {
            // Either end has closed; the other is closed here.
        }
    }

    private Node start(String name, List<Endpoint> listen, Routes routes) throws Exception {
        MachineWorld world = new MachineWorld(MachineWorld.Place.of(folder.resolve(name)), name + "-", failure -> {});
        open.add(world);
        NodeConfig config = NodeConfig.of(ChainParams.regtest(), "/Test:1/")
                .withConnections(new NodeConfig.Connections(
                        listen,
                        List.of(),
                        List.of(),
                        false,
                        List.of(),
                        Limits.CONNECTIONS,
                        0,
                        0,
                        true,
                        new Routability(true),
                        List.of(),
                        routes));
        Node node = Node.start(config, world.world());
        open.add(node);
        return node;
    }

    private static List<PeerInfo> readyPeers(Node node) {
        return node.core(() -> node.peers().peers(node.clock().millis())).stream()
                .filter(PeerInfo::handshakeComplete)
                .toList();
    }

    @Test
    void onionsAreReachedThroughTheProxyEachLinkWithItsOwnCredentials() throws Exception {
        Node hidden = start("hidden", List.of(new Endpoint(LOOPBACK, 0)), Routes.DIRECT);
        target = hidden.core(() -> hidden.peers()
                        .ownAddresses()
                        .all(hidden.clock().millis())
                        .getFirst())
                .port();
        Proxy proxy = new Proxy(new Endpoint(LOOPBACK, server.getLocalPort()), true);
        Node seeker = start("seeker", List.of(), Routes.DIRECT.withProxy(NetworkType.TORV3, proxy));
        for (int port : new int[] {8333, 8334}) {
            NetAddress onion = NetAddress.parse(ONION + ":" + port, 0);
            assertThat(seeker.core(() -> seeker.links().connect(onion, LinkKind.MANUAL, true)))
                    .isTrue();
        }
        Instant end = Instant.now().plus(Duration.ofSeconds(30));
        while (readyPeers(seeker).size() < 2 || readyPeers(hidden).size() < 2) {
            assertThat(Instant.now()).isBefore(end);
            Thread.sleep(10);
        }
        assertThat(readyPeers(seeker)).allSatisfy(peer -> {
            assertThat(peer.address().host()).isEqualTo(ONION);
            assertThat(peer.transport()).isEqualTo("v2");
        });
        List<String> seen = List.copyOf(asked);
        assertThat(seen).hasSize(2);
        assertThat(seen).anyMatch(one -> one.endsWith("@" + ONION + ":8333"));
        assertThat(seen).anyMatch(one -> one.endsWith("@" + ONION + ":8334"));
        List<String> credentials =
                seen.stream().map(one -> one.substring(0, one.indexOf('@'))).toList();
        assertThat(credentials).doesNotHaveDuplicates().allMatch(one -> one.length() == 65);
    }

    @Test
    void aHostKnownByNameOnlyIsLookedUpByTheProxyAndNowhereElse() throws Exception {
        Node other = start("other", List.of(new Endpoint(LOOPBACK, 0)), Routes.DIRECT);
        target = other.core(() ->
                        other.peers().ownAddresses().all(other.clock().millis()).getFirst())
                .port();
        Settings settings = new Settings(Options.ofNode());
        settings.addCommandLine(List.of(
                "-regtest",
                "-datadir=" + folder,
                "-proxy=127.0.0.1:" + server.getLocalPort(),
                "-timeout=1234",
                "-connect=node.example:8333",
                "-addnode=node.example"));
        NodeConfig.Connections wanted = new NodeOptions(settings, DataDirectory.of(folder, "regtest"))
                .config()
                .connections();
        NetAddress named = NetAddress.ofName("node.example", 8333);
        assertThat(wanted.only()).containsExactly(named);
        assertThat(wanted.added()).containsExactly(named.withPort(18444));
        assertThat(wanted.routes().text(named)).isEqualTo("node.example:8333");

        assertThat(wanted.routes().connectMillis()).isEqualTo(1234);

        Node seeker = start("seeker", List.of(), wanted.routes());
        seeker.core(() -> seeker.connections().add(named, "node.example:8333", true));
        Instant end = Instant.now().plus(Duration.ofSeconds(30));
        while (readyPeers(seeker).isEmpty()) {
            assertThat(Instant.now()).isBefore(end);
            Thread.sleep(10);
        }
        assertThat(asked).singleElement().asString().endsWith("@node.example:8333");
        seeker.core(() -> {
            seeker.links()
                    .routes(Routes.DIRECT.withNames(wanted.routes().names()).withoutLookUp());
            assertThat(seeker.links().connect(named.withPort(18444), LinkKind.MANUAL, true))
                    .as("without a proxy there is no way to it")
                    .isFalse();
            return null;
        });
    }
}
