package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.starling.bitcoin.message.GetData;
import org.starling.bitcoin.message.Inv;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.TxMessage;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.bitcoin.message.WtxidRelay;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.engine.Link;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;

/** A parent that pays too little and a child that pays for both, as they come from peers. */
class PackageRelayTest {
    private static final Rejection TOO_CHEAP = Rejection.of(Rejection.Kind.RECONSIDERABLE, "mempool min fee not met");
    private static final Rejection ORPHAN =
            Rejection.of(Rejection.Kind.MISSING_INPUTS, "bad-txns-inputs-missingorspent");

    private final TestNode node = new TestNode();
    private final Transaction parent = TestNode.spend(Hash256.ZERO, 3);
    private final Transaction child = TestNode.spend(parent.txid(), 4);

    @BeforeEach
    void parentIsTooCheapAlone() {
        node.refusals.put(parent.txid().toString(), TOO_CHEAP);
        node.refusals.put(child.txid().toString(), ORPHAN);
    }

    private TestNode.Remote peer(int number) {
        TestNode.Remote peer = node.outbound(number, LinkKind.OUTBOUND_FULL_RELAY);
        peer.send(new Version(70016, 9, TestNode.START / 1000, NetAddress.of(TestNode.US), number, "/x/", 0, true));
        peer.send(new WtxidRelay());
        peer.send(new Verack());
        peer.inbox.clear();
        return peer;
    }

    private static GetData requestOf(Transaction parent) {
        return new GetData(List.of(new InventoryItem(InventoryItem.TX | InventoryItem.WITNESS, parent.txid())));
    }

    private static Inv announcementOf(Transaction transaction) {
        return new Inv(List.of(new InventoryItem(InventoryItem.WTX, transaction.wtxid())));
    }

    @Test
    void theChildFirst() {
        TestNode.Remote peer = peer(1);
        peer.send(new TxMessage(child, true));
        node.pass(2_001);
        assertThat(peer.take(GetData.class)).containsExactly(requestOf(parent));
        peer.send(new TxMessage(parent, true));
        assertThat(node.packages).containsExactly(List.of(parent, child));
        assertThat(node.pool).containsKeys(parent.wtxid(), child.wtxid());
        assertThat(node.manager.orphans()).isZero();
    }

    @Test
    void theParentFirst() {
        TestNode.Remote peer = peer(1);
        peer.send(new TxMessage(parent, true));
        assertThat(node.packages).isEmpty();
        TestNode.Remote other = peer(2);
        other.send(announcementOf(parent));
        node.pass(10_000);
        assertThat(other.take(GetData.class)).as("of no use for itself").isEmpty();
        peer.send(new TxMessage(child, true));
        node.pass(2_001);
        assertThat(peer.take(GetData.class)).as("fetched again, for the child").containsExactly(requestOf(parent));
        peer.send(new TxMessage(parent, true));
        assertThat(node.pool).containsKeys(parent.wtxid(), child.wtxid());
    }

    @Test
    void aPairIsOfferedOnceUntilTheTipChanges() {
        node.packageRefusals.put(child.txid().toString(), TOO_CHEAP);
        TestNode.Remote peer = peer(1);
        for (int i = 0; i < 3; i++) {
            peer.send(new TxMessage(child, true));
            node.pass(2_001);
            peer.send(new TxMessage(parent, true));
        }
        assertThat(node.packages).hasSize(1);
        assertThat(node.manager.orphans()).isZero();
        peer.take(GetData.class);
        peer.send(announcementOf(child));
        node.pass(10_000);
        assertThat(peer.take(GetData.class)).as("neither is worth fetching").isEmpty();
        node.have(TestNode.chainOn(TestNode.genesis(), 1, TestNode.START / 1000, 1));
        node.packageRefusals.clear();
        peer.send(new TxMessage(child, true));
        peer.send(new TxMessage(parent, true));
        assertThat(node.packages).hasSize(2);
        assertThat(node.pool).containsKeys(parent.wtxid(), child.wtxid());
    }

    @Test
    void aBetterChildHasAChanceAfterAWorseOne() {
        Transaction better = TestNode.spend(parent.txid(), 5);
        node.refusals.put(better.txid().toString(), ORPHAN);
        node.packageRefusals.put(child.txid().toString(), TOO_CHEAP);
        TestNode.Remote peer = peer(1);
        peer.send(new TxMessage(child, true));
        peer.send(new TxMessage(parent, true));
        peer.send(new TxMessage(better, true));
        node.pass(2_001);
        assertThat(peer.take(GetData.class)).contains(requestOf(parent));
        peer.send(new TxMessage(parent, true));
        assertThat(node.pool).containsKeys(parent.wtxid(), better.wtxid());
    }

    @Test
    void parentAndChildMustBeOfTheSamePeer() {
        TestNode.Remote childs = peer(1);
        TestNode.Remote parents = peer(2);
        childs.send(new TxMessage(child, true));
        parents.send(new TxMessage(parent, true));
        assertThat(node.packages).isEmpty();
        parents.send(announcementOf(child));
        parents.send(new TxMessage(parent, true));
        assertThat(node.packages).as("it has announced the child, too").hasSize(1);
    }

    @Test
    void twoCheapParentsAreHopeless() {
        // Without witnesses, so that their txids say which they are.
        Transaction one = plain(List.of(new OutPoint(Hash256.ZERO, 1)));
        Transaction other = plain(List.of(new OutPoint(Hash256.ZERO, 2)));
        Transaction both = plain(List.of(one.outPoint(0), other.outPoint(0)));
        node.refusals.put(one.txid().toString(), TOO_CHEAP);
        node.refusals.put(other.txid().toString(), TOO_CHEAP);
        node.refusals.put(both.txid().toString(), ORPHAN);
        TestNode.Remote peer = peer(1);
        peer.send(new TxMessage(one, true));
        peer.send(new TxMessage(other, true));
        peer.send(new TxMessage(both, true));
        node.pass(60_000);
        assertThat(peer.take(GetData.class)).isEmpty();
        assertThat(node.manager.orphans()).isZero();
    }

    private static Transaction plain(List<OutPoint> spent) {
        List<TxIn> inputs =
                spent.stream().map(coin -> new TxIn(coin, Bytes.EMPTY, -1)).toList();
        return Transaction.of(2, inputs, List.of(new TxOut(1000, Bytes.copyOf((byte) 0x51))), 0);
    }

    @Test
    void anInvalidChildCostsItsSenderTheLink() {
        node.packageRefusals.put(child.txid().toString(), Rejection.consensus("mandatory-script-verify-flag-failed"));
        TestNode.Remote bad = peer(1);
        TestNode.Remote good = peer(2);
        bad.send(new TxMessage(child, true));
        good.send(new TxMessage(parent, true));
        bad.send(new TxMessage(parent, true));
        assertThat(bad.closed).isTrue();
        assertThat(good.closed).isFalse();
        assertThat(node.manager.orphans()).isZero();
    }

    @Test
    void whoAnnouncedTheOrphanIsAskedForItsParentWhenTheSenderGoes() {
        TestNode.Remote sender = peer(1);
        TestNode.Remote announcer = peer(2);
        sender.send(new TxMessage(child, true));
        announcer.send(announcementOf(child));
        assertThat(node.manager.orphanTransactions().getFirst().peers()).hasSize(2);
        node.pass(2_001);
        boolean sendersTurn = !sender.take(GetData.class).isEmpty();
        TestNode.Remote next = sendersTurn ? announcer : sender;
        Link gone = node.links.links(link -> true).get(sendersTurn ? 0 : 1);
        node.links.close(node.now, gone, "gone");
        node.pass(2_001);
        assertThat(next.take(GetData.class)).containsExactly(requestOf(parent));
        assertThat(node.manager.orphans()).isEqualTo(1);
    }
}
