package org.starling.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.starling.bitcoin.Services;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.crypto.Sha256;
import org.starling.engine.Limits;
import org.starling.engine.NetAddress;
import org.starling.engine.Routability;
import org.starling.engine.Routes;
import org.starling.mempool.AcceptResult;
import org.starling.node.NodeConfig;

/** Nodes that are told one address find the others, pass on transactions and blocks, and survive the loss of some. */
@Timeout(300)
class MeshTest {
    private static final int NODES = 12;
    private static final int MATURITY = 100;
    private static final long FEE = 10_000;
    private static final Bytes TRUE_SCRIPT = Bytes.fromHex("51");

    /** An output that anyone can spend, in a standard form: the witness script is OP_TRUE. */
    private static final Bytes ANYONE =
            Bytes.concat(Bytes.fromHex("0020"), Sha256.once(TRUE_SCRIPT).toBytes());

    private final SimulatedWorld world = new SimulatedWorld(3, Conditions.ORDINARY);

    private static NodeConfig config(SimulatedNode node, List<NetAddress> told) {
        return NodeConfig.of(ChainParams.regtest(), "/Starling:sim/")
                .withConnections(new NodeConfig.Connections(
                        List.of(node.endpoint()),
                        List.of(),
                        told,
                        true,
                        List.of(),
                        Limits.CONNECTIONS,
                        4,
                        1,
                        true,
                        Routability.PUBLIC,
                        List.of(),
                        Routes.DIRECT));
    }

    private void start(SimulatedNode node) {
        List<NetAddress> told =
                node.index() == 0 ? List.of() : List.of(world.nodes().getFirst().address());
        node.start(config(node, told));
    }

    private List<SimulatedNode> running() {
        return world.nodes().stream().filter(SimulatedNode::isRunning).toList();
    }

    private boolean agree() {
        Hash256 tip = running().getFirst().node().headers().tip().hash();
        return running().stream()
                .allMatch(node -> node.node().headers().tip().hash().equals(tip));
    }

    private List<Hash256> mine(SimulatedNode node, int blocks) {
        return node.node().miner().generate(ANYONE, blocks, 10_000_000);
    }

    private static int outbound(SimulatedNode node) {
        return (int) node.node().links().links().stream()
                .filter(link -> !link.kind().isInbound())
                .count();
    }

    @Test
    void toldOneAddressTheyMeshTradeAndHeal() {
        for (int i = 0; i < NODES; i++) {
            start(world.add());
        }
        SimulatedNode first = world.nodes().getFirst();
        Hash256 funding = mine(first, 1 + MATURITY).getFirst();
        assertThat(world.runUntil(this::agree, 120_000))
                .as("all take in the chain")
                .isTrue();
        assertThat(world.runUntil(() -> running().stream().allMatch(node -> outbound(node) >= 4), 1_800_000))
                .as("each finds others by itself")
                .isTrue();

        Transaction payment = spendCoinbase(first, funding);
        AcceptResult accepted =
                first.node().validation(() -> first.node().mempool().accept(payment, world.millis() / 1000));
        assertThat(accepted).isInstanceOf(AcceptResult.Accepted.class);
        assertThat(world.runUntil(
                        () -> running().stream()
                                .allMatch(node -> node.node().mempool().contains(payment.txid())),
                        120_000))
                .as("the payment reaches everybody")
                .isTrue();

        List<SimulatedNode> lost = world.nodes().subList(0, 3);
        lost.forEach(SimulatedNode::kill);
        mine(world.nodes().getLast(), 2);
        assertThat(world.runUntil(this::agree, 120_000)).as("the rest goes on").isTrue();
        assertThat(running()).allMatch(node -> !node.node().mempool().contains(payment.txid()));
        lost.forEach(this::start);
        assertThat(world.runUntil(this::agree, 600_000)).as("they come back").isTrue();
        assertThat(first.node().headers().tip().height()).isEqualTo(MATURITY + 3);
    }

    private Transaction spendCoinbase(SimulatedNode node, Hash256 blockHash) {
        Block block = node.node().chain().readBlock(node.node().headers().find(blockHash));
        Transaction coinbase = block.transactions().getFirst();
        long value = coinbase.outputs().getFirst().value() - FEE;
        TxIn input = new TxIn(coinbase.outPoint(0), Bytes.EMPTY, -1, List.of(TRUE_SCRIPT));
        return Transaction.of(2, new ArrayList<>(List.of(input)), List.of(new TxOut(value, ANYONE)), 0);
    }

    @Test
    void aNodeBehindANatLinksOutAndIsNeverToldOn() {
        for (int i = 0; i < 4; i++) {
            start(world.add());
        }
        SimulatedNode hidden = world.add(Region.EUROPE, false);
        start(hidden);
        mine(hidden, 1);
        assertThat(world.runUntil(this::agree, 120_000)).isTrue();
        world.run(600_000);
        assertThat(hidden.node().links().links()).allMatch(link -> !link.kind().isInbound());
        assertThat(hidden.node().peers().peers(world.millis()))
                .isNotEmpty()
                .allMatch(peer -> (peer.services() & Services.NETWORK) != 0);
    }
}
