package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.starling.mempool.Playground.spend;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.mempool.PackageOutcome.Member;

class EphemeralDustTest {
    private final Playground play = new Playground(MempoolOptions.DEFAULT.withEphemeralDust(true));

    private PackageOutcome submit(Transaction... transactions) {
        return play.mempool.submitPackage(List.of(transactions), null, play.now);
    }

    private static String refusal(PackageOutcome outcome, Transaction transaction) {
        return outcome.members().get(transaction.wtxid()) instanceof Member.Refused(var rejection)
                ? rejection.toString()
                : "not refused";
    }

    private static List<OutPoint> both(Transaction parent) {
        return List.of(parent.outPoint(0), parent.outPoint(1));
    }

    @Test
    void aFreeTransactionMayHaveDustThatItsChildSpends() {
        Transaction parent = spend(3, List.of(play.fund(100_000)), 100_000, 0);
        Transaction child = spend(3, both(parent), 99_000);

        assertThat(play.say(parent)).isEqualTo("min relay fee not met");
        assertThat(submit(parent, child).rejection()).isNull();

        assertThat(play.mempool.txids()).containsExactlyInAnyOrder(parent.txid(), child.txid());
        assertThat(play.mempool.mustBeFree(parent.txid())).isTrue();
        assertThat(play.mempool.mustBeFree(child.txid())).isFalse();
    }

    @Test
    void dustIsRefusedWithoutTheOption() {
        Playground strict = new Playground();
        Transaction parent = spend(3, List.of(strict.fund(100_000)), 100_000, 0);

        assertThat(strict.say(parent)).isEqualTo("dust");
    }

    @Test
    void aTransactionWithDustPaysNothing() {
        Transaction parent = spend(3, List.of(play.fund(100_000)), 99_999, 0);
        Transaction child = spend(3, both(parent), 99_000);
        Transaction free = spend(3, List.of(play.fund(100_000)), 100_000, 0);
        play.mempool.prioritise(free.txid(), 1_000);

        assertThat(refusal(submit(parent, child), parent)).isEqualTo("dust, tx with dust output must be 0-fee");
        assertThat(play.say(free)).isEqualTo("dust");
    }

    @Test
    void moreThanOneOutputOfDustIsTooMuch() {
        Transaction parent = spend(3, List.of(play.fund(100_000)), 99_800, 100, 100);
        Transaction child = spend(3, List.of(parent.outPoint(0), parent.outPoint(1), parent.outPoint(2)), 99_000);

        assertThat(refusal(submit(parent, child), parent)).isEqualTo("dust");
    }

    @Test
    void noChildLeavesTheDust() {
        Transaction parent = spend(3, List.of(play.fund(100_000)), 99_900, 100);
        Transaction leaving = spend(3, List.of(parent.outPoint(0)), 99_000);

        PackageOutcome outcome = submit(parent, leaving);
        PackageVerdict verdict = play.mempool.testPackage(List.of(parent, leaving), play.now);

        assertThat(outcome.rejection().reason()).isEqualTo("unspent-dust");
        assertThat(refusal(outcome, leaving)).startsWith("missing-ephemeral-spends, tx " + leaving.txid());
        assertThat(Playground.reason(verdict.results().get(parent.wtxid()))).isEqualTo("min relay fee not met");
        assertThat(submit(parent, spend(3, both(parent), 99_000)).rejection()).isNull();
        assertThat(play.say(spend(3, List.of(parent.outPoint(0)), 90_000)))
                .as("in place of the child that spends it")
                .isEqualTo("missing-ephemeral-spends");
    }
}
