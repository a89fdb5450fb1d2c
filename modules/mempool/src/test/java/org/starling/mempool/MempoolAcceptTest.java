package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.starling.mempool.Playground.ANYONE;
import static org.starling.mempool.Playground.input;
import static org.starling.mempool.Playground.spend;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.consensus.SequenceLocks;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;
import org.starling.crypto.Sha256;

class MempoolAcceptTest {
    private final Playground play = new Playground();

    @Test
    void anOrdinarySpendIsAccepted() {
        Transaction transaction = spend(List.of(play.fund(100_000)), 99_000);

        AcceptResult result = play.accept(transaction);

        assertThat(result)
                .isEqualTo(new AcceptResult.Accepted(
                        1_000, transaction.virtualSize(), Feerate.of(1_000, transaction.virtualSize()), List.of()));
        assertThat(play.mempool.contains(transaction.txid())).isTrue();
        assertThat(play.mempool.containsWtxid(transaction.wtxid())).isTrue();
        assertThat(play.mempool.get(transaction.txid())).isEqualTo(transaction);
        assertThat(play.mempool.spender(transaction.inputs().getFirst().previous()))
                .isEqualTo(transaction);
        assertThat(play.mempool.totalFee()).isEqualTo(1_000);
        assertThat(play.mempool.virtualSize()).isEqualTo(transaction.virtualSize());
        assertThat(play.events).containsExactly("added 1");
    }

    @Test
    void aTestChangesNothing() {
        Transaction transaction = spend(List.of(play.fund(100_000)), 99_000);

        assertThat(Playground.reason(play.mempool.test(transaction, play.now))).isEqualTo("ok");
        assertThat(play.mempool.size()).isZero();
        assertThat(play.events).isEmpty();
    }

    @Test
    void missingParentsAreNamed() {
        OutPoint known = play.fund(100_000);
        Hash256 unknown = Hash256.fromHex("ab".repeat(32));
        Transaction orphan = spend(List.of(known, new OutPoint(unknown, 0), new OutPoint(unknown, 1)), 99_000);

        assertThat(play.accept(orphan)).isInstanceOfSatisfying(AcceptResult.MissingInputs.class, missing -> {
            assertThat(missing.parents()).containsExactly(unknown);
            assertThat(missing.rejection().reason()).isEqualTo("bad-txns-inputs-missingorspent");
        });
        Transaction parent = play.add(spend(List.of(known), 98_000));
        assertThat(play.say(spend(List.of(parent.outPoint(1)), 1_000)))
                .as("the parent has no such output")
                .isEqualTo("missing-inputs");
    }

    @Test
    void whatIsKnownAlready() {
        OutPoint coin = play.fund(100_000);
        Transaction transaction = play.add(spend(List.of(coin), 99_000));
        TxIn otherWitness = new TxIn(coin, Bytes.EMPTY, TxIn.SEQUENCE_FINAL, List.of(Bytes.EMPTY, ANYONE));
        Transaction malleated = Transaction.of(2, List.of(otherWitness), transaction.outputs(), 0);

        assertThat(play.say(transaction)).isEqualTo("txn-already-in-mempool");
        assertThat(malleated.txid()).isEqualTo(transaction.txid());
        assertThat(play.say(malleated)).isEqualTo("txn-same-nonwitness-data-in-mempool");
        play.connect(transaction);
        assertThat(play.say(transaction)).isEqualTo("txn-already-known");
    }

    @Test
    void coinbasesBelongInBlocks() {
        Transaction coinbase = Transaction.of(
                2, List.of(new TxIn(OutPoint.NULL, Bytes.fromHex("5151"), -1)), List.of(new TxOut(50, ANYONE)), 0);

        assertThat(play.say(coinbase)).isEqualTo("coinbase");
        assertThat(play.say(spend(List.of(), 1))).isEqualTo("bad-txns-vin-empty");
    }

    @Test
    void feesMustMeetTheRelayMinimum() {
        OutPoint coin = play.fund(100_000);
        int size = spend(List.of(coin), 1_000).virtualSize();
        Transaction cheap = spend(List.of(coin), 100_000 - size + 1);

        assertThat(play.accept(cheap))
                .isEqualTo(new AcceptResult.Rejected(Rejection.of(
                        Rejection.Kind.MEMPOOL_POLICY, "min relay fee not met", (size - 1) + " < " + size)));
        play.mempool.prioritise(cheap.txid(), 1);
        assertThat(play.say(cheap)).as("with what the operator adds").isEqualTo("ok");
        assertThat(play.mempool.entry(cheap.txid()).modifiedFee()).isEqualTo(size);
        assertThat(play.mempool.entry(cheap.txid()).fee()).isEqualTo(size - 1);
    }

    @Test
    void locksMustBeOpenInTheNextBlock() {
        OutPoint coin = play.fund(100_000);
        int next = play.tip.height() + 1;

        assertThat(play.say(locked(coin, next))).isEqualTo("non-final");
        assertThat(play.say(locked(coin, (int) play.tip.medianTimePast()))).isEqualTo("non-final");
        assertThat(play.say(relative(coin, next))).isEqualTo("non-BIP68-final");
        assertThat(play.say(relative(coin, next - 1))).isEqualTo("ok");
        assertThat(play.say(locked(play.fund(100_000), next - 1))).isEqualTo("ok");
        Transaction child = Transaction.of(
                2, List.of(input(relative(coin, next - 1).outPoint(0), 1)), List.of(new TxOut(98_000, ANYONE)), 0);
        assertThat(play.say(child))
                .as("unconfirmed coins count as of the next block")
                .isEqualTo("non-BIP68-final");
    }

    private static Transaction locked(OutPoint coin, int lockTime) {
        return Transaction.of(2, List.of(input(coin, 0)), List.of(new TxOut(99_000, ANYONE)), lockTime);
    }

    private static Transaction relative(OutPoint coin, int blocks) {
        return Transaction.of(
                2, List.of(input(coin, blocks & SequenceLocks.MASK)), List.of(new TxOut(99_000, ANYONE)), 0);
    }

    @Test
    void coinbasesMustMature() {
        TxOut output = new TxOut(100_000, ANYONE);
        int next = play.tip.height() + 1;

        assertThat(play.say(spend(List.of(play.fund(output, next - 100, true)), 99_000)))
                .isEqualTo("ok");
        assertThat(play.say(spend(List.of(play.fund(output, next - 99, true)), 99_000)))
                .isEqualTo("bad-txns-premature-spend-of-coinbase");
        assertThat(play.say(spend(List.of(play.fund(100_000)), 100_001))).isEqualTo("bad-txns-in-belowout");
    }

    @Test
    void scriptsMustPass() {
        Bytes failing = Bytes.fromHex("00");
        Bytes address = Script.witness(0, Sha256.once(failing).toBytes());
        OutPoint coin = play.fund(new TxOut(100_000, address), 1, false);
        Transaction wrong = Transaction.of(
                2, List.of(new TxIn(coin, Bytes.EMPTY, -1, List.of(failing))), List.of(new TxOut(99_000, ANYONE)), 0);
        Transaction stripped = Transaction.of(
                2,
                List.of(new TxIn(play.fund(100_000), Bytes.EMPTY, -1)),
                List.of(new TxOut(99_000, ANYONE), new TxOut(0, Bytes.fromHex("6a"))),
                0);

        assertThat(play.say(wrong))
                .isEqualTo("mandatory-script-verify-flag-failed (Script evaluated without error but finished with a"
                        + " false/empty top stack element)");
        assertThat(play.accept(stripped))
                .isInstanceOfSatisfying(
                        AcceptResult.Rejected.class,
                        rejected -> assertThat(rejected.rejection().kind()).isEqualTo(Rejection.Kind.WITNESS_STRIPPED));
    }

    @Test
    void rulesOfPolicyAloneAreNamedAsSuch() {
        Bytes twoLeft = Bytes.fromHex("b0"); // OP_NOP1, which a soft fork may give a meaning
        Bytes script = Bytes.concat(twoLeft, Bytes.fromHex("51"));
        Bytes address = Script.witness(0, Sha256.once(script).toBytes());
        OutPoint coin = play.fund(new TxOut(100_000, address), 1, false);
        Transaction transaction = Transaction.of(
                2, List.of(new TxIn(coin, Bytes.EMPTY, -1, List.of(script))), List.of(new TxOut(99_000, ANYONE)), 0);

        assertThat(play.say(transaction))
                .isEqualTo("non-mandatory-script-verify-flag (NOPx reserved for soft-fork upgrades)");
    }

    @Test
    void factsOfAChain() {
        Transaction parent = play.add(spend(List.of(play.fund(100_000)), 40_000, 50_000));
        play.now += 5;
        Transaction child = play.add(spend(List.of(parent.outPoint(0)), 39_000));
        Transaction grandchild = play.add(spend(List.of(parent.outPoint(1), child.outPoint(0)), 85_000));
        play.mempool.addUnbroadcast(child.txid());

        MempoolEntry facts = play.mempool.entry(child.txid());

        assertThat(facts.time()).isEqualTo(Playground.START + 5);
        assertThat(facts.height()).isEqualTo(play.tip.height());
        assertThat(facts.ancestorCount()).isEqualTo(2);
        assertThat(facts.ancestorSize()).isEqualTo(parent.virtualSize() + child.virtualSize());
        assertThat(facts.ancestorFees()).isEqualTo(11_000);
        assertThat(facts.descendantCount()).isEqualTo(2);
        assertThat(facts.descendantFees()).isEqualTo(5_000);
        assertThat(facts.depends()).containsExactly(parent.txid());
        assertThat(facts.spentBy()).containsExactly(grandchild.txid());
        assertThat(facts.unbroadcast()).isTrue();
        assertThat(facts.replaceable()).isFalse();
        assertThat(play.mempool.ancestors(grandchild.txid()).stream().map(MempoolEntry::txid))
                .containsExactlyInAnyOrder(parent.txid(), child.txid());
        assertThat(play.mempool.descendants(parent.txid())).hasSize(2);
        assertThat(play.mempool.txids()).containsExactlyInAnyOrder(parent.txid(), child.txid(), grandchild.txid());
    }
}
