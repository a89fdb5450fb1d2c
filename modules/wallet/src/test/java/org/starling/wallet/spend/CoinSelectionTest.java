package org.starling.wallet.spend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.starling.wallet.spend.CoinSelection.Choice;
import org.starling.wallet.spend.CoinSelection.Group;
import org.starling.world.SeededRandomness;

class CoinSelectionTest {
    private static final long COST_OF_CHANGE = 300;
    private static final long WEIGHT = 230;
    private static final long HEAVY = 400_000;

    private static List<Group> coins(long... effective) {
        return LongStream.of(effective)
                .mapToObj(value -> new Group(List.of(), value, 10, WEIGHT))
                .toList();
    }

    private static CoinSelection selection(long target, long changeNeeded, long maxWeight, long seed) {
        return new CoinSelection(target, COST_OF_CHANGE, changeNeeded, maxWeight, true, new SeededRandomness(seed));
    }

    @Test
    void anExactMatchNeedsNoChange() {
        Choice choice = selection(70_000, 50_000, HEAVY, 1).choose(coins(500_000, 40_000, 30_100, 20_000));

        assertThat(choice.hasChange()).isFalse();
        assertThat(choice.groups()).extracting(Group::effective).containsExactlyInAnyOrder(40_000L, 30_100L);
    }

    /** The change that one would like to have is a wish: whoever has enough to pay can pay. */
    @Test
    void oneCoinThatSufficesIsTakenHoweverSmallItsChange() {
        for (long change : new long[] {0, 1_000, 599_999, 600_000, 700_000, 5_000_000}) {
            Choice choice = selection(400_000, change, HEAVY, 1).choose(coins(1_000_000));
            assertThat(choice).as("change wanted: " + change).isNotNull();
            assertThat(choice.effective()).isEqualTo(1_000_000);
        }
    }

    @Test
    void aLargerCoinIsBetterThanManyThatLeaveAlmostNoChange() {
        Choice choice = selection(100_000, 50_000, HEAVY, 1).choose(coins(60_000, 41_000, 400_000));

        assertThat(choice.groups()).extracting(Group::effective).containsExactly(400_000L);
    }

    @Test
    void whatDoesNotSufficeOrIsTooHeavyIsNotChosen() {
        assertThat(selection(100_000, 0, HEAVY, 1).choose(coins(50_000, 49_999)))
                .isNull();
        assertThat(selection(100_000, 0, 3 * WEIGHT, 1).choose(coins(30_000, 30_000, 30_000, 30_000)))
                .isNull();
        assertThat(selection(100_000, 0, 3 * WEIGHT, 1).choose(coins(30_000, 30_000, 30_000, 40_000)))
                .isNotNull();
    }

    /** Among many random purses: if all coins together reach the target, some are chosen, and they reach it. */
    @Test
    void whoeverHasEnoughCanPay() {
        SeededRandomness random = new SeededRandomness(7);
        for (int round = 0; round < 3_000; round++) {
            List<Group> purse = new ArrayList<>();
            int size = 1 + random.below(12);
            long all = 0;
            for (int i = 0; i < size; i++) {
                long value = 1 + random.below(1 << (8 + random.below(16)));
                all += value;
                purse.add(new Group(List.of(), value, random.below(100) - 50, WEIGHT));
            }
            long target = 1 + (long) (all * (random.below(1_100) / 1_000.0));
            long change = random.below(1 << 20);
            Choice choice = selection(target, change, HEAVY, round).choose(purse);
            if (all < target) {
                assertThat(choice).as("round " + round).isNull();
            } else {
                assertThat(choice).as("round " + round).isNotNull();
                assertThat(choice.effective()).isGreaterThanOrEqualTo(target);
                assertThat(choice.groups()).doesNotHaveDuplicates();
                assertThat(purse).containsAll(choice.groups());
            }
        }
    }
}
