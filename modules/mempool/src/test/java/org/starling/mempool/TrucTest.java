package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.starling.mempool.Playground.large;
import static org.starling.mempool.Playground.spend;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.consensus.Transaction;

class TrucTest {
    private final Playground play = new Playground();

    private String say(Transaction transaction) {
        return play.accept(transaction) instanceof AcceptResult.Rejected rejected
                ? rejected.rejection().toString()
                : "ok";
    }

    private static String ids(Transaction transaction) {
        return transaction.txid() + " (wtxid=" + transaction.wtxid() + ")";
    }

    @Test
    void versionsDoNotMix() {
        Transaction three = play.add(spend(3, List.of(play.fund(100_000)), 40_000, 50_000));
        Transaction two = play.add(spend(2, List.of(play.fund(100_000)), 40_000, 50_000));
        Transaction childTwo = spend(2, List.of(three.outPoint(0)), 30_000);
        Transaction childThree = spend(3, List.of(two.outPoint(0)), 30_000);

        assertThat(say(childTwo))
                .isEqualTo("TRUC-violation, non-version=3 tx " + ids(childTwo) + " cannot spend from version=3 tx "
                        + ids(three));
        assertThat(say(childThree))
                .isEqualTo("TRUC-violation, version=3 tx " + ids(childThree) + " cannot spend from non-version=3 tx "
                        + ids(two));
    }

    @Test
    void oneParentAndOneChild() {
        Transaction parent = play.add(spend(3, List.of(play.fund(100_000)), 40_000, 50_000));
        Transaction child = play.add(spend(3, List.of(parent.outPoint(0)), 39_000));

        assertThat(say(spend(3, List.of(child.outPoint(0)), 38_000))).contains("would have too many ancestors");
        Transaction dearer = spend(3, List.of(parent.outPoint(1)), 40_000);
        assertThat(say(spend(3, List.of(parent.outPoint(1)), 49_500)))
                .startsWith("insufficient fee (including sibling eviction)");
        assertThat(say(dearer)).as("takes the place of its sibling").isEqualTo("ok");
        assertThat(play.mempool.contains(child.txid())).isFalse();
        assertThat(play.mempool.contains(dearer.txid())).isTrue();
    }

    @Test
    void sizes() {
        Transaction big = large(play.fund(100_000_000), 11_000, 99_000_000);
        Transaction version3 = Transaction.of(3, big.inputs(), big.outputs(), 0);

        assertThat(say(version3))
                .isEqualTo("TRUC-violation, version=3 tx " + ids(version3) + " is too big: " + version3.virtualSize()
                        + " > 10000 virtual bytes");
    }
}
