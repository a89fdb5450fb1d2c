package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.starling.bitcoin.message.BlockMessage;
import org.starling.bitcoin.message.BlockTransactions;
import org.starling.bitcoin.message.CompactBlock;
import org.starling.bitcoin.message.GetBlockTransactions;
import org.starling.bitcoin.message.GetData;
import org.starling.bitcoin.message.Headers;
import org.starling.bitcoin.message.Inv;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.Message;
import org.starling.bitcoin.message.SendCompact;
import org.starling.bitcoin.message.SendHeaders;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;

/** Blocks in compact form (BIP-0152): put together, asked about, announced and served. */
class CompactBlocksTest {
    private static final long SECONDS = TestNode.START / 1000;

    private final TestNode node = new TestNode();
    private final Transaction first = payment(1);
    private final Transaction second = payment(2);
    private Block block = TestNode.REGTEST.genesis();

    private static Transaction payment(int salt) {
        TxIn input = new TxIn(new OutPoint(Hash256.of(Bytes.fromHex("aa".repeat(32))), salt), Bytes.EMPTY, -1);
        return Transaction.of(2, List.of(input), List.of(new TxOut(1000, Bytes.copyOf((byte) 0x51))), salt);
    }

    @BeforeEach
    void aBlockToCome() {
        node.have(TestNode.chainOn(TestNode.genesis(), 2, SECONDS, 1));
        BlockHeader tip = node.headers().tip().header();
        block = TestNode.mine(tip, tip.hash(), SECONDS, 50, first, second);
    }

    private TestNode.Remote ready(TestNode.Remote peer) {
        long services = Services.NETWORK | Services.WITNESS;
        peer.send(new Version(
                70016, services, SECONDS, NetAddress.of(TestNode.US), peer.link + 1000, "/test:1/", 0, true));
        peer.send(new Verack());
        peer.send(new SendCompact(false, 2));
        // Its answer to our question for headers shows that it has what we have.
        peer.send(new Headers(List.of(node.headers().tip().header())));
        return peer;
    }

    private TestNode.Remote inbound(int host) {
        return ready(node.inbound(host));
    }

    private CompactBlock compact() {
        return CompactBlock.of(block, 42, List.of(0));
    }

    private Hash256 tip() {
        return node.headers().tip().hash();
    }

    @Test
    void bothSidesSayThatTheyTakeThem() {
        TestNode.Remote peer = inbound(1);
        assertThat(peer.take(SendCompact.class)).containsExactly(new SendCompact(false, 2));
    }

    @Test
    void aBlockWhoseTransactionsAreAtHandNeedsNoQuestion() {
        node.pooled(first);
        node.pooled(second);
        TestNode.Remote peer = inbound(1);
        peer.take(Message.class);
        peer.send(compact());
        assertThat(tip()).isEqualTo(block.hash());
        assertThat(peer.types()).doesNotContain("getblocktxn", "getdata");
    }

    @Test
    void theSenderIsAskedForWhatIsMissing() {
        node.pooled(second);
        TestNode.Remote peer = inbound(1);
        peer.send(compact());
        assertThat(peer.take(GetBlockTransactions.class))
                .containsExactly(new GetBlockTransactions(block.hash(), List.of(1)));
        peer.send(new BlockTransactions(block.hash(), List.of(first)));
        assertThat(tip()).isEqualTo(block.hash());
    }

    @Test
    void transactionsThatWereRefusedServeAsWell() {
        node.refusals.put(
                first.txid().toString(), Rejection.of(Rejection.Kind.MEMPOOL_POLICY, "min relay fee not met"));
        TestNode.Remote peer = inbound(1);
        peer.send(new org.starling.bitcoin.message.TxMessage(first, true));
        node.pooled(second);
        peer.take(Message.class);
        peer.send(compact());
        assertThat(peer.types()).doesNotContain("getblocktxn");
        assertThat(tip()).isEqualTo(block.hash());
    }

    @Test
    void aWrongTransactionMeansThatTheWholeBlockIsFetched() {
        TestNode.Remote peer = inbound(1);
        peer.take(Message.class);
        peer.send(compact());
        peer.send(new BlockTransactions(block.hash(), List.of(first, payment(3))));
        assertThat(peer.closed).isFalse();
        assertThat(peer.take(GetData.class))
                .containsExactly(new GetData(
                        List.of(new InventoryItem(InventoryItem.BLOCK | InventoryItem.WITNESS, block.hash()))));
        peer.send(new BlockMessage(block.serialized()));
        assertThat(tip()).isEqualTo(block.hash());
    }

    @Test
    void theSameAnswerTwiceCostsTheLink() {
        TestNode.Remote peer = inbound(1);
        peer.send(compact());
        BlockTransactions wrong = new BlockTransactions(block.hash(), List.of(first, payment(3)));
        peer.send(wrong);
        peer.send(wrong);
        assertThat(peer.closed).isTrue();
        assertThat(node.logged("previous compact block reconstruction attempt failed"))
                .isTrue();
    }

    @Test
    void tooFewTransactionsCostTheLink() {
        TestNode.Remote peer = inbound(1);
        peer.send(compact());
        peer.send(new BlockTransactions(block.hash(), List.of(first)));
        assertThat(peer.closed).isTrue();
        assertThat(node.logged("non-matching block transactions")).isTrue();
    }

    @Test
    void unaskedTransactionsAreIgnored() {
        TestNode.Remote peer = inbound(1);
        peer.send(new BlockTransactions(block.hash(), List.of(first)));
        assertThat(peer.closed).isFalse();
    }

    @Test
    void aGivenTransactionBeyondTheBlockCostsTheLink() {
        TestNode.Remote peer = inbound(1);
        CompactBlock bad = new CompactBlock(
                block.header(),
                1,
                Bytes.EMPTY,
                List.of(new CompactBlock.Given(1, block.transactions().getFirst())));
        peer.send(bad);
        assertThat(peer.closed).isTrue();
        assertThat(node.logged("invalid compact block")).isTrue();
        assertThat(node.manager.blocksInFlight()).isZero();
    }

    @Test
    void equalShortIdsMeanThatTheWholeBlockIsFetched() {
        TestNode.Remote peer = inbound(1);
        peer.take(Message.class);
        peer.send(new CompactBlock(
                block.header(),
                1,
                Bytes.fromHex("010203040506" + "010203040506"),
                List.of(new CompactBlock.Given(0, block.transactions().getFirst()))));
        assertThat(peer.take(GetData.class).getFirst().items())
                .containsExactly(new InventoryItem(InventoryItem.BLOCK | InventoryItem.WITNESS, block.hash()));
    }

    @Test
    void aPeerThatHoldsABlockBackIsNotTheOnlyOneAsked() {
        TestNode.Remote slow = inbound(1);
        TestNode.Remote chosen = ready(node.outbound(2, LinkKind.OUTBOUND_FULL_RELAY));
        makeAnnouncer(chosen);
        slow.take(Message.class);
        slow.send(compact());
        assertThat(slow.take(GetBlockTransactions.class)).hasSize(1);
        chosen.take(Message.class);
        chosen.send(compact());
        assertThat(chosen.take(GetBlockTransactions.class)).hasSize(1);
        chosen.send(new BlockTransactions(block.hash(), List.of(first, second)));
        assertThat(tip()).isEqualTo(block.hash());
        assertThat(node.manager.blocksInFlight()).isZero();
    }

    // The peer delivers a block that proves good, and block is the next after it.
    private void makeAnnouncer(TestNode.Remote peer) {
        BlockHeader tip = node.headers().tip().header();
        Block good = TestNode.mine(tip, tip.hash(), SECONDS, 70);
        peer.take(Message.class);
        peer.send(new BlockMessage(good.serialized()));
        block = TestNode.mine(good.header(), good.hash(), SECONDS, 71, first, second);
    }

    @Test
    void threePeersThatWereFirstLatelyAreAskedToSendThemAtOnce() {
        List<TestNode.Remote> peers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            TestNode.Remote peer = inbound(i);
            peers.add(peer);
            makeAnnouncer(peer);
            assertThat(peer.take(SendCompact.class)).containsExactly(new SendCompact(true, 2));
        }
        assertThat(peers.getFirst().take(SendCompact.class)).containsExactly(new SendCompact(false, 2));
    }

    @Test
    void theLastOutboundAnnouncerStaysWhileInboundOnesCome() {
        TestNode.Remote chosen = ready(node.outbound(9, LinkKind.OUTBOUND_FULL_RELAY));
        makeAnnouncer(chosen);
        chosen.take(Message.class);
        for (int i = 0; i < 4; i++) {
            makeAnnouncer(inbound(i));
        }
        assertThat(chosen.take(SendCompact.class)).isEmpty();
    }

    @Test
    void whoWantsThemGetsNewBlocksBeforeTheyAreChecked() {
        TestNode.Remote peer = inbound(1);
        peer.send(new SendCompact(true, 2));
        peer.take(Message.class);
        node.tree.add(block.header());
        node.manager.blockPlausible(
                node.now, java.util.Objects.requireNonNull(node.headers().find(block.hash())), block);
        CompactBlock sent = peer.take(CompactBlock.class).getFirst();
        assertThat(sent.header()).isEqualTo(block.header());
        assertThat(sent.shortIdCount()).isEqualTo(2);
        // When it is connected it is not announced again, and what is missing can be had.
        node.have(List.of(block));
        peer.send(new GetBlockTransactions(block.hash(), List.of(2)));
        assertThat(peer.take(Message.class))
                .filteredOn(message -> message instanceof Headers
                        || message instanceof Inv
                        || message instanceof CompactBlock
                        || message instanceof BlockTransactions)
                .containsExactly(new BlockTransactions(block.hash(), List.of(second)));
    }

    /** What the node tells of the block that comes to it in compact form, and that it has to ask the sender about. */
    private CompactBlock toldOn() {
        TestNode.Remote wants = inbound(2);
        wants.send(new SendCompact(true, 2));
        TestNode.Remote sender = inbound(1);
        wants.take(Message.class);
        sender.send(compact());
        List<Transaction> asked = sender.take(GetBlockTransactions.class).getFirst().indexes().stream()
                .map(block.transactions()::get)
                .toList();
        sender.send(new BlockTransactions(block.hash(), asked));
        assertThat(tip()).isEqualTo(block.hash());
        return wants.take(CompactBlock.class).getFirst();
    }

    @Test
    void whatWeLackedIsGivenInFullToOthers() {
        node.pooled(second);
        CompactBlock told = toldOn();
        assertThat(told.given()).extracting(CompactBlock.Given::index).containsExactly(0, 1);
        assertThat(told.shortIdCount()).isEqualTo(1);
        // One who lacks it as well needs no question then, and had to ask without that.
        assertThat(missing(told)).isEmpty();
        assertThat(missing(compact())).containsExactly(1);
    }

    /** What a node with the same mempool would have to ask for. */
    private List<Integer> missing(CompactBlock told) {
        PartialBlock.Start start = PartialBlock.start(told, List.of(second), List.of());
        return ((PartialBlock.Start.Begun) start).block().missing();
    }

    @Test
    void whatIsGivenInFullIsLittle() {
        TxOut large = new TxOut(1000, Bytes.wrap(new byte[BitcoinLimits.PREFILLED_BYTES]));
        Transaction tooLarge = Transaction.of(2, first.inputs(), List.of(large), 3);
        BlockHeader tip = node.headers().tip().header();
        block = TestNode.mine(tip, tip.hash(), SECONDS, 50, tooLarge, second);
        assertThat(toldOn().given()).extracting(CompactBlock.Given::index).containsExactly(0, 2);
    }

    @Test
    void blocksMadeHereAreAnnouncedInThisFormToo() {
        TestNode.Remote peer = inbound(1);
        peer.send(new SendHeaders());
        peer.send(new SendCompact(true, 2));
        peer.take(Message.class);
        node.have(List.of(block));
        assertThat(peer.take(CompactBlock.class)).hasSize(1);
    }

    @Test
    void recentBlocksAreServedInCompactFormOlderOnesWhole() {
        List<Block> chain = TestNode.chainOn(node.headers().tip().header(), 8, SECONDS, 30);
        node.have(chain);
        TestNode.Remote peer = inbound(1);
        peer.take(Message.class);
        peer.send(new GetData(List.of(
                new InventoryItem(InventoryItem.COMPACT_BLOCK, chain.get(7).hash()),
                new InventoryItem(InventoryItem.COMPACT_BLOCK, chain.get(2).hash()),
                new InventoryItem(InventoryItem.COMPACT_BLOCK, chain.get(1).hash()))));
        assertThat(peer.types()).containsExactly("cmpctblock", "cmpctblock", "block");
    }

    @Test
    void aQuestionBeyondTheBlockCostsTheLink() {
        node.have(List.of(block));
        TestNode.Remote peer = inbound(1);
        peer.send(new GetBlockTransactions(block.hash(), List.of(3)));
        assertThat(peer.closed).isTrue();
        assertThat(node.logged("getblocktxn with out-of-bounds tx indices")).isTrue();
    }

    @Test
    void aSenderDoesNotAnswerForWhatItPassedOnUnchecked() {
        node.pooled(first);
        node.pooled(second);
        node.refusals.put(block.hash().toString(), Rejection.consensus("bad-cb-amount"));
        TestNode.Remote peer = inbound(1);
        peer.send(compact());
        assertThat(node.logged("bad-cb-amount")).isFalse();
        assertThat(peer.closed).isFalse();
    }

    @Test
    void aMutatedCopyTakesNothingFromWhoHasTheBlock() {
        TestNode.Remote honest = inbound(1);
        honest.send(compact());
        TestNode.Remote attacker = inbound(2);
        attacker.send(new BlockMessage(
                Block.of(block.header(), List.of(block.transactions().getFirst()))
                        .serialized()));
        assertThat(attacker.closed).isTrue();
        assertThat(node.logged("bad-txnmrklroot")).isTrue();
        honest.send(new BlockTransactions(block.hash(), List.of(first, second)));
        assertThat(tip()).isEqualTo(block.hash());
    }

    @Test
    void aRealBlock() throws IOException, MalformedException {
        Path folder = Path.of(System.getProperty("starling.vectors", "../shared/vectors"), "blocks");
        assumeTrue(Files.isDirectory(folder), "vectors: " + folder + " is not there");
        Block whole = Block.parse(Bytes.wrap(Files.readAllBytes(folder.resolve("426884.block"))));
        Bytes wire = Bytes.wrap(Files.readAllBytes(folder.resolve("426884.cmpctblock")));
        CompactBlock real = CompactBlock.read(wire.reader());
        assertThat(real.payload()).isEqualTo(wire);
        assertThat(real.transactionCount()).isEqualTo(whole.transactions().size());

        PartialBlock.Start.Begun begun =
                (PartialBlock.Start.Begun) PartialBlock.start(real, whole.transactions(), List.of());
        assertThat(begun.block().missing()).isEmpty();
        assertThat(begun.block().complete(List.of(), false)).isEqualTo(whole);

        PartialBlock.Start.Begun empty = (PartialBlock.Start.Begun) PartialBlock.start(real, List.of(), List.of());
        List<Transaction> asked =
                empty.block().missing().stream().map(whole.transactions()::get).toList();
        assertThat(asked).hasSize(real.shortIdCount());
        assertThat(empty.block().complete(asked, false)).isEqualTo(whole);
    }
}
