package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** What a node tells other programs: by ZeroMQ, and by commands that it runs. */
class NotificationsTest {
    private static final String ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

    /** Blocks of a signalling period. */
    private static final int PERIOD = 144;

    @TempDir
    Path folder;

    private NodeProcess node;

    @BeforeEach
    void choosePorts() throws Exception {
        node = new NodeProcess(folder);
    }

    @AfterEach
    void kill() {
        node.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private String mine(int count) {
        NodeProcess.Answer answer = node.ask("generatetoaddress", Integer.toString(count), ADDRESS);
        assertThat(answer.status()).as(answer.err()).isZero();
        return answer.out();
    }

    /**
     * Subscribes, and mines until the first message shows that the subscription has arrived. JeroMQ's subscribers lose one
     * in some dozens on the way, others' do not; so a few are tried.
     */
    private ZMQ.Socket subscribe(ZContext context, String address, String... topics) {
        for (int attempt = 0; attempt < 10; attempt++) {
            ZMQ.Socket socket = context.createSocket(SocketType.SUB);
            socket.setReceiveTimeOut(500);
            for (String topic : topics) {
                socket.subscribe(topic);
            }
            socket.connect(address);
            for (int i = 0; i < 4; i++) {
                mine(1);
                if (socket.recv() != null) {
                    while (socket.recv() != null) {
                        // what else the preparation made
                    }
                    socket.setReceiveTimeOut(20_000);
                    return socket;
                }
            }
            socket.close();
        }
        throw new AssertionError("no message from " + address);
    }

    private record Message(String topic, String body, int number) {
        static Message receive(ZMQ.Socket socket) {
            String topic = socket.recvStr();
            String body = HexFormat.of().formatHex(socket.recv());
            byte[] number = socket.recv();
            return new Message(
                    topic,
                    body,
                    ByteBuffer.wrap(number).order(ByteOrder.LITTLE_ENDIAN).getInt());
        }
    }

    @Test
    void publishesBlocksAndTransactionsByZeroMq() throws Exception {
        String blocks = "tcp://127.0.0.1:" + freePort();
        String sequence = "tcp://127.0.0.1:" + freePort();
        node.start(
                "-zmqpubhashblock=" + blocks,
                "-zmqpubrawblock=" + blocks,
                "-zmqpubsequence=" + sequence,
                "-zmqpubsequencehwm=7",
                "-printtoconsole=0");
        assertThat(node.ask("getzmqnotifications").out().replaceAll("\\s", ""))
                .isEqualTo("[{\"type\":\"pubhashblock\",\"address\":\"" + blocks + "\",\"hwm\":1000},"
                        + "{\"type\":\"pubrawblock\",\"address\":\"" + blocks + "\",\"hwm\":1000},"
                        + "{\"type\":\"pubsequence\",\"address\":\"" + sequence + "\",\"hwm\":7}]");
        try (ZContext context = new ZContext()) {
            ZMQ.Socket onBlocks = subscribe(context, blocks, "hashblock", "rawblock");
            ZMQ.Socket onSequence = subscribe(context, sequence, "sequence");
            while (onBlocks.recv(ZMQ.DONTWAIT) != null) {
                // blocks made for the second subscription
            }
            mine(1);
            String tip = node.ask("getbestblockhash").out();
            Message hash = Message.receive(onBlocks);
            assertThat(hash.topic()).isEqualTo("hashblock");
            assertThat(hash.body()).isEqualTo(tip);
            Message raw = Message.receive(onBlocks);
            assertThat(raw.topic()).isEqualTo("rawblock");
            assertThat(raw.body()).isEqualTo(node.ask("getblock", tip, "0").out());
            Message connected = Message.receive(onSequence);
            assertThat(connected.body()).isEqualTo(tip + "43"); // C

            node.ask("invalidateblock", tip);
            Message disconnected = Message.receive(onSequence);
            assertThat(disconnected.body()).isEqualTo(tip + "44"); // D
            assertThat(disconnected.number()).isEqualTo(connected.number() + 1);
        }
        node.ask("stop");
        NodeProcess.await(() -> node.askOnce("uptime").status() != 0);
        assertThat(node.standardError()).isEmpty();
    }

    /** The first bytes of ZeroMQ's protocol show that who listens there speaks it, whatever implementation asks. */
    @Test
    void publishesAtAUnixSocket() throws Exception {
        Path socket = folder.resolve("zmq");
        Files.writeString(socket, "left by a process that died");
        node.start("-zmqpubhashtx=unix:" + socket, "-printtoconsole=0");
        node.ask("uptime");
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer signature = ByteBuffer.allocate(10);
            while (signature.hasRemaining() && channel.read(signature) >= 0) {
                // until it is whole
            }
            assertThat(signature.get(0)).isEqualTo((byte) 0xff);
            assertThat(signature.get(9)).isEqualTo((byte) 0x7f);
        }
    }

    @Test
    void runsACommandForEachPayment() throws Exception {
        Path payments = Files.createDirectory(folder.resolve("payments"));
        node.start("-walletnotify=echo %h_%b > " + payments + "/%w_%s", "-printtoconsole=0");
        String name = "Ann's; touch oops";
        node.ask("createwallet", name);
        String address = node.ask("-rpcwallet=" + name, "getnewaddress").out();
        node.ask("generatetoaddress", "1", address);
        String block = node.ask("getbestblockhash").out();
        String txid = node.ask("getblock", block).out().replaceAll("(?s).*\"tx\": \\[\\s*\"(\\w+)\".*", "$1");

        Path told = payments.resolve(name + "_" + txid);
        NodeProcess.await(() -> Files.exists(told) && Files.size(told) > 0);
        assertThat(told).hasContent("1_" + block);
        try (Stream<Path> files = Files.list(payments)) {
            assertThat(files).containsExactly(told);
        }

        node.ask("stop");
        NodeProcess.await(() -> node.askOnce("uptime").status() != 0);
        assertThat(folder.resolve("oops")).doesNotExist();
    }

    @Test
    void warnsOfRulesThatItDoesNotKnow() throws Exception {
        Path alerts = folder.resolve("alerts");
        int bit27 = 0x20000000 | 1 << 27;
        node.start("-alertnotify=echo %s >> " + alerts, "-blockversion=" + bit27, "-printtoconsole=0");
        mine(3 * PERIOD - 2);
        assertThat(node.ask("getblockchaininfo").out()).doesNotContain("Unknown new rules");
        assertThat(alerts).doesNotExist();

        mine(1);
        String warning = "Unknown new rules activated (versionbit 27)";
        NodeProcess.await(() -> Files.exists(alerts) && Files.size(alerts) > 0);
        assertThat(alerts).hasContent(warning);
        for (String method : List.of("getblockchaininfo", "getnetworkinfo", "getmininginfo")) {
            assertThat(node.ask(method).out()).contains(warning);
        }
        mine(1);
        assertThat(alerts).as("said once").hasContent(warning);
    }
}
