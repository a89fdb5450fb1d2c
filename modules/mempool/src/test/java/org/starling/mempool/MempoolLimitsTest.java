package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.starling.mempool.Playground.large;
import static org.starling.mempool.Playground.spend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;

class MempoolLimitsTest {
    private static String message(AcceptResult result) {
        return result instanceof AcceptResult.Rejected rejected
                ? rejected.rejection().toString()
                : "ok";
    }

    @Test
    void chainsOfAncestorsAreLimited() {
        Playground play = new Playground();
        OutPoint at = play.fund(1_000_000);
        for (int i = 1; i <= 25; i++) {
            at = play.add(spend(List.of(at), 1_000_000 - 1_000L * i)).outPoint(0);
        }

        assertThat(message(play.accept(spend(List.of(at), 900_000))))
                .isEqualTo("too-long-mempool-chain, too many unconfirmed ancestors [limit: 25]");
    }

    @Test
    void descendantsAreLimitedButForOneSmallSecondChild() {
        Playground play = new Playground();
        long[] values = new long[30];
        Arrays.fill(values, 10_000);
        Transaction parent = play.add(spend(List.of(play.fund(400_000)), values));
        for (int i = 0; i < 24; i++) {
            play.add(spend(List.of(parent.outPoint(i)), 9_000));
        }

        Transaction carvedOut = spend(List.of(parent.outPoint(24)), 9_000);
        assertThat(play.say(carvedOut)).as("26th, with one ancestor").isEqualTo("ok");
        assertThat(message(play.accept(spend(List.of(parent.outPoint(25)), 9_000))))
                .isEqualTo("too-long-mempool-chain, too many descendants for tx " + parent.txid() + " [limit: 25]");
    }

    @Test
    void sizesOfChainsAreLimited() {
        Playground play = new Playground();
        Transaction first = play.add(large(play.fund(1_000_000_000), 60_000, 900_000_000));
        Transaction second = large(first.outPoint(0), 50_000, 500_000);

        assertThat(first.virtualSize() + second.virtualSize()).isGreaterThan(101_000);
        assertThat(message(play.accept(second)))
                .isEqualTo("too-long-mempool-chain, exceeds descendant size limit for tx " + first.txid()
                        + " [limit: 101000]");
        assertThat(message(play.accept(large(first.outPoint(0), 40_000, 400_000))))
                .isEqualTo("ok");
    }

    @Test
    void aFullMempoolDropsTheWorstAndAsksForMore() {
        Playground play = new Playground(MempoolOptions.DEFAULT.withMaxBytes(1_000_000));
        List<Transaction> all = new ArrayList<>();
        int added = 0;
        while (!play.events.toString().contains("SIZE_LIMIT")) {
            Transaction next = large(play.fund(100_000_000), 20_000, 99_900_000 - 10_000L * added++);
            all.add(next);
            play.accept(next);
        }

        assertThat(play.mempool.contains(all.getFirst().txid()))
                .as("the one that paid least")
                .isFalse();
        assertThat(play.mempool.usage()).isLessThanOrEqualTo(1_000_000);
        Feerate dropped = Feerate.of(100_000, all.getFirst().virtualSize()).plus(new Feerate(1_000));
        assertThat(play.mempool.minimumFeerate(play.now).satoshisPerKvb())
                .isBetween(dropped.satoshisPerKvb() - 100, dropped.satoshisPerKvb() + 100);
        assertThat(play.events)
                .contains("minimum " + play.mempool.minimumFeerate(play.now).satoshisPerKvb());
        assertThat(play.say(spend(List.of(play.fund(100_000)), 99_800))).isEqualTo("mempool min fee not met");
        assertThat(play.say(spend(List.of(play.fund(100_000)), 50_000))).isEqualTo("ok");
    }

    @Test
    void whatItselfIsTheWorstFindsTheMempoolFull() {
        Playground play = new Playground(MempoolOptions.DEFAULT.withMaxBytes(70_000));
        play.add(large(play.fund(100_000_000), 10_000, 90_000_000));
        play.add(large(play.fund(100_000_000), 10_000, 90_000_000));
        Transaction worse = large(play.fund(100_000_000), 10_000, 99_000_000);

        assertThat(play.mempool.usage()).isBetween(40_000L, 70_000L);
        assertThat(play.say(worse)).isEqualTo("mempool full");
        assertThat(play.mempool.size()).isEqualTo(2);
        assertThat(play.mempool.contains(worse.txid())).isFalse();
    }

    @Test
    void aLongScriptCountsOnce() {
        OutPoint coin = new Playground().fund(1);
        Transaction data = Transaction.of(
                2, List.of(Playground.input(coin)), List.of(new TxOut(0, Bytes.wrap(new byte[67_441]))), 0);

        assertThat(Entry.usageOf(data)).isBetween(67_441L, 67_441L + 1_200);
    }

    @Test
    void theMinimumDecaysAfterABlock() {
        MinimumFee minimum = new MinimumFee(new Feerate(1_000));
        assertThat(minimum.dropped(new Feerate(10_000))).isTrue();
        assertThat(minimum.dropped(new Feerate(9_000))).isFalse();
        long now = 1_000_000;

        assertThat(minimum.at(now + 1_000_000, 1_000, 1_000)).as("no block yet").isEqualTo(new Feerate(10_000));
        minimum.blockConnected(now);
        assertThat(minimum.at(now + 12 * 3600, 1_000, 1_000)).isEqualTo(new Feerate(5_000));
        assertThat(minimum.at(now + 18 * 3600, 400, 1_000))
                .as("half full it decays twice as fast")
                .isEqualTo(new Feerate(2_500));
        assertThat(minimum.at(now + 21 * 3600, 200, 1_000)).isEqualTo(new Feerate(1_250));
        assertThat(minimum.at(now + 24 * 3600, 200, 1_000))
                .as("never below the increment")
                .isEqualTo(new Feerate(1_000));
        assertThat(minimum.at(now + 27 * 3600, 200, 1_000))
                .as("half the increment is nothing")
                .isEqualTo(Feerate.ZERO);
    }

    @Test
    void oldTransactionsExpireWithWhatDependsOnThem() {
        Playground play = new Playground();
        Transaction old = play.add(spend(List.of(play.fund(100_000)), 99_000));
        play.now += 336 * 3600 - 10;
        Transaction child = play.add(spend(List.of(old.outPoint(0)), 98_000));
        Transaction other = play.add(spend(List.of(play.fund(100_000)), 99_000));
        play.now += 11;
        play.mempool.limitSize(play.now);

        assertThat(play.mempool.txids()).containsExactly(other.txid());
        assertThat(play.mempool.contains(child.txid())).isFalse();
        assertThat(play.events).contains("EXPIRY 4", "EXPIRY 5");
    }
}
