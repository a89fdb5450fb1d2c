package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.LegacyAddress;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.core.BlockChain;
import org.bitcoinj.core.Context;
import org.bitcoinj.core.PeerAddress;
import org.bitcoinj.core.PeerGroup;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionConfidence.ConfidenceType;
import org.bitcoinj.crypto.ECKey;
import org.bitcoinj.params.RegTestParams;
import org.bitcoinj.script.ScriptBuilder;
import org.bitcoinj.store.MemoryBlockStore;
import org.bitcoinj.wallet.SendRequest;
import org.bitcoinj.wallet.Wallet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.starling.bitcoin.PeerSettings;
import org.starling.bitcoin.Services;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.ChainParams;
import org.starling.consensus.OutPoint;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;
import org.starling.crypto.Sha256;
import org.starling.embed.MachineWorld;
import org.starling.engine.Limits;
import org.starling.engine.Routability;
import org.starling.engine.Routes;
import org.starling.mempool.AcceptResult;
import org.starling.node.Node;
import org.starling.node.NodeConfig;
import org.starling.world.Endpoint;

/** bitcoinj, which nobody here wrote, as a peer of our node over loopback. */
@Timeout(120)
class ForeignClientTest {
    private static final BitcoinNetwork REGTEST = BitcoinNetwork.REGTEST;
    private static final Bytes TO_ANYBODY = Bytes.fromHex("51");
    private static final int MATURITY = 100;
    private static final Bytes TRUE_SCRIPT = Bytes.fromHex("51");
    private static final Bytes TO_TRUE =
            Script.witness(0, Sha256.once(TRUE_SCRIPT).toBytes());

    @TempDir
    private Path directory;

    private MachineWorld world;
    private Node node;
    private int port;
    private PeerGroup peers;

    @BeforeEach
    void start() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        world = new MachineWorld(MachineWorld.Place.of(directory), "", failure -> {});
        PeerSettings settings = PeerSettings.of(ChainParams.regtest(), "/Starling:test/");
        node = Node.start(
                NodeConfig.of(ChainParams.regtest(), "/Starling:test/")
                        .withPeers(settings.withServices(settings.services() | Services.BLOOM))
                        .withConnections(new NodeConfig.Connections(
                                List.of(new Endpoint(Bytes.fromHex("7f000001"), port)),
                                List.of(),
                                List.of(),
                                false,
                                List.of(),
                                Limits.CONNECTIONS,
                                0,
                                0,
                                true,
                                Routability.PUBLIC,
                                List.of(),
                                Routes.DIRECT)),
                world.world());
    }

    @AfterEach
    void stop() {
        if (peers != null) {
            peers.stop();
        }
        node.close();
        world.close();
    }

    @Test
    void synchronisesBroadcastsAndSeesItsTransactionConfirmed() throws Exception {
        Context.propagate(new Context());
        Wallet wallet = Wallet.createDeterministic(REGTEST, ScriptType.P2PKH);
        Bytes toWallet = Bytes.wrap(
                ScriptBuilder.createOutputScript(wallet.freshReceiveAddress()).program());
        mine(toWallet, 1);
        mine(TO_ANYBODY, MATURITY);

        BlockChain chain = new BlockChain(
                REGTEST, wallet, new MemoryBlockStore(RegTestParams.get().getGenesisBlock()));
        peers = new PeerGroup(REGTEST, chain);
        peers.addWallet(wallet);
        peers.setBloomFilteringEnabled(false);
        peers.addAddress(PeerAddress.simple(InetAddress.getLoopbackAddress(), port));
        peers.setMaxConnections(1);
        peers.start();
        peers.downloadBlockChain();
        assertThat(chain.getBestChainHeight()).isEqualTo(MATURITY + 1);
        assertThat(chain.getChainHead().getHeader().getHash().toString())
                .isEqualTo(node.headers().tip().hash().toString());
        assertThat(wallet.getBalance()).isEqualTo(Coin.FIFTY_COINS);

        LegacyAddress somewhere = (LegacyAddress) new ECKey().toAddress(ScriptType.P2PKH, REGTEST);
        peers.setMinBroadcastConnections(1);
        Wallet.SendResult sent = wallet.sendCoins(peers, SendRequest.to(somewhere, Coin.COIN));
        Transaction transaction = sent.transaction();
        Hash256 txid = Hash256.fromHex(transaction.getTxId().toString());
        await("the transaction to reach the mempool", () -> node.mempool().get(txid) != null);

        mine(TO_ANYBODY, 1);
        await(
                "the confirmation",
                () -> transaction.getConfidence().getConfidenceType() == ConfidenceType.BUILDING
                        && transaction.getConfidence().getDepthInBlocks() == 1);
        assertThat(chain.getBestChainHeight()).isEqualTo(MATURITY + 2);
        assertThat(node.mempool().get(txid)).isNull();
    }

    @Test
    void aLightClientSeesAPaymentThroughItsBloomFilter() throws Exception {
        Context.propagate(new Context());
        Wallet wallet = Wallet.createDeterministic(REGTEST, ScriptType.P2PKH);
        mine(TO_TRUE, 1);
        mine(TO_ANYBODY, MATURITY);
        BlockChain chain = new BlockChain(
                REGTEST, wallet, new MemoryBlockStore(RegTestParams.get().getGenesisBlock()));
        peers = new PeerGroup(REGTEST, chain);
        peers.addWallet(wallet);
        peers.addAddress(PeerAddress.simple(InetAddress.getLoopbackAddress(), port));
        peers.setMaxConnections(1);
        peers.start();
        peers.downloadBlockChain();
        assertThat(chain.getBestChainHeight()).isEqualTo(MATURITY + 1);
        assertThat(peers.getDownloadPeer().getBloomFilter()).isNotNull();

        org.starling.consensus.Transaction payment = payment(Bytes.wrap(
                ScriptBuilder.createOutputScript(wallet.currentReceiveAddress()).program()));
        AcceptResult accepted = node.validation(
                () -> node.mempool().accept(payment, node.clock().seconds()));
        assertThat(accepted).isInstanceOf(AcceptResult.Accepted.class);
        await(
                "the payment to show",
                () -> wallet.getBalance(Wallet.BalanceType.ESTIMATED).equals(Coin.COIN));
        assertThat(wallet.getBalance()).isEqualTo(Coin.ZERO);

        mine(TO_ANYBODY, 1);
        await("its confirmation", () -> wallet.getBalance().equals(Coin.COIN));
        assertThat(wallet.getTransactions(true)).hasSize(1);
        assertThat(peers.getDownloadPeer().getBloomFilter()).isNotNull();
    }

    /** Spends the first block's coinbase. */
    private org.starling.consensus.Transaction payment(Bytes script) {
        OutPoint coinbase = node.chain()
                .readBlock(Objects.requireNonNull(node.headers().activeAt(1)))
                .transactions()
                .getFirst()
                .outPoint(0);
        TxIn input = new TxIn(coinbase, Bytes.EMPTY, TxIn.SEQUENCE_FINAL, List.of(TRUE_SCRIPT));
        TxOut output = new TxOut(Coin.COIN.value, script);
        TxOut change = new TxOut(48 * Coin.COIN.value, TO_TRUE);
        return org.starling.consensus.Transaction.of(2, List.of(input), List.of(output, change), 0);
    }

    private void mine(Bytes script, int blocks) {
        assertThat(node.miner().generate(script, blocks, 10_000_000)).hasSize(blocks);
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(end);
            Thread.sleep(20);
        }
    }
}
