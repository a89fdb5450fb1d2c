package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.starling.mempool.Playground.spend;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
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
}
