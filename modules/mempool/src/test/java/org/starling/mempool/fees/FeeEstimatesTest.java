package org.starling.mempool.fees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.mempool.Feerate;
import org.starling.mempool.fees.FeeEstimate.Reason;

class FeeEstimatesTest {
    private static final int CHEAP = 2_000;
    private static final int DEAR = 50_000;

    private final FeeEstimates estimates = new FeeEstimates();
    private int height;
    private int made;

    FeeEstimatesTest() {
        block(List.of());
    }

    private Hash256 transaction(int feerate) {
        Hash256 txid = Hash256.fromHex("%064x".formatted(++made));
        estimates.entered(txid, new Feerate(feerate), height);
        return txid;
    }

    private List<Hash256> transactions(int count, int feerate) {
        List<Hash256> txids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            txids.add(transaction(feerate));
        }
        return txids;
    }

    private void block(List<Hash256> txids) {
        estimates.blockConnected(++height, txids);
    }

    /** Each block takes all dear transactions at once and cheap ones after some blocks. */
    private void history(int blocks, int cheapAfter) {
        List<List<Hash256>> cheap = new ArrayList<>();
        for (int i = 0; i < blocks; i++) {
            cheap.add(transactions(20, CHEAP));
            List<Hash256> taken = transactions(20, DEAR);
            if (i >= cheapAfter) {
                taken.addAll(cheap.get(i - cheapAfter));
            }
            block(taken);
        }
    }

    @Test
    void tellsNothingBeforeAnythingConfirmed() {
        assertThat(estimates.estimate(6, false)).isEqualTo(new FeeEstimate(Feerate.ZERO, 0, Reason.NONE));
        assertThat(estimates.estimate(1009, false).isKnown()).isFalse();
        assertThat(estimates.estimate(0, false).isKnown()).isFalse();
    }

    @Test
    void tellsTheFeerateThatConfirmsInTime() {
        history(60, 5);

        assertThat(estimates.estimate(2, false).feerate().satoshisPerKvb()).isEqualTo(DEAR);
        assertThat(estimates.estimate(12, false).feerate().satoshisPerKvb()).isEqualTo(CHEAP);
    }

    @Test
    void aTargetBeyondHalfOfWhatWasSeenBecomesThat() {
        history(21, 0);

        assertThat(estimates.estimate(100, false).blocks()).isEqualTo(10);
        assertThat(estimates.estimate(1, false).blocks()).isEqualTo(2);
    }

    @Test
    void aConservativeEstimateDoesNotFollowAQuietHour() {
        for (int i = 0; i < 24; i++) {
            block(transactions(24, DEAR));
        }
        for (int i = 0; i < 4; i++) {
            block(transactions(24, CHEAP));
        }

        FeeEstimate careful = estimates.estimate(2, true);
        assertThat(careful.feerate().satoshisPerKvb()).isEqualTo(DEAR);
        assertThat(careful.reason()).isEqualTo(Reason.CONSERVATIVE);
        assertThat(estimates.estimate(2, false).feerate().satoshisPerKvb()).isEqualTo(CHEAP);
    }

    @Test
    void whatLeftUnconfirmedCountsAsFailed() {
        for (int i = 0; i < 40; i++) {
            List<Hash256> cheap = transactions(20, CHEAP);
            List<Hash256> taken = transactions(20, DEAR);
            taken.addAll(cheap.subList(0, 2));
            block(taken);
            cheap.subList(2, 20).forEach(estimates::left);
        }

        assertThat(estimates.estimate(2, false).feerate().satoshisPerKvb()).isEqualTo(DEAR);
        RawEstimate raw = estimates.raw(1, .95, Horizon.SHORT);
        assertThat(raw).isNotNull();
        assertThat(raw.passed()).isNotNull();
        assertThat(raw.failed()).isNotNull();
        assertThat(raw.failed().leftMempool()).isGreaterThan(raw.failed().withinTarget());
    }

    @Test
    void blocksOfASideChainTeachNothing() {
        history(30, 0);
        FeeEstimate before = estimates.estimate(4, false);
        List<Hash256> waiting = transactions(20, CHEAP / 2);

        estimates.blockConnected(height - 1, waiting);

        assertThat(estimates.estimate(4, false)).isEqualTo(before);
        block(waiting);
        assertThat(estimates.estimate(4, false)).isEqualTo(before);
    }

    @Test
    void whatWasSeenAtAnotherTipDoesNotCount() {
        for (int i = 0; i < 40; i++) {
            Hash256 txid = Hash256.fromHex("%064x".formatted(++made));
            estimates.entered(txid, new Feerate(CHEAP), height - 1);
            block(List.of(txid));
        }

        assertThat(estimates.estimate(4, false).isKnown()).isFalse();
    }

    @Test
    void aFileGivesTheSameAnswers() throws MalformedException {
        history(60, 5);
        estimates.leaveAll();

        FeeEstimates again = new FeeEstimates();
        again.read(estimates.write());

        for (int target = 1; target <= 30; target++) {
            for (boolean conservative : new boolean[] {false, true}) {
                assertThat(again.estimate(target, conservative)).isEqualTo(estimates.estimate(target, conservative));
            }
        }
        assertThat(again.write()).isEqualTo(estimates.write());
    }

    @Test
    void theFileBeginsAsBitcoinCores() {
        // Version 149,900, a number without meaning, heights 1, 0 and 0, and the first of 190 limits of buckets:
        // 1000.0.
        assertThat(estimates.write().slice(0, 29).hex())
                .isEqualTo("8c490200" + "00000000" + "01000000" + "00000000" + "00000000" + "be" + "0000000000408f40");
    }

    @Test
    void aDamagedFileChangesNothing() throws MalformedException {
        history(60, 5);
        Bytes good = estimates.write();
        FeeEstimates other = new FeeEstimates();
        other.read(good);

        for (int length : new int[] {0, 3, 19, 20, 30, 5000, good.length() - 1}) {
            assertThatThrownBy(() -> other.read(good.slice(0, length))).isInstanceOf(MalformedException.class);
        }
        assertThatThrownBy(() -> other.read(with(good, 0, 1))).hasMessageContaining("version");
        // Not a number, among the averages.
        assertThatThrownBy(() -> other.read(with(good, good.length() - 1, 0xff)))
                .hasMessageContaining("number");
        assertThatThrownBy(() -> other.read(with(good, good.length(), 0))).isInstanceOf(MalformedException.class);
        assertThat(other.write()).isEqualTo(good);
    }

    private static Bytes with(Bytes file, int position, int value) {
        ByteWriter writer = new ByteWriter().bytes(file.slice(0, position)).u8(value);
        return (position < file.length() ? writer.bytes(file.from(position + 1)) : writer).toBytes();
    }
}
