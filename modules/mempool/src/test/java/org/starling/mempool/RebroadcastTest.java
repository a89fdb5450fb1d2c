package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.starling.mempool.Playground.spend;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Hash256;
import org.starling.consensus.Transaction;
import org.starling.world.SeededRandomness;

class RebroadcastTest {
    private static final long TEN_MINUTES = 600_000;
    private static final long FIFTEEN_MINUTES = 900_000;

    private final Playground play = new Playground();
    private final Rebroadcast rebroadcast = new Rebroadcast(play.mempool, new SeededRandomness(1), 0);

    private Transaction submit() {
        Transaction transaction = play.add(spend(List.of(play.fund(100_000)), 99_000));
        play.mempool.addUnbroadcast(transaction.txid());
        return transaction;
    }

    @Test
    void whatNobodyFetchedIsAnnouncedAgainAndAgain() {
        Transaction mine = submit();

        assertThat(rebroadcast.due(TEN_MINUTES - 1)).isEmpty();
        assertThat(rebroadcast.due(FIFTEEN_MINUTES)).containsExactly(mine);
        assertThat(rebroadcast.due(FIFTEEN_MINUTES)).isEmpty();
        assertThat(rebroadcast.nextMillis())
                .isBetween(FIFTEEN_MINUTES + TEN_MINUTES, FIFTEEN_MINUTES + FIFTEEN_MINUTES);
        assertThat(rebroadcast.due(2 * FIFTEEN_MINUTES)).containsExactly(mine);
    }

    @Test
    void whatAPeerFetchedIsNot() {
        play.mempool.removeUnbroadcast(submit().txid());

        assertThat(rebroadcast.due(FIFTEEN_MINUTES)).isEmpty();
    }

    @Test
    void listenersLearnWhatLeavesUnfetched() {
        List<Hash256> left = new ArrayList<>();
        play.mempool.addListener(new MempoolListener() {
            @Override
            public void removedUnfetched(Hash256 txid) {
                left.add(txid);
            }
        });
        Transaction mine = submit();
        Transaction another = play.add(spend(List.of(play.fund(50_000)), 49_000));

        play.connect(mine, another);

        assertThat(left).containsExactly(mine.txid());
        assertThat(rebroadcast.due(FIFTEEN_MINUTES)).isEmpty();
    }
}
