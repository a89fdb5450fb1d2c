package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.starling.mempool.Playground.ANYONE;
import static org.starling.mempool.Playground.input;
import static org.starling.mempool.Playground.spend;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.starling.consensus.Block;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;

class MempoolBlocksTest {
    private final Playground play = new Playground();

    @Test
    void whatABlockHoldsLeavesAndItsChildrenStay() {
        Transaction parent = play.add(spend(List.of(play.fund(100_000)), 99_000));
        Transaction child = play.add(spend(List.of(parent.outPoint(0)), 98_000));

        play.connect(parent);

        assertThat(play.mempool.txids()).containsExactly(child.txid());
        MempoolEntry facts = play.mempool.entry(child.txid());
        assertThat(facts.ancestorCount()).isEqualTo(1);
        assertThat(facts.ancestorFees()).isEqualTo(1_000);
        assertThat(facts.depends()).isEmpty();
        assertThat(play.events).containsExactly("added 1", "added 2", "BLOCK 3");
    }

    @Test
    void conflictsWithABlockLeaveWithTheirDescendants() {
        OutPoint coin = play.fund(100_000);
        Transaction mine = play.add(spend(List.of(coin), 99_000));
        play.add(spend(List.of(mine.outPoint(0)), 98_000));

        play.connect(spend(List.of(coin), 50_000));

        assertThat(play.mempool.size()).isZero();
        assertThat(play.events).contains("CONFLICT 3", "CONFLICT 4");
        assertThat(play.mempool.usage()).isZero();
        assertThat(play.mempool.virtualSize()).isZero();
    }

    @Test
    void aReorganisationBringsTransactionsBackBeneathTheirChildren() {
        OutPoint coin = play.fund(100_000);
        Coin spent = play.coins.get(coin);
        Transaction parent = play.add(spend(List.of(coin), 99_000));
        Block block = play.connect(parent);
        Transaction child = play.add(spend(List.of(parent.outPoint(0)), 98_000));

        play.disconnect(block, Map.of(coin, spent));
        play.grow();
        play.mempool.chainChanged(play.now, false);

        assertThat(play.mempool.txids()).containsExactlyInAnyOrder(parent.txid(), child.txid());
        assertThat(play.mempool.entry(parent.txid()).sequence()).isZero();
        assertThat(play.mempool.entry(parent.txid()).descendantCount()).isEqualTo(2);
        assertThat(play.mempool.entry(parent.txid()).descendantFees()).isEqualTo(2_000);
        assertThat(play.mempool.entry(child.txid()).ancestorCount()).isEqualTo(2);
        assertThat(play.mempool.entry(child.txid()).depends()).containsExactly(parent.txid());
    }

    @Test
    void whatTheNewChainConfirmedDoesNotComeBack() {
        OutPoint coin = play.fund(100_000);
        Coin spent = play.coins.get(coin);
        Transaction transaction = spend(List.of(coin), 99_000);
        Block block = play.connect(transaction);
        play.disconnect(block, Map.of(coin, spent));
        play.connect(transaction);

        assertThat(play.mempool.size()).isZero();
        assertThat(play.events).isEmpty();
    }

    @Test
    void childrenOfWhatCannotComeBackLeave() {
        OutPoint coin = play.fund(100_000);
        Coin spent = play.coins.get(coin);
        Transaction first = spend(List.of(coin), 99_000);
        Block block = play.connect(first);
        Transaction child = play.add(spend(List.of(first.outPoint(0)), 98_000));

        play.disconnect(block, Map.of(coin, spent));
        play.connect(spend(List.of(coin), 50_000));

        assertThat(play.mempool.contains(child.txid())).isFalse();
        assertThat(play.mempool.size()).isZero();
        assertThat(play.events).contains("REORGANISATION 2");
    }

    @Test
    void locksAndCoinbasesThatAShorterChainClosesLeave() {
        int next = play.tip.height() + 1;
        OutPoint mature = play.fund(new TxOut(100_000, ANYONE), next - 100, true);
        Transaction young = play.add(spend(List.of(mature), 99_000));
        Transaction locked = play.add(
                Transaction.of(2, List.of(input(play.fund(100_000), 0)), List.of(new TxOut(99_000, ANYONE)), next - 1));
        Transaction free = play.add(spend(List.of(play.fund(100_000)), 99_000));
        play.tip = play.tip.previous();
        Block block = play.connect();

        play.disconnect(block, Map.of());
        play.mempool.chainChanged(play.now, false);

        assertThat(play.mempool.txids()).containsExactly(free.txid());
        assertThat(play.mempool.contains(young.txid())).isFalse();
        assertThat(play.mempool.contains(locked.txid())).isFalse();
    }

    @Test
    void ofAChainThatIsTakenBackOnlyTheTenLatestBlocksReturn() {
        List<Transaction> confirmed = new ArrayList<>();
        List<Block> blocks = new ArrayList<>();
        List<Map<OutPoint, Coin>> spent = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            OutPoint coin = play.fund(100_000);
            spent.add(Map.of(coin, play.coins.get(coin)));
            confirmed.add(spend(List.of(coin), 99_000));
            blocks.add(play.connect(confirmed.getLast()));
        }
        Transaction child = play.add(spend(List.of(confirmed.getFirst().outPoint(0)), 98_000));

        for (int i = 11; i >= 0; i--) {
            play.disconnect(blocks.get(i), spent.get(i));
        }
        play.mempool.chainChanged(play.now, true);

        assertThat(play.mempool.txids())
                .containsExactlyInAnyOrderElementsOf(
                        confirmed.subList(2, 12).stream().map(Transaction::txid).toList());
        assertThat(play.mempool.contains(child.txid())).isFalse();
    }

    @Test
    void confirmationEndsPrioritisation() {
        Transaction transaction = play.add(spend(List.of(play.fund(100_000)), 99_000));
        play.mempool.prioritise(transaction.txid(), 500);

        play.connect(transaction);

        assertThat(play.mempool.feeDeltas()).isEmpty();
    }
}
