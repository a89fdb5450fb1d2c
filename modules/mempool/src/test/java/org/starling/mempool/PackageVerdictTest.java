package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.starling.mempool.Playground.spend;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;

class PackageVerdictTest {
    private final Playground play = new Playground();

    private PackageVerdict test(Transaction... transactions) {
        return play.mempool.testPackage(List.of(transactions), play.now);
    }

    private static String said(PackageVerdict verdict, Transaction transaction) {
        AcceptResult result = verdict.results().get(transaction.wtxid());
        return result == null ? "not judged" : Playground.reason(result);
    }

    @Test
    void childrenMaySpendWhatIsBeforeThem() {
        Transaction parent = spend(List.of(play.fund(100_000)), 99_000);
        Transaction child = spend(List.of(parent.outPoint(0)), 98_000);

        PackageVerdict verdict = test(parent, child);

        assertThat(verdict.rejection()).isNull();
        assertThat(said(verdict, parent)).isEqualTo("ok");
        assertThat(said(verdict, child)).isEqualTo("ok");
        assertThat(play.mempool.size()).isZero();
    }

    @Test
    void packagesThatMakeNoSense() {
        OutPoint coin = play.fund(100_000);
        Transaction parent = spend(List.of(coin), 99_000);
        Transaction child = spend(List.of(parent.outPoint(0)), 98_000);

        assertThat(test(child, parent).rejection().reason()).isEqualTo("package-not-sorted");
        assertThat(test(parent, parent).rejection().reason()).isEqualTo("package-contains-duplicates");
        assertThat(test(parent, spend(List.of(coin), 90_000)).rejection().reason())
                .isEqualTo("conflict-in-package");
        List<Transaction> many = new ArrayList<>();
        for (int i = 0; i < 26; i++) {
            many.add(spend(List.of(play.fund(100_000)), 99_000));
        }
        assertThat(play.mempool.testPackage(many, play.now).rejection().reason())
                .isEqualTo("package-too-many-transactions");
    }

    @Test
    void theFirstRefusalEndsIt() {
        Transaction good = spend(List.of(play.fund(100_000)), 99_000);
        Transaction free = spend(List.of(good.outPoint(0)), 99_000);
        Transaction last = spend(List.of(free.outPoint(0)), 50_000);

        PackageVerdict verdict = test(good, free, last);

        assertThat(said(verdict, good)).isEqualTo("not judged");
        assertThat(said(verdict, free)).isEqualTo("min relay fee not met");
        assertThat(said(verdict, last)).isEqualTo("not judged");
    }

    @Test
    void nothingIsReplacedForAPackage() {
        OutPoint coin = play.fund(100_000);
        play.add(spend(List.of(coin), 99_000));
        Transaction replacement = spend(List.of(coin), 50_000);
        Transaction child = spend(List.of(replacement.outPoint(0)), 40_000);

        assertThat(said(test(replacement, child), replacement)).isEqualTo("bip125-replacement-disallowed");
    }

    @Test
    void togetherTheyKeepTheLimitsOnChains() {
        OutPoint at = play.fund(1_000_000);
        for (int i = 1; i <= 24; i++) {
            at = play.add(spend(List.of(at), 1_000_000 - 1_000L * i)).outPoint(0);
        }
        Transaction fits = spend(List.of(at), 900_000);
        Transaction tooMany = spend(List.of(fits.outPoint(0)), 890_000);

        assertThat(play.mempool.test(fits, play.now)).isInstanceOf(AcceptResult.Accepted.class);
        assertThat(test(fits, tooMany).rejection())
                .hasToString("package-mempool-limits, possibly too many unconfirmed ancestors [limit: 25]");
    }

    @Test
    void version3WithinAPackage() {
        Transaction parent = spend(3, List.of(play.fund(100_000)), 40_000, 50_000);
        Transaction child = spend(3, List.of(parent.outPoint(0)), 39_000);
        Transaction second = spend(3, List.of(parent.outPoint(1)), 49_000);
        Transaction old = spend(2, List.of(parent.outPoint(0)), 39_000);

        assertThat(test(parent, child).rejection()).isNull();
        assertThat(test(parent, child, second).rejection().reason()).isEqualTo("TRUC-violation");
        assertThat(test(parent, old).rejection().debugMessage()).startsWith("non-version=3 tx");
    }
}
