package org.starling.observatory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.world.SeededRandomness;

/** Measures that were worked out by hand. */
class ConcentrationTest {
    private static Concentration of(Integer... counts) {
        return Concentration.of(List.of(counts), new SeededRandomness(1));
    }

    @Test
    void fourEqualHolders() {
        Concentration measured = of(5, 5, 5, 5);

        assertThat(measured.sample()).isEqualTo(20);
        assertThat(measured.holders()).isEqualTo(4);
        // Two of four have just half, not more.
        assertThat(measured.nakamoto().value()).isEqualTo(3);
        assertThat(measured.herfindahl().value()).isCloseTo(0.25, within(1e-12));
        assertThat(measured.effective().value()).isCloseTo(4, within(1e-9));
        assertThat(measured.gini().value()).isCloseTo(0, within(1e-12));
    }

    @Test
    void unequalHolders() {
        // Shares 0.6, 0.3, 0.1: squares 0.36 + 0.09 + 0.01; Gini by ranks: 2 (0.1 + 2 * 0.3 + 3 * 0.6) / 3 - 4 / 3.
        Concentration measured = of(30, 10, 60);

        assertThat(measured.nakamoto().value()).isEqualTo(1);
        assertThat(measured.herfindahl().value()).isCloseTo(0.46, within(1e-12));
        assertThat(measured.effective().value()).isCloseTo(1 / 0.46, within(1e-9));
        assertThat(measured.gini().value()).isCloseTo(1.0 / 3, within(1e-12));
    }

    @Test
    void oneHolderHasAll() {
        Concentration measured = of(7);

        assertThat(measured.nakamoto()).isEqualTo(new Concentration.Measure(1, 1, 1));
        assertThat(measured.herfindahl()).isEqualTo(new Concentration.Measure(1, 1, 1));
        assertThat(measured.gini()).isEqualTo(new Concentration.Measure(0, 0, 0));
    }

    @Test
    void intervalsShrinkAsTheSampleGrows() {
        Concentration small = of(3, 2, 1);
        Concentration large = of(3000, 2000, 1000);

        assertThat(large.herfindahl().value()).isCloseTo(small.herfindahl().value(), within(1e-12));
        assertThat(width(large.herfindahl())).isLessThan(width(small.herfindahl()) / 10);
        for (Concentration each : List.of(small, large)) {
            assertThat(each.herfindahl().value())
                    .isBetween(each.herfindahl().low(), each.herfindahl().high());
        }
        // A share of one half among 6000 has a standard error of 0.0065; of the index, 14/36, about twice 0.3 times
        // that.
        assertThat(width(large.herfindahl())).isBetween(0.008, 0.03);
    }

    private static double width(Concentration.Measure measure) {
        return measure.high() - measure.low();
    }

    /** Samples of a known whole: about 95 in 100 of the intervals must hold its true index. */
    @Test
    void intervalsHoldTheTruthAboutAsOftenAsTheySay() {
        // Three holders with shares 0.5, 0.3 and 0.2: the index is 0.25 + 0.09 + 0.04.
        SeededRandomness world = new SeededRandomness(42);
        int covered = 0;
        int trials = 100;
        for (int trial = 0; trial < trials; trial++) {
            int[] counts = new int[3];
            for (int i = 0; i < 300; i++) {
                double draw = world.unit();
                counts[draw < 0.5 ? 0 : draw < 0.8 ? 1 : 2]++;
            }
            Concentration measured =
                    Concentration.of(List.of(counts[0], counts[1], counts[2]), world.child("trial " + trial));
            covered +=
                    measured.herfindahl().low() <= 0.38 && measured.herfindahl().high() >= 0.38 ? 1 : 0;
        }
        assertThat(covered).isBetween(88, 100);
    }

    @Test
    void theSameStreamGivesTheSameIntervals() {
        assertThat(of(9, 4, 4, 1)).isEqualTo(of(1, 4, 9, 4));
    }

    @Test
    void manyHoldersAreMeasuredQuickly() {
        List<Integer> singles = Collections.nCopies(60_000, 1);

        Concentration measured = Concentration.of(singles, new SeededRandomness(3));

        assertThat(measured.nakamoto().value()).isEqualTo(30_001);
        assertThat(measured.effective().value()).isCloseTo(60_000, within(1e-3));
    }

    @Test
    void nothingCannotBeMeasured() {
        assertThatThrownBy(() -> of()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> of(3, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
