package org.starling.bitcoin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.world.SeededRandomness;

class BoundedMemoryTest {
    private static Transaction spend(int salt, int outputBytes) {
        byte[] txid = new byte[32];
        txid[0] = (byte) salt;
        txid[1] = (byte) (salt >> 8);
        TxIn input = new TxIn(new OutPoint(Hash256.of(txid), 0), Bytes.EMPTY, -1);
        return Transaction.of(2, List.of(input), List.of(new TxOut(1, Bytes.wrap(new byte[outputBytes]))), salt);
    }

    @Test
    void recentHashesForgetTheOldest() {
        RecentHashes recent = new RecentHashes(1000, new SeededRandomness(1));
        for (int i = 0; i < 5000; i++) {
            recent.add(spend(i, 1).txid());
            assertThat(recent.contains(spend(Math.max(0, i - 499), 1).txid())).isTrue();
        }
        assertThat(recent.contains(spend(3999, 1).txid())).isFalse();
        recent.clear();
        assertThat(recent.contains(spend(4999, 1).txid())).isFalse();
    }

    @Test
    void recentNewsForgetTheOldest() {
        RecentNews recent = new RecentNews(1000, new SeededRandomness(1));
        for (int i = 0; i < 5000; i++) {
            News news = recent.add(new MempoolView.Entry(witnessed(i), 1, 1, 1, i), 0);
            assertThat(recent.find(witnessed(i).wtxid())).isSameAs(news);
            Transaction earlier = witnessed(Math.max(0, i - 499));
            assertThat(recent.find(earlier.txid())).isNotNull();
            assertThat(recent.find(earlier.wtxid())).isSameAs(recent.find(earlier.txid()));
        }
        assertThat(recent.find(witnessed(3999).txid())).isNull();
        assertThat(recent.find(witnessed(3999).wtxid())).isNull();
    }

    private static Transaction witnessed(int salt) {
        return TestNode.spend(spend(salt, 1).txid(), 1);
    }

    @Test
    void feeFiltersAreRoundedToSteps() {
        FeeFilterRounder rounder = new FeeFilterRounder(new SeededRandomness(1));
        List<Long> seen = new java.util.ArrayList<>();
        for (int i = 0; i < 100; i++) {
            seen.add(rounder.round(1000));
        }
        assertThat(seen.stream().distinct().sorted()).containsExactly(974L, 1071L);
        assertThat(rounder.round(Long.MAX_VALUE)).isBetween(9_000_000L, 10_000_000L);
    }
}
