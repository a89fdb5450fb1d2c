package org.starling.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.consensus.TxOut;
import org.starling.crypto.Sha256;
import org.starling.world.Randomness;
import org.starling.world.SeededRandomness;

/** The table against a map from the library that is told the same. */
class CoinTableTest {
    private static OutPoint outPoint(int number) {
        // Few txids with many indices: most keys differ in the last word only.
        Hash256 txid = Sha256.once(Bytes.copyOf((byte) (number % 7)));
        return new OutPoint(txid, number / 7 - 20);
    }

    private static Coin coin(int number) {
        return new Coin(new TxOut(number, Bytes.EMPTY), number, false);
    }

    @Test
    void holdsWhatAMapHolds() {
        Randomness random = new SeededRandomness(11);
        CoinTable table = new CoinTable(random.nextLong());
        Map<OutPoint, Coin> twin = new HashMap<>();
        for (int step = 0; step < 60_000; step++) {
            // Grows for a while, shrinks for a while.
            boolean growing = step / 10_000 % 2 == 0;
            OutPoint outPoint = outPoint(random.below(6_000));
            int slot = table.find(outPoint);
            assertThat(slot == CoinTable.NONE ? null : table.coin(slot)).isEqualTo(twin.get(outPoint));
            if (slot != CoinTable.NONE && random.below(4) >= (growing ? 3 : 1)) {
                table.remove(slot);
                twin.remove(outPoint);
            } else if (slot == CoinTable.NONE && random.below(4) >= (growing ? 1 : 3)) {
                table.setCoin(table.insert(outPoint), coin(step));
                twin.put(outPoint, coin(step));
            }
            assertThat(table.used()).isEqualTo(twin.size());
        }
        assertThat(twin.size()).isGreaterThan(500);
        twin.forEach((key, value) -> assertThat(table.coin(table.find(key))).isEqualTo(value));
        table.clear();
        twin.keySet().forEach(key -> assertThat(table.find(key)).isEqualTo(CoinTable.NONE));
    }

    @Test
    void marksMoveWithTheirEntryAndSpentCoinsThatAreWrittenAreForgotten() {
        CoinTable table = new CoinTable(5);
        List<OutPoint> kept = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            int slot = table.insert(outPoint(i));
            switch (i % 3) {
                case 0 -> table.mark(slot, true, true);
                case 1 -> table.mark(slot, true, false);
                default -> table.mark(slot, false, false);
            }
            if (i % 3 < 2) {
                kept.add(outPoint(i));
            }
        }
        for (int i = 0; i < kept.size(); i++) {
            int slot = table.find(kept.get(i));
            assertThat(table.isDirty(slot)).isTrue();
            assertThat(table.isFresh(slot)).isEqualTo(i % 2 == 0);
            assertThat(table.coin(slot)).isNull();
        }
        assertThat(table.used()).isLessThan(1_000).isGreaterThanOrEqualTo(kept.size());
        assertThat(table.bytes()).isEqualTo(table.slots() * 44L);
    }
}
