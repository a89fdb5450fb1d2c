package org.starling.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.starling.bytes.Bytes;
import org.starling.world.Endpoint;
import org.starling.world.Network;
import org.starling.world.NetworkEvent;
import org.starling.world.NetworkException;

@Timeout(60)
class SocketNetworkTest {
    private static final Endpoint ANY_PORT = new Endpoint(Bytes.fromHex("7f000001"), 0);

    private final LinkedBlockingQueue<NetworkEvent> ours = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<NetworkEvent> theirs = new LinkedBlockingQueue<>();
    private final SocketNetwork us = new SocketNetwork(ours::add);
    private final SocketNetwork them = new SocketNetwork(theirs::add);

    @AfterEach
    void close() {
        us.close();
        them.close();
    }

    private static <T extends NetworkEvent> T next(LinkedBlockingQueue<NetworkEvent> events, Class<T> type)
            throws InterruptedException {
        NetworkEvent event = events.poll(20, TimeUnit.SECONDS);
        assertThat(event).isInstanceOf(type);
        return type.cast(event);
    }

    @Test
    void bytesGoBothWaysAndTheEndIsSeen() throws Exception {
        Endpoint server = us.listen(ANY_PORT);
        long link = them.connect(server, 5_000);
        NetworkEvent.Connected connected = next(theirs, NetworkEvent.Connected.class);
        NetworkEvent.Accepted accepted = next(ours, NetworkEvent.Accepted.class);
        assertThat(accepted.remote()).isEqualTo(connected.local());
        assertThat(accepted.local()).isEqualTo(server).isEqualTo(connected.remote());

        them.send(link, Bytes.fromHex("010203"));
        next(theirs, NetworkEvent.Drained.class);
        assertThat(ours.poll(200, TimeUnit.MILLISECONDS))
                .as("nothing is read before it is asked for")
                .isNull();
        us.read(accepted.link());
        assertThat(next(ours, NetworkEvent.Received.class).data()).isEqualTo(Bytes.fromHex("010203"));
        us.send(accepted.link(), Bytes.fromHex("ff"));
        them.read(link);
        assertThat(next(theirs, NetworkEvent.Received.class).data()).isEqualTo(Bytes.fromHex("ff"));
        next(ours, NetworkEvent.Drained.class);

        us.read(accepted.link());
        them.close(link);
        assertThat(next(ours, NetworkEvent.Closed.class).link()).isEqualTo(accepted.link());
        assertThat(theirs).isEmpty();
    }

    @Test
    void ipv6() throws Exception {
        Endpoint server = us.listen(new Endpoint(Bytes.fromHex("00000000000000000000000000000001"), 0));
        them.connect(server, 5_000);
        assertThat(next(theirs, NetworkEvent.Connected.class).remote()).isEqualTo(server);
        assertThat(next(ours, NetworkEvent.Accepted.class).local()).isEqualTo(server);
    }

    @Test
    void aSocketInTheFileSystem(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("socket");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            long link = them.connectLocal(path.toString());
            SocketChannel other = server.accept();
            assertThat(next(theirs, NetworkEvent.Connected.class).local()).isEqualTo(Endpoint.NOWHERE);
            them.send(link, Bytes.fromHex("010203"));
            next(theirs, NetworkEvent.Drained.class);
            ByteBuffer read = ByteBuffer.allocate(10);
            assertThat(other.read(read)).isEqualTo(3);
            other.write(read.flip());
            them.read(link);
            assertThat(next(theirs, NetworkEvent.Received.class).data()).isEqualTo(Bytes.fromHex("010203"));
            other.close();
            them.read(link);
            assertThat(next(theirs, NetworkEvent.Closed.class).reason()).isEqualTo("closed by the other side");
        }
        them.connectLocal(folder.resolve("none").toString());
        assertThat(next(theirs, NetworkEvent.Closed.class).reason()).startsWith("cannot connect to " + folder);
    }

    @Test
    void nobodyThere() throws Exception {
        Endpoint gone;
        // Nobody waits to accept here, so the port is free as soon as this is closed.
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            gone = new Endpoint(ANY_PORT.ip(), server.getLocalPort());
        }
        long link = them.connect(gone, 5_000);
        NetworkEvent.Closed closed = next(theirs, NetworkEvent.Closed.class);
        assertThat(closed.link()).isEqualTo(link);
        assertThat(closed.reason()).startsWith("cannot connect to " + gone);
    }

    @Test
    void aPortInUseIsSaidClearly() throws Exception {
        Endpoint taken = us.listen(ANY_PORT);
        assertThatThrownBy(() -> them.listen(taken))
                .isInstanceOf(NetworkException.class)
                .hasMessage("Unable to bind to " + taken
                        + " on this computer: port " + taken.port() + " is in use, probably by another node; stop that,"
                        + " or choose another port (-port, -bind)");
        assertThatThrownBy(() -> them.listen(new Endpoint(Bytes.fromHex("08080808"), 0)))
                .isInstanceOf(NetworkException.class)
                .hasMessageStartingWith("Unable to bind to 8.8.8.8:0");
    }

    @Test
    void theWildcardOfIpv6TakesBothFamilies() throws Exception {
        Endpoint all = us.listen(new Endpoint(Bytes.wrap(new byte[16]), 0));
        assertThat(us.listen(new Endpoint(Bytes.wrap(new byte[4]), all.port())))
                .as("that of IPv4 is served already")
                .isEqualTo(all);
        them.connect(new Endpoint(Bytes.fromHex("7f000001"), all.port()), 5_000);
        next(theirs, NetworkEvent.Connected.class);
        NetworkEvent.Accepted accepted = next(ours, NetworkEvent.Accepted.class);
        assertThat(accepted.remote().ip()).isEqualTo(Bytes.fromHex("7f000001"));
        assertThat(accepted.local()).isEqualTo(new Endpoint(Bytes.fromHex("7f000001"), all.port()));
        assertThatThrownBy(() -> them.listen(new Endpoint(Bytes.wrap(new byte[4]), all.port())))
                .isInstanceOf(NetworkException.class);
    }

    @Test
    void aSenderWaitsWhileNobodyReads() throws Exception {
        Endpoint server = us.listen(ANY_PORT);
        try (Socket flood = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            NetworkEvent.Accepted accepted = next(ours, NetworkEvent.Accepted.class);
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 64; i++) {
                        flood.getOutputStream().write(new byte[1 << 20]);
                    }
                } catch (java.io.IOException e) {
                    // The test closes the socket under it.
                }
            });
            sender.join(java.time.Duration.ofMillis(500));
            assertThat(sender.isAlive()).isTrue();
            assertThat(ours).isEmpty();
            long total = 0;
            while (total < 64L << 20) {
                us.read(accepted.link());
                Bytes piece = next(ours, NetworkEvent.Received.class).data();
                assertThat(piece.length()).isLessThanOrEqualTo(Network.MAX_PIECE);
                assertThat(ours).isEmpty();
                total += piece.length();
            }
            sender.join(java.time.Duration.ofSeconds(20));
            assertThat(sender.isAlive()).isFalse();
        }
    }
}
