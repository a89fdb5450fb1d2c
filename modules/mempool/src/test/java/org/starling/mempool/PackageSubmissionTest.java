package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.starling.mempool.Playground.spend;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.mempool.PackageOutcome.Member;

class PackageSubmissionTest {
    private final Playground play = new Playground();

    private PackageOutcome submit(Transaction... transactions) {
        return submit(null, transactions);
    }

    private PackageOutcome submit(@Nullable Feerate most, Transaction... transactions) {
        return play.mempool.submitPackage(List.of(transactions), most, play.now);
    }

    private static String refusal(PackageOutcome outcome, Transaction transaction) {
        return outcome.members().get(transaction.wtxid()) instanceof Member.Refused(var rejection)
                ? rejection.reason()
                : "not refused";
    }

    @Test
    void aChildPaysForItsVersion3ParentThatPaysNothing() {
        Transaction parent = spend(3, List.of(play.fund(100_000)), 100_000);
        Transaction child = spend(3, List.of(parent.outPoint(0)), 99_000);

        PackageOutcome outcome = submit(parent, child);

        assertThat(outcome.rejection()).isNull();
        long size = parent.virtualSize() + child.virtualSize();
        assertThat(outcome.members().get(parent.wtxid()))
                .isEqualTo(new Member.Taken(
                        0,
                        parent.virtualSize(),
                        Feerate.of(1_000, size),
                        List.of(parent.wtxid(), child.wtxid()),
                        List.of()));
        assertThat(play.mempool.txids()).containsExactlyInAnyOrder(parent.txid(), child.txid());
    }

    @Test
    void noLimitIsStretchedForAPackage() {
        long[] values = new long[30];
        Arrays.fill(values, 10_000);
        Transaction full = play.add(spend(List.of(play.fund(400_000)), values));
        for (int i = 0; i < 24; i++) {
            play.add(spend(List.of(full.outPoint(i)), 9_000));
        }
        Transaction parent = spend(List.of(full.outPoint(24)), 9_000);
        Transaction child = spend(List.of(parent.outPoint(0)), 8_000);

        PackageOutcome outcome = submit(parent, child);

        assertThat(refusal(outcome, parent)).isEqualTo("too-long-mempool-chain");
        assertThat(play.say(parent)).as("by itself").isEqualTo("ok");
    }

    @Test
    void twoThatPayTooLittleTogetherStayOut() {
        Transaction parent = spend(3, List.of(play.fund(100_000)), 100_000);
        Transaction child = spend(3, List.of(parent.outPoint(0)), 99_900);

        PackageOutcome outcome = submit(parent, child);

        assertThat(outcome.rejection().reason()).isEqualTo("transaction failed");
        assertThat(refusal(outcome, parent)).isEqualTo("min relay fee not met");
        assertThat(refusal(outcome, child)).isEqualTo("min relay fee not met");
        assertThat(play.mempool.size()).isZero();
    }

    @Test
    void whatPaysForItselfDoesNotPayForOthers() {
        Transaction generous = spend(List.of(play.fund(100_000)), 50_000);
        Transaction child = spend(List.of(generous.outPoint(0)), 50_000);

        PackageOutcome outcome = submit(generous, child);

        assertThat(refusal(outcome, child)).isEqualTo("min relay fee not met");
        assertThat(play.mempool.txids()).containsExactly(generous.txid());
    }

    @Test
    void onlyAChildWithAllItsUnconfirmedParentsIsAPackage() {
        Transaction one = spend(List.of(play.fund(100_000)), 99_000);
        Transaction other = spend(List.of(play.fund(100_000)), 99_000);
        Transaction child = spend(List.of(one.outPoint(0), other.outPoint(0)), 190_000);

        assertThat(submit(one, other).rejection().reason()).isEqualTo("package-not-child-with-parents");
        assertThat(submit(one, child).rejection().reason()).isEqualTo("package-not-child-with-unconfirmed-parents");
        assertThat(submit(one, other, child).rejection()).isNull();
    }

    @Test
    void whatIsThereAlreadyIsNotJudgedAgain() {
        Transaction parent = play.add(spend(List.of(play.fund(100_000)), 99_000));
        Transaction child = spend(List.of(parent.outPoint(0)), 98_000);

        PackageOutcome outcome = submit(parent, child);

        assertThat(outcome.members().get(parent.wtxid())).isEqualTo(new Member.Known(1_000, parent.virtualSize()));
        assertThat(outcome.members().get(child.wtxid())).isInstanceOf(Member.Taken.class);
    }

    @Test
    void oneAloneMayReplaceAndTellsWhat() {
        OutPoint coin = play.fund(100_000);
        Transaction old = play.add(spend(List.of(coin), 99_000));
        Transaction better = spend(List.of(coin), 90_000);

        PackageOutcome outcome = submit(better);

        assertThat(outcome.members().get(better.wtxid()))
                .isInstanceOfSatisfying(
                        Member.Taken.class,
                        taken -> assertThat(taken.replaced()).containsExactly(old));
    }

    @Test
    void aFeerateAboveTheCallersLimitIsRefused() {
        Transaction dear = spend(List.of(play.fund(100_000)), 10_000);

        assertThat(refusal(submit(new Feerate(10_000), dear), dear)).isEqualTo("max feerate exceeded");
        assertThat(play.mempool.size()).isZero();
    }

    @Test
    void aParentAndItsChildReplaceWhatTheyPayForTogether() {
        OutPoint coin = play.fund(100_000);
        Transaction old = play.add(spend(List.of(coin), 99_000));
        Transaction oldChild = play.add(spend(List.of(old.outPoint(0)), 98_000));
        Transaction parent = spend(List.of(coin), 99_800);
        Transaction poor = spend(List.of(parent.outPoint(0)), 97_900);
        Transaction rich = spend(List.of(parent.outPoint(0)), 95_000);

        PackageOutcome refused = submit(parent, poor);
        PackageOutcome outcome = submit(parent, rich);

        assertThat(refused.rejection().reason()).isEqualTo("package RBF failed: insufficient anti-DoS fees");
        assertThat(outcome.rejection()).isNull();
        assertThat(play.mempool.txids()).containsExactlyInAnyOrder(parent.txid(), rich.txid());
        assertThat(outcome.members().get(parent.wtxid()))
                .isInstanceOfSatisfying(
                        Member.Taken.class,
                        taken -> assertThat(taken.replaced()).containsExactly(old, oldChild));
    }

    @Test
    void nothingIsReplacedThatIsWorthMoreToMineFirst() {
        OutPoint coin = play.fund(100_000);
        Transaction small = play.add(spend(List.of(coin), 95_000));
        Transaction parent = spend(List.of(coin), 99_800);
        Transaction child = Playground.large(parent.outPoint(0), 2_000, 89_000);

        assertThat(submit(parent, child).rejection().reason())
                .isEqualTo("package RBF failed: insufficient feerate: does not improve feerate diagram");
        assertThat(play.mempool.contains(small.txid())).isTrue();
    }

    @Test
    void aPackageReplacesOnlyWhatStandsAloneOrInAPair() {
        OutPoint coin = play.fund(100_000);
        Transaction first = play.add(spend(List.of(coin), 99_000));
        Transaction second = play.add(spend(List.of(first.outPoint(0)), 98_000));
        play.add(spend(List.of(second.outPoint(0)), 97_000));
        Transaction parent = spend(List.of(coin), 99_800);
        Transaction child = spend(List.of(parent.outPoint(0)), 50_000);

        assertThat(submit(parent, child).rejection().reason())
                .isEqualTo("package RBF failed: " + first.txid() + " has 2 descendants, max 1 allowed");
    }

    @Test
    void aPackageThatReplacesHangsOnNothingUnconfirmed() {
        OutPoint coin = play.fund(100_000);
        play.add(spend(List.of(coin), 99_000));
        Transaction waiting = play.add(spend(List.of(play.fund(100_000)), 99_000));
        Transaction parent = spend(List.of(coin, waiting.outPoint(0)), 198_700);
        Transaction child = spend(List.of(parent.outPoint(0)), 150_000);

        assertThat(submit(parent, child).rejection().reason())
                .isEqualTo("package RBF failed: new transaction cannot have mempool ancestors");
    }

    @Test
    void signatureOperationsCountInTheSizeOfAVersion3Child() {
        Transaction parent = spend(3, List.of(play.fund(100_000)), 100_000);
        Bytes multisig = Bytes.fromHex("51" + ("21" + "02" + "22".repeat(32)) + "51ae");
        List<TxOut> outputs = Collections.nCopies(3, new TxOut(10_000, multisig));
        Transaction child = Transaction.of(3, List.of(Playground.input(parent.outPoint(0))), outputs, 0);

        Rejection rejection = submit(parent, child).rejection();

        assertThat(child.virtualSize()).isLessThan(300);
        assertThat(rejection.toString()).startsWith("TRUC-violation").contains("is too big: 1200 > 1000 virtual bytes");
    }
}
