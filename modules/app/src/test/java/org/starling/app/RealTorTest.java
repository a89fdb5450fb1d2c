package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams;
import org.starling.embed.MachineWorld;
import org.starling.engine.NetAddress;
import org.starling.engine.TorControl;
import org.starling.node.Node;
import org.starling.node.NodeConfig;
import org.starling.world.Endpoint;

/** A node with the Tor that is installed here, which connects to nobody: only its control port is used. */
@Timeout(60)
class RealTorTest {
    private static final Bytes LOOPBACK = Bytes.fromHex("7f000001");

    @TempDir
    private Path folder;

    private Process tor;
    private int control;

    @BeforeEach
    void startTor() throws Exception {
        Path program = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(each -> Path.of(each, "tor"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(program != null, "tor: it is not on the PATH");
        Path nothing = Files.createFile(folder.resolve("torrc"));
        Path ports = folder.resolve("ports");
        List<String> command = List.of(
                program.toString(),
                "-f",
                nothing.toString(),
                "--defaults-torrc",
                nothing.toString(),
                "--DataDirectory",
                folder.resolve("tor").toString(),
                "--ControlPort",
                "auto",
                "--ControlPortWriteToFile",
                ports.toString(),
                "--CookieAuthentication",
                "1",
                "--SocksPort",
                "0",
                "--DisableNetwork",
                "1");
        tor = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("tor.log").toFile())
                .start();
        Instant end = Instant.now().plus(Duration.ofSeconds(30));
        while (!Files.exists(ports)) {
            assertThat(tor.isAlive() && Instant.now().isBefore(end))
                    .as(() -> "Tor runs: " + log())
                    .isTrue();
            Thread.sleep(20);
        }
        control = Integer.parseInt(Files.readString(ports).strip().replaceFirst(".*:", ""));
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("tor.log"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @AfterEach
    void stopTor() throws InterruptedException {
        if (tor != null) {
            tor.destroy();
            assertThat(tor.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Runs a node until Tor has published it, and says under which address. */
    private String publish() throws Exception {
        try (MachineWorld world =
                        new MachineWorld(MachineWorld.Place.of(folder.resolve("node")), "node-", failure -> {});
                Node node = Node.start(NodeConfig.of(ChainParams.regtest(), "/Test:1/"), world.world())) {
            Endpoint entrance = new Endpoint(LOOPBACK, freePort());
            node.publishOnion(
                    new TorControl.Settings(new Endpoint(LOOPBACK, control), "", 8333, entrance, false),
                    NodeCommand::cookie);
            Instant end = Instant.now().plus(Duration.ofSeconds(20));
            while (true) {
                List<NetAddress> own = node.core(
                        () -> node.peers().ownAddresses().all(node.clock().millis()));
                if (!own.isEmpty()) {
                    assertThat(own).hasSize(1);
                    return own.getFirst().toString();
                }
                assertThat(Instant.now()).isBefore(end);
                Thread.sleep(20);
            }
        }
    }

    @Test
    void torProvesItselfByItsCookieAndPublishesTheSameOnionAfterARestart() throws Exception {
        String first = publish();
        assertThat(first).matches("[a-z2-7]{56}\\.onion:8333");
        assertThat(publish()).isEqualTo(first);
    }
}
