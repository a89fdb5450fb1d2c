package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.starling.mempool.Playground.ANYONE;
import static org.starling.mempool.Playground.input;
import static org.starling.mempool.Playground.spend;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;

class ReplacementTest {
    private final Playground play = new Playground();

    @Test
    void moreFeesReplaceATransactionWithWhatDependsOnIt() {
        OutPoint coin = play.fund(100_000);
        Transaction old = play.add(spend(List.of(coin), 99_000));
        Transaction child = play.add(spend(List.of(old.outPoint(0)), 98_000));
        Transaction better = spend(List.of(coin), 97_000);

        AcceptResult result = play.accept(better);

        assertThat(result)
                .isInstanceOfSatisfying(
                        AcceptResult.Accepted.class,
                        accepted -> assertThat(accepted.replaced()).containsExactlyInAnyOrder(old, child));
        assertThat(play.mempool.txids()).containsExactly(better.txid());
        assertThat(play.events).containsExactly("added 1", "added 2", "REPLACED 3", "REPLACED 4", "added 5");
    }

    @Test
    void theFeerateMustRise() {
        OutPoint coin = play.fund(100_000);
        Transaction old = play.add(spend(List.of(coin), 99_000));
        Transaction larger = spend(List.of(coin), 49_000, 49_990);
        Feerate before = Feerate.of(1_000, old.virtualSize());
        Feerate after = Feerate.of(1_010, larger.virtualSize());

        assertThat(play.accept(larger))
                .isEqualTo(new AcceptResult.Rejected(Rejection.of(
                        Rejection.Kind.RECONSIDERABLE,
                        "insufficient fee",
                        "rejecting replacement " + larger.txid() + "; new feerate " + after + " <= old feerate "
                                + before)));
    }

    @Test
    void theReplacementPaysForWhatLeavesAndForItsOwnRelay() {
        OutPoint coin = play.fund(100_000);
        Transaction old = play.add(spend(List.of(coin), 99_000));
        play.add(spend(List.of(old.outPoint(0)), 94_000));
        Transaction less = spend(List.of(coin), 100_000 - 5_999);
        int size = less.virtualSize();
        Transaction same = spend(List.of(coin), 100_000 - 6_000 - size + 1);
        Transaction enough = spend(List.of(coin), 100_000 - 6_000 - size);

        assertThat(message(play.accept(less)))
                .isEqualTo("rejecting replacement " + less.txid()
                        + ", less fees than conflicting txs; 0.00005999 < 0.00006");
        assertThat(message(play.accept(same)))
                .startsWith("rejecting replacement " + same.txid() + ", not enough additional fees to relay; ");
        assertThat(play.say(enough)).isEqualTo("ok");
    }

    private static String message(AcceptResult result) {
        return result instanceof AcceptResult.Rejected rejected
                ? rejected.rejection().debugMessage()
                : result.toString();
    }

    @Test
    void noNewUnconfirmedInputs() {
        OutPoint coin = play.fund(100_000);
        play.add(spend(List.of(coin), 99_000));
        Transaction other = play.add(spend(List.of(play.fund(100_000)), 99_000));
        Transaction mixed = spend(List.of(coin, other.outPoint(0)), 150_000);

        assertThat(play.say(mixed)).isEqualTo("replacement-adds-unconfirmed");
    }

    @Test
    void whatItDependsOnCannotBeReplaced() {
        OutPoint coin = play.fund(100_000);
        Transaction parent = play.add(spend(List.of(coin), 40_000, 50_000));
        Transaction both = spend(List.of(coin, parent.outPoint(0)), 50_000);

        assertThat(play.say(both)).isEqualTo("bad-txns-spends-conflicting-tx");
    }

    @Test
    void atMostAHundredLeave() {
        List<OutPoint> roots = new ArrayList<>();
        for (int chain = 0; chain < 5; chain++) {
            OutPoint root = play.fund(1_000_000);
            roots.add(root);
            OutPoint at = root;
            for (int i = 0; i < (chain == 4 ? 1 : 25); i++) {
                at = play.add(spend(List.of(at), 1_000_000 - 200L * (i + 1))).outPoint(0);
            }
        }

        assertThat(play.say(spend(roots, 1_000))).isEqualTo("too many potential replacements");
        assertThat(play.say(spend(roots.subList(0, 4), 1_000))).isEqualTo("ok");
    }

    @Test
    void withoutFullReplacementTheOldOneMustSignal() {
        Playground strict = new Playground(MempoolOptions.DEFAULT.withFullReplacement(false));
        OutPoint silent = strict.fund(100_000);
        OutPoint signalling = strict.fund(100_000);
        strict.add(spend(List.of(silent), 99_000));
        strict.add(Transaction.of(2, List.of(input(signalling, 0xfffffffd)), List.of(new TxOut(99_000, ANYONE)), 0));

        assertThat(strict.say(spend(List.of(silent), 90_000))).isEqualTo("txn-mempool-conflict");
        assertThat(strict.say(spend(List.of(signalling), 90_000))).isEqualTo("ok");
    }
}
