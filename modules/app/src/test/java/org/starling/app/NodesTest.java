package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.starling.bitcoin.PeerInfo;
import org.starling.bitcoin.PeerSettings;
import org.starling.bitcoin.Services;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockImport;
import org.starling.chain.ByteSource;
import org.starling.chain.CoinStatistics;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainWork;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptBuilder;
import org.starling.crypto.Sha256;
import org.starling.embed.MachineWorld;
import org.starling.engine.NetAddress;
import org.starling.engine.Routability;
import org.starling.engine.Routes;
import org.starling.mempool.AcceptResult;
import org.starling.node.Node;
import org.starling.node.NodeConfig;
import org.starling.world.Endpoint;

/** Whole nodes: real sockets on loopback, real disks, real threads. */
@Timeout(120)
class NodesTest {
    private static final Bytes LOOPBACK = Bytes.fromHex("7f000001");

    /** An output that anyone can spend, in a standard form: the witness script is OP_TRUE. */
    private static final Bytes TRUE_SCRIPT = new ScriptBuilder().op(Op.OP_1).build();

    private static final Bytes ANYONE =
            Script.witness(0, Sha256.once(TRUE_SCRIPT).toBytes());

    @TempDir
    private Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    /** Starts a node in that folder, which connects to the others and to nobody else. */
    private Node start(ChainParams params, String name, Node... others) throws Exception {
        List<NetAddress> added = new ArrayList<>();
        for (Node other : others) {
            added.add(other.core(() ->
                    other.peers().ownAddresses().all(other.clock().millis()).getFirst()));
        }
        NodeConfig.Connections connections = new NodeConfig.Connections(
                List.of(new Endpoint(LOOPBACK, 0)),
                List.of(),
                added,
                true,
                List.of(),
                40,
                8,
                0,
                true,
                new Routability(true),
                List.of(),
                Routes.DIRECT);
        MachineWorld world = new MachineWorld(MachineWorld.Place.of(folder.resolve(name)), name + "-", failure -> {});
        open.add(world);
        Node node = Node.start(NodeConfig.of(params, "/Test:1/").withConnections(connections), world.world());
        open.add(node);
        return node;
    }

    /** A node that does not speak the encrypted transport, connected to the others. */
    private Node startPlain(ChainParams params, String name, Node other) throws Exception {
        NetAddress address = other.core(
                () -> other.peers().ownAddresses().all(other.clock().millis()).getFirst());
        MachineWorld world = new MachineWorld(MachineWorld.Place.of(folder.resolve(name)), name + "-", failure -> {});
        open.add(world);
        PeerSettings encrypting = PeerSettings.of(params, "/Test:1/");
        PeerSettings plain = encrypting.withServices(encrypting.services() & ~Services.P2P_V2);
        Node node = Node.start(NodeConfig.of(params, "/Test:1/").withPeers(plain), world.world());
        open.add(node);
        node.core(() -> node.connections().add(address, address.toString(), true));
        return node;
    }

    private static List<PeerInfo> readyPeers(Node node) {
        return node.core(() -> node.peers().peers(node.clock().millis())).stream()
                .filter(PeerInfo::handshakeComplete)
                .toList();
    }

    @Test
    void linksAreEncryptedWhereBothSidesCan() throws Exception {
        Node first = start(ChainParams.regtest(), "first");
        Node second = start(ChainParams.regtest(), "second", first);
        await(
                "the link of the first two",
                () -> readyPeers(first).size() == 1 && readyPeers(second).size() == 1);
        PeerInfo seen = readyPeers(first).getFirst();
        assertThat(seen.transport()).isEqualTo("v2");
        assertThat(seen.sessionId())
                .hasSize(64)
                .isEqualTo(readyPeers(second).getFirst().sessionId());

        Node plain = startPlain(ChainParams.regtest(), "plain", first);
        await(
                "the link of the plain one",
                () -> readyPeers(plain).size() == 1 && readyPeers(first).size() == 2);
        assertThat(readyPeers(plain).getFirst().transport()).isEqualTo("v1");
        assertThat(readyPeers(first).getLast().transport()).isEqualTo("v1");
        assertThat(readyPeers(first).getLast().sessionId()).isEmpty();
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        Instant end = Instant.now().plus(Duration.ofSeconds(60));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("still waiting: " + what).isBefore(end);
            Thread.sleep(5);
        }
    }

    private static Hash256 tip(Node node) {
        return node.headers().tip().hash();
    }

    private static Hash256 muHash(Node node) {
        return node.validation(() -> CoinStatistics.compute(node.chain(), CoinStatistics.HashType.MUHASH))
                .hash();
    }

    @Test
    void theFirstBlocksOfMainnetAreImportedAndThenSynchronisedOverTheWire() throws Exception {
        Path file = Path.of(System.getProperty("starling.vectors"), "blocks", "mainnet-first-439.blk.dat");
        Assumptions.assumeTrue(Files.exists(file), "vectors: " + file + " is not there");
        // As with -minimumchainwork=0: by default no chain is followed that has less work than main is known to have.
        ChainParams main = ChainParams.main().withMinimumChainWork(ChainWork.ZERO);
        Node first = start(main, "first");
        byte[] content = Files.readAllBytes(file);
        ByteSource source = new ByteSource() {
            @Override
            public long size() {
                return content.length;
            }

            @Override
            public int read(long position, byte[] target, int offset, int length) {
                int count = (int) Math.max(0, Math.min(length, content.length - position));
                System.arraycopy(content, (int) position, target, offset, count);
                return count;
            }
        };
        first.validation(() -> {
            BlockImport blockImport = new BlockImport(
                    first.chain(),
                    new org.starling.world.SameThreadWorkers(),
                    first.clock().seconds());
            blockImport.add(source, Bytes.EMPTY, new BlockImport.Observer() {});
            return blockImport.finish();
        });
        assertThat(first.headers().tip().height()).isEqualTo(438);

        Node second = start(main, "second", first);
        await("the second node to reach height 438", () -> tip(second).equals(tip(first)));
        // The hash that Bitcoin Core gives for these coins.
        assertThat(muHash(second))
                .isEqualTo(muHash(first))
                .hasToString("bbfed8c011991c30706e507a56d7e7f13f509a4ba66038253a179d4bcd7112a1");
    }

    @Test
    void aNodeToldOneAddressFindsTheOthers() throws Exception {
        Node hub = start(ChainParams.regtest(), "hub");
        List<Node> all = new ArrayList<>(List.of(hub));
        for (int i = 0; i < 3; i++) {
            all.add(start(ChainParams.regtest(), "node" + i, hub));
        }
        hub.miner().generate(ANYONE, 1, 1_000_000);
        for (Node node : all) {
            await(
                    "links to all others",
                    () -> node.core(() -> (long)
                                    node.peers().peers(node.clock().millis()).size())
                            >= 3);
            await("the hub's block", () -> tip(node).equals(tip(hub)));
        }
    }

    @Test
    void aTransactionTravelsIsMinedAndSurvivesAReorganisation() throws Exception {
        Node alice = start(ChainParams.regtest(), "alice");
        Node bob = start(ChainParams.regtest(), "bob", alice);
        alice.miner().generate(ANYONE, 101, 100_000_000);
        await("bob to follow", () -> tip(bob).equals(tip(alice)));

        Block firstBlock = alice.chain().readBlock(alice.headers().activeAt(1));
        Transaction coinbase = firstBlock.transactions().getFirst();
        Transaction payment = Transaction.of(
                2,
                List.of(new TxIn(new OutPoint(coinbase.txid(), 0), Bytes.EMPTY, -3, List.of(TRUE_SCRIPT))),
                List.of(new TxOut(coinbase.outputs().getFirst().value() - 10_000, ANYONE)),
                0);
        AcceptResult result = alice.validation(
                () -> alice.mempool().accept(payment, alice.clock().seconds()));
        assertThat(result).isInstanceOf(AcceptResult.Accepted.class);
        await("bob to hear of the payment", () -> bob.mempool().contains(payment.txid()));

        Hash256 mined = bob.miner().generate(ANYONE, 1, 1_000_000).getFirst();
        await(
                "alice to see it confirmed",
                () -> tip(alice).equals(mined) && alice.mempool().size() == 0);

        // Alice is told that block is invalid: the payment returns, and a longer chain takes both along.
        alice.change(() -> {
            alice.chain().invalidate(alice.headers().find(mined));
            return true;
        });
        assertThat(alice.mempool().contains(payment.txid())).isTrue();
        alice.miner().generate(TRUE_SCRIPT, 2, 1_000_000);
        await("bob to follow the longer chain", () -> tip(bob).equals(tip(alice)));
        assertThat(muHash(bob)).isEqualTo(muHash(alice));
        assertThat(bob.mempool().size()).isZero();
    }

    @Test
    void aNodeThatIsClosedComesBackWhereItWas() throws Exception {
        Node node = start(ChainParams.regtest(), "node");
        node.miner().generate(ANYONE, 20, 10_000_000);
        Hash256 tip = tip(node);
        Hash256 coins = muHash(node);
        closeAll();
        open.clear();
        Node again = start(ChainParams.regtest(), "node");
        assertThat(tip(again)).isEqualTo(tip);
        assertThat(muHash(again)).isEqualTo(coins);
    }
}
