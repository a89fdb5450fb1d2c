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

class OrphanageTest {
    private static final int CAPACITY = 100;

    private final Orphanage orphanage = new Orphanage(CAPACITY);

    private static Transaction orphan(int salt, int outputBytes) {
        byte[] txid = new byte[32];
        txid[0] = (byte) salt;
        txid[1] = (byte) (salt >> 8);
        txid[2] = (byte) (salt >> 16);
        return spend(new OutPoint(Hash256.of(txid), 0), outputBytes, salt);
    }

    private static Transaction spend(OutPoint coin, int outputBytes, int salt) {
        List<TxOut> outputs = List.of(new TxOut(1, Bytes.wrap(new byte[outputBytes])));
        return Transaction.of(2, List.of(new TxIn(coin, Bytes.EMPTY, -1)), outputs, salt);
    }

    private boolean add(Transaction transaction, long peer) {
        boolean added = orphanage.add(0, transaction, peer);
        orphanage.trim();
        return added;
    }

    @Test
    void orphansAreFewAndShortLived() {
        for (int i = 0; i < 500; i++) {
            assertThat(add(orphan(i, 10), i % 7)).isTrue();
        }
        assertThat(orphanage.size()).isEqualTo(CAPACITY);
        assertThat(add(orphan(501, 100_000), 1)).as("too heavy").isFalse();
        orphanage.add(BitcoinLimits.ORPHAN_EXPIRY_MILLIS, orphan(502, 10), 1);
        assertThat(orphanage.size()).isEqualTo(1);
        assertThat(orphanage.totalBytes()).isEqualTo(orphan(502, 10).totalLength());
    }

    @Test
    void whoSendsMuchOnlyPushesOutItsOwn() {
        for (int i = 0; i < 20; i++) {
            add(orphan(i, 10), 1);
            add(orphan(1000 + i, 10), 2);
        }
        for (int i = 0; i < 5_000; i++) {
            add(orphan(10_000 + i, 10), 3);
        }
        assertThat(orphanage.size()).isEqualTo(CAPACITY);
        for (int i = 0; i < 20; i++) {
            assertThat(orphanage.contains(orphan(i, 10).wtxid(), 1)).isTrue();
            assertThat(orphanage.contains(orphan(1000 + i, 10).wtxid(), 2)).isTrue();
        }
        assertThat(orphanage.contains(orphan(14_999, 10).wtxid(), 3))
                .as("the newest stay")
                .isTrue();
    }

    @Test
    void byBytesAsWellAsByNumber() {
        for (int i = 0; i < 20; i++) {
            add(orphan(i, 10), 1);
        }
        for (int i = 0; i < 300; i++) {
            add(orphan(1000 + i, 99_000), 2);
            assertThat(orphanage.totalBytes()).isLessThanOrEqualTo(BitcoinLimits.ORPHAN_BYTES);
        }
        for (int i = 0; i < 20; i++) {
            assertThat(orphanage.contains(orphan(i, 10).wtxid())).isTrue();
        }
    }

    @Test
    void manyPeersTogetherLeaveEachItsPart() {
        for (int i = 0; i < 4; i++) {
            add(orphan(i, 10), 1);
        }
        for (int i = 0; i < 2_000; i++) {
            add(orphan(1000 + i, 10), 2 + i % 20);
        }
        for (int i = 0; i < 4; i++) {
            assertThat(orphanage.contains(orphan(i, 10).wtxid(), 1)).isTrue();
        }
    }

    @Test
    void anOrphanStaysAsLongAsSomebodyHasIt() {
        Transaction orphan = orphan(1, 10);
        assertThat(add(orphan, 5)).isTrue();
        assertThat(add(orphan, 6)).isTrue();
        assertThat(add(orphan, 6)).isFalse();
        assertThat(orphanage.find(orphan.wtxid()).peers()).containsExactly(5L, 6L);
        assertThat(orphanage.removeForPeer(5)).isZero();
        assertThat(orphanage.find(orphan.wtxid()).peers()).containsExactly(6L);
        // Another who takes all the room pushes out what is its own of it too, but not what the first one has.
        for (int i = 0; i < 300; i++) {
            add(orphan(1000 + i, 10), 7);
            orphanage.add(0, orphan, 7);
        }
        assertThat(orphanage.contains(orphan.wtxid(), 6)).isTrue();
        assertThat(orphanage.removeForPeer(7)).isPositive();
        assertThat(orphanage.removeForPeer(6)).isEqualTo(1);
        assertThat(orphanage.size()).isZero();
        assertThat(orphanage.totalBytes()).isZero();
    }

    @Test
    void childrenAreFoundByTheirParents() {
        Transaction parent = orphan(1, 10);
        Transaction first = spend(parent.outPoint(0), 0, 1);
        Transaction second = spend(parent.outPoint(0), 0, 2);
        add(first, 5);
        add(second, 5);
        add(orphan(9, 10), 5);
        assertThat(orphanage.childrenOf(parent))
                .extracting(Orphanage.Orphan::transaction)
                .containsExactly(first, second);
        assertThat(orphanage.childrenOf(parent, 5)).as("the newest first").containsExactly(second, first);
        assertThat(orphanage.childrenOf(parent, 6)).isEmpty();
        assertThat(orphanage.childrenOf(orphan(2, 10))).isEmpty();
        orphanage.remove(first.wtxid());
        orphanage.remove(second.wtxid());
        assertThat(orphanage.childrenOf(parent)).isEmpty();
    }

    @Test
    void noRoomMeansNone() {
        Orphanage none = new Orphanage(0);
        none.add(0, orphan(1, 10), 1);
        none.trim();
        assertThat(none.size()).isZero();
    }
}
