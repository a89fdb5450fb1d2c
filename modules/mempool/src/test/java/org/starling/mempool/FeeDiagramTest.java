package org.starling.mempool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FeeDiagramTest {
    private static FeeDiagram of(long... feesAndSizes) {
        FeeSize[] chunks = new FeeSize[feesAndSizes.length / 2];
        for (int i = 0; i < chunks.length; i++) {
            chunks[i] = new FeeSize(feesAndSizes[2 * i], feesAndSizes[2 * i + 1]);
        }
        return new FeeDiagram(List.of(chunks));
    }

    @Test
    void moreSomewhereAndNowhereLessIsBetter() {
        assertThat(of(950, 300).improves(of(950, 300))).as("the same").isFalse();
        assertThat(of(950, 300, 100, 100).improves(of(100, 100, 950, 300)))
                .as("in another order")
                .isFalse();
        assertThat(of(951, 300).improves(of(950, 300))).isTrue();
        assertThat(of(950, 299).improves(of(950, 300))).as("smaller").isTrue();
        assertThat(of(950, 300, 1, 1).improves(of(950, 300))).as("one more").isTrue();
        assertThat(of(950, 300).improves(of(950, 300, 0, 100)))
                .as("what pays nothing is nothing")
                .isFalse();
    }

    @Test
    void moreInTheEndDoesNotMakeUpForLessBefore() {
        assertThat(of(2_000, 400).improves(of(950, 100, 0, 300))).isFalse();
        assertThat(of(2_000, 200).improves(of(950, 100, 0, 300)))
                .as("a line above the corner")
                .isTrue();
        assertThat(of(1_900, 200).improves(of(950, 100)))
                .as("a line through the corner, and on")
                .isTrue();
        assertThat(of(1_000, 100).improves(of(900, 90, 200, 100)))
                .as("less in the end")
                .isFalse();
    }

    @Test
    void feesOfAllMoneyAndSizesOfAWholeMempoolDoNotOverflow() {
        long all = 21_000_000L * 100_000_000;
        assertThat(of(all, 400_000_000).improves(of(all - 1, 400_000_000))).isTrue();
        assertThat(of(all - 1, 400_000_000).improves(of(all, 400_000_000))).isFalse();
    }
}
