package org.starling.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Address;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Transaction;
import org.starling.engine.NetAddress;
import org.starling.mempool.AcceptResult;
import org.starling.mempool.Feerate;
import org.starling.mempool.RemovalReason;
import org.starling.world.StorageException;

@Timeout(60)
class NodeTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Bytes AUXILIARY = Bytes.wrap(new byte[32]);

    private static Purse purse(Node node) {
        Purse purse = new Purse(Bytes.fromHex("01".repeat(32)), AUXILIARY);
        node.parts().validation(() -> {
            purse.follow(node.parts().chain());
            return true;
        });
        return purse;
    }

    @Test
    void twoNodesOfOneProgramConnectAndAgree() throws Exception {
        try (var first = Node.start(Node.Config.regtest());
                var second = Node.start(Node.Config.regtest())) {
            Purse purse = purse(first);
            List<Hash256> mined = first.generate(101, purse.scriptPubKey());
            assertThat(mined).hasSize(101).last().isEqualTo(first.tip());

            second.connect(first.address());
            second.awaitPeers(1, SOON);
            second.awaitHeight(101, SOON);
            assertThat(second.tip()).isEqualTo(first.tip());

            Transaction payment = purse.pay(purse.scriptPubKey(), 100_000, 2, first.height());
            assertThat(first.submit(payment)).isInstanceOf(AcceptResult.Accepted.class);
            second.awaitTransaction(payment.txid(), SOON);

            Hash256 next = second.generate(1, purse.scriptPubKey()).getFirst();
            first.awaitTip(next, SOON);
            Block block = first.block(next);
            assertThat(block.transactions()).extracting(Transaction::txid).contains(payment.txid());
            assertThat(first.inMempool(payment.txid())).isNull();
        }
    }

    @Test
    void listenersHearInOrderAndMayCallTheNode() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (var node = Node.start(Node.Config.regtest());
                var other = Node.start(Node.Config.regtest())) {
            node.addListener(new NodeListener() {
                @Override
                public void blockConnected(int height, Hash256 hash) {
                    heard.add("block " + height + " of "
                            + node.block(hash).transactions().size());
                }

                @Override
                public void transactionAccepted(Transaction transaction) {
                    heard.add("in " + transaction.txid());
                    node.generate(1, transaction.outputs().getFirst().scriptPubKey());
                }

                @Override
                public void transactionRemoved(Transaction transaction, RemovalReason reason) {
                    heard.add("out " + reason);
                }

                @Override
                public void peerConnected(long id, NetAddress address) {
                    heard.add("peer");
                }

                @Override
                public void peerDisconnected(long id, NetAddress address) {
                    heard.add("no peer");
                }
            });
            Purse purse = purse(node);
            node.generate(101, purse.scriptPubKey());
            for (int height = 1; height <= 101; height++) {
                assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("block " + height + " of 1");
            }
            Transaction payment = purse.pay(purse.scriptPubKey(), 100_000, 2, node.height());
            node.submit(payment);
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("in " + payment.txid());
            assertThat(List.of(heard.poll(10, TimeUnit.SECONDS), heard.poll(10, TimeUnit.SECONDS)))
                    .containsExactlyInAnyOrder("out BLOCK", "block 102 of 2");

            other.connect(node.address());
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("peer");
            other.close();
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("no peer");
        }
    }

    @Test
    void aClosedNodeLeavesNoThread() throws Exception {
        var node = Node.start(Node.Config.regtest());
        assertThat(threadsOf("validation")).isNotEmpty();
        node.generate(1, Bytes.fromHex("51"));
        String name = threadsOf("validation").getLast().replace("validation", "");
        node.close();
        assertThat(threadsOf("")).noneMatch(thread -> thread.startsWith(name));
    }

    private static List<String> threadsOf(String lane) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("node") && name.endsWith(lane))
                .sorted()
                .toList();
    }

    @Test
    void whatIsWaitedForInVainIsNamed() throws Exception {
        try (var node = Node.start(Node.Config.regtest())) {
            assertThatThrownBy(() -> node.awaitHeight(1, Duration.ofMillis(20)))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageContaining("no height 1")
                    .hasMessageContaining("at height 0");
        }
    }

    @Test
    void aDirectoryIsForOneNodeAndKeepsItsChain(@TempDir Path directory) throws Exception {
        Node.Config config = Node.Config.regtest(new Node.OnDisk(directory));
        Hash256 tip;
        try (var node = Node.start(config)) {
            tip = node.generate(3, Bytes.fromHex("51")).getLast();
            assertThatThrownBy(() -> Node.start(config)).isInstanceOf(StorageException.class);
        }
        try (var node = Node.start(config)) {
            node.awaitTip(tip, SOON);
        }
    }

    @Test
    void memoryIsCopiedWithTheChainInIt() throws Exception {
        MemoryStorage disk = new MemoryStorage();
        try (var node = Node.start(Node.Config.regtest(new Node.InMemory(disk)))) {
            node.generate(5, Bytes.fromHex("51"));
        }
        try (var copy = Node.start(Node.Config.regtest(new Node.InMemory(disk.copy())));
                var original = Node.start(Node.Config.regtest(new Node.InMemory(disk)))) {
            assertThat(copy.height()).isEqualTo(5);
            copy.generate(1, Bytes.fromHex("51"));
            assertThat(original.height()).isEqualTo(5);
        }
    }

    @Test
    void walletsReceivePayAndComeBackFromTheirWords() throws Exception {
        try (var first = Node.start(Node.Config.regtest());
                var second = Node.start(Node.Config.regtest())) {
            first.connect(second.address()); // payments go out faster on links of one's own
            first.awaitPeers(1, SOON);
            Purse miner = purse(first);
            Wallet alice = first.createWallet("alice");
            Wallet bob = second.createWallet("bob");
            first.generate(101, miner.scriptPubKey());
            first.submit(miner.pay(script(alice.newAddress("wages")), 1_000_000, 2, first.height()));
            assertThat(alice.balance().pending()).isEqualTo(1_000_000);
            first.generate(1, miner.scriptPubKey());
            assertThat(alice.balance().trusted()).isEqualTo(1_000_000);

            Transaction payment = alice.pay(bob.newAddress(), 400_000, new Feerate(5_000));
            second.awaitTransaction(payment.txid(), SOON);
            assertThat(bob.balance().pending()).isEqualTo(400_000);
            second.awaitHeight(102, SOON);
            Hash256 block = second.generate(1, miner.scriptPubKey()).getFirst();
            first.awaitTip(block, SOON);
            assertThat(bob.balance().trusted()).isEqualTo(400_000);
            long left = alice.balance().trusted();
            assertThat(left).isBetween(599_000L, 599_999L);

            Wallet again = second.restoreWallet("alice again", alice.words(), Instant.EPOCH);
            assertThat(again.balance()).isEqualTo(alice.balance());
            assertThat(again.history()).hasSize(2);

            assertThatThrownBy(() -> alice.pay("nonsense", 1_000)).hasMessageContaining("no address of this chain");
            assertThatThrownBy(() -> alice.pay(bob.newAddress(), 700_000)).hasMessageContaining("Insufficient funds");
            assertThatThrownBy(() -> first.createWallet("alice")).hasMessageContaining("already exists");
        }
    }

    @Test
    void aWalletOnDiskIsThereAgain(@TempDir Path folder) throws Exception {
        String address;
        try (var node = Node.start(Node.Config.regtest(new Node.OnDisk(folder)))) {
            Wallet wallet = node.createWallet("savings");
            address = wallet.newAddress();
            node.generate(1, script(address));
        }
        try (var node = Node.start(Node.Config.regtest(new Node.OnDisk(folder)))) {
            Wallet wallet = node.loadWallet("savings");
            assertThat(wallet.balance().immature()).isEqualTo(5_000_000_000L);
            assertThat(wallet.newAddress()).isNotEqualTo(address);
        }
    }

    private static Bytes script(String address) {
        return Address.decode(address, ChainParams.regtest().prefixes())
                .address()
                .scriptPubKey();
    }
}
