package org.starling.wallet.spend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Hash256;
import org.starling.mempool.Feerate;

class MiningOrderTest {
    private static final Feerate TEN = new Feerate(10_000);

    private static Hash256 txid(int number) {
        return Hash256.fromHex("%064x".formatted(number));
    }

    private static MiningOrder.Waiting waiting(int number, long size, long fee, Integer... parents) {
        return new MiningOrder.Waiting(
                txid(number),
                size,
                fee,
                List.of(parents).stream().map(MiningOrderTest::txid).toList());
    }

    @Test
    void aRichGrandparentIsMinedAnywayAndPaysForNobody() {
        MiningOrder order = new MiningOrder(List.of(waiting(1, 100, 10_000), waiting(2, 100, 100, 1)), TEN);

        assertThat(order.shortfall(List.of(txid(1)))).isZero();
        assertThat(order.shortfall(List.of(txid(2)))).isEqualTo(900);
    }

    @Test
    void aRichChildOfAnotherPaysForTheParent() {
        MiningOrder order = new MiningOrder(List.of(waiting(1, 100, 100), waiting(2, 100, 5_000, 1)), TEN);

        assertThat(order.shortfall(List.of(txid(1)))).isZero();
    }

    @Test
    void aSharedAncestorIsPaidForOnce() {
        MiningOrder order =
                new MiningOrder(List.of(waiting(1, 100, 0), waiting(2, 100, 500, 1), waiting(3, 100, 500, 1)), TEN);

        assertThat(order.shortfall(List.of(txid(2)))).isEqualTo(1_500);
        assertThat(order.shortfall(List.of(txid(2), txid(3)))).isEqualTo(2_000);
    }
}
