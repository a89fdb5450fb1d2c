package org.starling.observatory;

import java.util.Arrays;
import java.util.Collection;
import org.starling.world.Randomness;

/**
 * In how few hands a sample is: four measures, each with an interval that says how far it might be off because the sample
 * is small.
 *
 * <p>The intervals come from a bootstrap: the sample is drawn again from itself, with replacement, many times. A sample looks
 * more concentrated than what it is drawn from, since holders are missed and shares scatter, and a draw from the sample
 * exaggerates that once more: the mean excess of the draws is what the sample's own is likely to be. The range of 95 in 100 draws,
 * moved back by both, is the interval. In samples of 144 of known wholes it holds the truth in 93 to 98 of 100 cases. The
 * Gini coefficient, which counts every holder alike, those too that the sample missed, has an interval of a kind of its own:
 * {@link GiniInterval}. A sample that is biased in other ways has no better interval for that.
 *
 * @param sample how many members were counted
 * @param holders how many hands they are in
 * @param nakamoto Nakamoto coefficient: the least number of holders that together have more than half
 * @param herfindahl Herfindahl-Hirschman index: the sum of the squares of the shares, from 0 (nobody has a noticeable
 *     share) to 1 (one has all)
 * @param effective effective number: that many equal holders would have the same Herfindahl-Hirschman index
 * @param gini Gini coefficient: from 0 (all holders have as much) towards 1 (a few of many have nearly all); it does not
 *     tell how many holders there are
 */
public record Concentration(
        int sample, int holders, Measure nakamoto, Measure herfindahl, Measure effective, Measure gini) {
    /** The share of the bootstrap's draws whose values are in the interval. */
    public static final double CONFIDENCE = 0.95;

    private static final int MOST_DRAWS = 1_000;
    private static final int FEWEST_DRAWS = 100;

    /** Members drawn in all, beyond which fewer draws must do: a second's work. */
    private static final long DRAWN_MEMBERS = 20_000_000;

    /** A value, and the interval in which it is likely to be for the whole that the sample is drawn from. */
    public record Measure(double value, double low, double high) {}

    /**
     * Measures a sample. Throws {@link IllegalArgumentException} if it is empty or a count is not positive.
     *
     * @param counts for each holder, how many members of the sample are its
     * @param random for the draws; the same stream gives the same intervals
     */
    public static Concentration of(Collection<Integer> counts, Randomness random) {
        int[] sorted = counts.stream().mapToInt(Integer::intValue).sorted().toArray();
        if (sorted.length == 0 || sorted[0] <= 0) {
            throw new IllegalArgumentException("counts of a sample must be positive: " + counts);
        }
        int sample = Math.toIntExact(Arrays.stream(sorted).asLongStream().sum());
        int draws = Math.clamp(DRAWN_MEMBERS / sample, FEWEST_DRAWS, MOST_DRAWS);
        double[][] drawn = new double[2][draws];
        for (int i = 0; i < draws; i++) {
            double[] values = measures(draw(sorted, sample, random));
            for (int measure = 0; measure < drawn.length; measure++) {
                drawn[measure][i] = values[measure];
            }
        }
        double[] values = measures(sorted);
        Measure nakamoto = measure(values[0], drawn[0]);
        Measure herfindahl = measure(values[1], drawn[1]);
        // So many members cannot tell a share apart from nothing if no two of them are likely to be one holder's.
        double least = Math.min(values[1], 1 / ((double) sample * sample));
        herfindahl = new Measure(values[1], Math.max(least, herfindahl.low), Math.min(1, herfindahl.high));
        return new Concentration(
                sample,
                sorted.length,
                new Measure(values[0], Math.max(1, Math.floor(nakamoto.low)), Math.ceil(nakamoto.high)),
                herfindahl,
                new Measure(1 / values[1], 1 / herfindahl.high, 1 / herfindahl.low),
                GiniInterval.of(sorted, random));
    }

    private static Measure measure(double value, double[] drawn) {
        Arrays.sort(drawn);
        int cut = (int) (drawn.length * (1 - CONFIDENCE) / 2);
        double excess = Arrays.stream(drawn).sum() / drawn.length - value;
        double low = drawn[cut] - 2 * excess;
        double high = drawn[drawn.length - 1 - cut] - 2 * excess;
        return new Measure(value, Math.min(value, low), Math.max(value, high));
    }

    /** As many members as the sample has, each drawn from all of it: the counts that come out, ascending, zeros left out. */
    private static int[] draw(int[] counts, int sample, Randomness random) {
        int[] holderOf = new int[sample];
        int at = 0;
        for (int holder = 0; holder < counts.length; holder++) {
            Arrays.fill(holderOf, at, at + counts[holder], holder);
            at += counts[holder];
        }
        int[] drawn = new int[counts.length];
        for (int i = 0; i < sample; i++) {
            drawn[holderOf[random.below(sample)]]++;
        }
        return Arrays.stream(drawn).filter(count -> count > 0).sorted().toArray();
    }

    /** Of ascending counts: Nakamoto coefficient and Herfindahl-Hirschman index. */
    private static double[] measures(int[] ascending) {
        double total = Arrays.stream(ascending).asLongStream().sum();
        double squares = 0;
        for (int count : ascending) {
            double share = count / total;
            squares += share * share;
        }
        return new double[] {nakamoto(ascending, total), squares};
    }

    private static int nakamoto(int[] ascending, double total) {
        long held = 0;
        int holders = 0;
        while (2 * held <= total) {
            held += ascending[ascending.length - 1 - holders++];
        }
        return holders;
    }
}
