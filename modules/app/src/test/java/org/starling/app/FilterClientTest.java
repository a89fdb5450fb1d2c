package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.starling.bitcoin.PeerSettings;
import org.starling.bitcoin.Services;
import org.starling.bitcoin.message.BlockMessage;
import org.starling.bitcoin.message.CFHeaders;
import org.starling.bitcoin.message.CFilter;
import org.starling.bitcoin.message.GetCFHeaders;
import org.starling.bitcoin.message.GetCFilters;
import org.starling.bitcoin.message.GetData;
import org.starling.bitcoin.message.GetHeaders;
import org.starling.bitcoin.message.Headers;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.Message;
import org.starling.bitcoin.message.Ping;
import org.starling.bitcoin.message.Pong;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.index.BlockFilter;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.ChainParams;
import org.starling.embed.MachineWorld;
import org.starling.engine.Limits;
import org.starling.engine.NetAddress;
import org.starling.engine.Routability;
import org.starling.engine.Routes;
import org.starling.engine.Transport;
import org.starling.engine.V1Transport;
import org.starling.node.Node;
import org.starling.node.NodeConfig;
import org.starling.world.Endpoint;

/** A light client that keeps its scripts to itself: it fetches headers and filters, and only the block that matches. */
@Timeout(120)
class FilterClientTest {
    private static final ChainParams REGTEST = ChainParams.regtest();
    private static final Endpoint LOOPBACK = new Endpoint(Bytes.fromHex("7f000001"), 0);
    private static final Bytes TO_ANYBODY = Bytes.fromHex("51");
    private static final Bytes MINE = Bytes.fromHex("0014" + "c0ffee".repeat(6) + "c0ff");

    @TempDir
    private Path directory;

    /** The wire, from the client's end. */
    static final class Wire implements AutoCloseable {
        private final Socket socket;
        private final V1Transport transport = new V1Transport(REGTEST.magic());

        Wire(int port) throws Exception {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            send(new Version(70016, 0, 1_700_000_000, NetAddress.of(LOOPBACK), 7, "/light/", 0, false));
            await(Version.class);
            send(new Verack());
            await(Verack.class);
        }

        void send(Message message) throws IOException {
            socket.getOutputStream()
                    .write(transport.encode(message.type(), message.payload()).toArray());
        }

        /** The next message of that type; pings are answered meanwhile. */
        <T extends Message> T await(Class<T> type) throws IOException, MalformedException {
            byte[] buffer = new byte[4096];
            while (true) {
                for (Transport.Incoming in = transport.next(); in != null; in = transport.next()) {
                    Transport.Message raw = (Transport.Message) in;
                    Message message = Message.read(raw.type(), raw.payload());
                    if (message instanceof Ping(long nonce)) {
                        send(new Pong(nonce));
                    } else if (type.isInstance(message)) {
                        return type.cast(message);
                    }
                }
                int read = socket.getInputStream().read(buffer);
                assertThat(read).as("the node closed the connection").isPositive();
                transport.receive(Bytes.copyOf(java.util.Arrays.copyOf(buffer, read)));
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    static Node start(MachineWorld world) throws Exception {
        PeerSettings settings = PeerSettings.of(REGTEST, "/Starling:test/");
        return Node.start(
                NodeConfig.of(REGTEST, "/Starling:test/")
                        .withPeers(settings.withServices(settings.services() | Services.COMPACT_FILTERS))
                        .withIndexing(new NodeConfig.Indexing(false, true, false))
                        .withConnections(new NodeConfig.Connections(
                                List.of(LOOPBACK),
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
                                Routes.DIRECT)),
                world.world());
    }

    @Test
    void filtersTellWhichBlockHoldsThePayment() throws Exception {
        try (MachineWorld world = new MachineWorld(MachineWorld.Place.of(directory), "", failure -> {});
                Node node = start(world)) {
            node.miner().generate(TO_ANYBODY, 60, 10_000_000);
            Hash256 paid = node.miner().generate(MINE, 1, 10_000_000).getFirst();
            node.miner().generate(TO_ANYBODY, 30, 10_000_000);
            assertThat(Objects.requireNonNull(node.indexes().filters()).awaitTip())
                    .isTrue();
            int port = node.core(() -> node.peers()
                    .ownAddresses()
                    .all(node.clock().millis())
                    .getFirst()
                    .port());

            try (Wire wire = new Wire(port)) {
                List<Hash256> hashes = headers(wire);
                assertThat(hashes).hasSize(91);
                List<Hash256> matching = matching(wire, hashes);
                assertThat(matching).containsExactly(paid);

                wire.send(new GetData(List.of(new InventoryItem(InventoryItem.BLOCK, paid))));
                Block block = wire.await(BlockMessage.class).block();
                assertThat(block.hash()).isEqualTo(paid);
                assertThat(block.transactions().getFirst().outputs().getFirst().scriptPubKey())
                        .isEqualTo(MINE);
            }
        }
    }

    private static List<Hash256> headers(Wire wire) throws Exception {
        Hash256 genesis = REGTEST.genesis().hash();
        wire.send(new GetHeaders(70016, List.of(genesis), Hash256.ZERO));
        List<Hash256> hashes = new ArrayList<>();
        Hash256 last = genesis;
        for (BlockHeader header : wire.await(Headers.class).headers()) {
            assertThat(header.previous()).isEqualTo(last);
            last = header.hash();
            hashes.add(last);
        }
        return hashes;
    }

    /** The blocks whose filters match, each filter checked against the chain of filter headers. */
    private static List<Hash256> matching(Wire wire, List<Hash256> hashes) throws Exception {
        wire.send(new GetCFHeaders(BlockFilter.BASIC, 1, hashes.getLast()));
        CFHeaders headers = wire.await(CFHeaders.class);
        assertThat(headers.filterHashes()).hasSize(hashes.size());
        wire.send(new GetCFilters(BlockFilter.BASIC, 1, hashes.getLast()));
        List<Hash256> matching = new ArrayList<>();
        for (int i = 0; i < hashes.size(); i++) {
            CFilter message = wire.await(CFilter.class);
            BlockFilter filter = BlockFilter.parse(message.block(), message.filter());
            assertThat(filter.block()).isEqualTo(hashes.get(i));
            assertThat(filter.hash()).isEqualTo(headers.filterHashes().get(i));
            if (filter.matchesAny(Set.of(MINE))) {
                matching.add(filter.block());
            }
        }
        return matching;
    }
}
