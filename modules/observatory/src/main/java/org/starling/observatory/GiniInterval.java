package org.starling.observatory;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.starling.world.Randomness;

/**
 * Between which values the Gini coefficient of a whole is likely to be of which a sample is known. It counts every holder
 * alike, those too that the sample missed, and nothing in a sample says how many these are: only a lower bound is known
 * (Chao 1984). So the interval reaches over what three wholes would give, each of which could have given the sample:
 *
 * <ul>
 *   <li>the sample itself: nobody was missed;
 *   <li>one with twice as many missed holders as the lower bound has, the smallest three hundredths of the largest, who share what
 *       Good-Turing coverage leaves to them (Chao and Jost 2012); the shares of the others are taken down for it as by
 *       Chao, Hsieh, Chazdon, Colwell and Gotelli 2015;
 *   <li>equal holders, as many as chance would show as this sample's shares, if the sample looks like one of theirs.
 * </ul>
 *
 * <p>Twice, three hundredths, and the middle 98 in 100 of the draws, are what held in wholes that were tried: see
 * {@code docs/protocols/observe.md} for one where it does not hold.
 */
final class GiniInterval {
    private static final double TIMES_THE_LEAST_MISSED = 2;
    private static final double SMALLEST_MISSED = 0.03;
    private static final int SIZES_OF_MISSED = 8;

    /** A holder of it is one of more than anybody could count. */
    private static final double MOST_MISSED = 1e9;

    /** A bootstrap's draws lie closer together than samples of what it stands for. */
    private static final double MIDDLE = 0.98;

    private static final int MOST_DRAWS = 300;
    private static final int FEWEST_DRAWS = 50;

    /** Members drawn in all from one whole, beyond which fewer draws must do. */
    private static final long DRAWN_MEMBERS = 4_000_000;

    private GiniInterval() {}

    /** Holders by the share that each has. */
    private static final class Whole {
        /** Of one holder, ascending. */
        private final double[] shares;

        /** How many have that share; no whole numbers where they are estimates. */
        private final double[] holders;

        private Whole(double[] shares, double[] holders) {
            this.shares = shares;
            this.holders = holders;
        }

        static Whole of(SortedMap<Double, Double> holdersByShare) {
            return new Whole(
                    holdersByShare.keySet().stream()
                            .mapToDouble(Double::doubleValue)
                            .toArray(),
                    holdersByShare.values().stream()
                            .mapToDouble(Double::doubleValue)
                            .toArray());
        }

        double gini() {
            double below = 0;
            double ranked = 0;
            double total = 0;
            for (int i = 0; i < shares.length; i++) {
                double held = shares[i] * holders[i];
                ranked += held * (below + holders[i] / 2);
                total += held;
                below += holders[i];
            }
            return Math.max(0, 2 * ranked / (total * below) - 1);
        }

        /** Draws so many members, each from all of the whole: the counts of the holders that come out. */
        SortedMap<Integer, Integer> draw(int members, Randomness random) {
            double[] upTo = new double[shares.length];
            double total = 0;
            for (int i = 0; i < shares.length; i++) {
                total += shares[i] * holders[i];
                upTo[i] = total;
            }
            long[] drawn = new long[members];
            for (int i = 0; i < members; i++) {
                int found = Arrays.binarySearch(upTo, random.unit() * total);
                int at = Math.min(found < 0 ? -found - 1 : found, shares.length - 1);
                drawn[i] = (long) at << Integer.SIZE | (long) (random.unit() * holders[at]);
            }
            Arrays.sort(drawn);
            TreeMap<Integer, Integer> holdersByCount = new TreeMap<>();
            int start = 0;
            for (int i = 1; i <= members; i++) {
                if (i == members || drawn[i] != drawn[start]) {
                    holdersByCount.merge(i - start, 1, Integer::sum);
                    start = i;
                }
            }
            return holdersByCount;
        }
    }

    /**
     * @param counts for each holder, how many members of the sample are its
     * @param random for the draws
     */
    static Concentration.Measure of(int[] counts, Randomness random) {
        int members = Arrays.stream(counts).sum();
        TreeMap<Integer, Integer> sample = new TreeMap<>();
        for (int count : counts) {
            sample.merge(count, 1, Integer::sum);
        }
        int draws = Math.clamp(DRAWN_MEMBERS / members, FEWEST_DRAWS, MOST_DRAWS);
        double value = plain(sample).gini();
        double[] nobody = bounds(sample, members, GiniInterval::plain, draws, random);
        double[] some = bounds(sample, members, GiniInterval::withMissed, draws, random);
        double low = Math.min(value, Math.min(nobody[0], some[0]));
        double high = Math.max(value, Math.max(nobody[1], some[1]));
        boolean equal = looksEqual(sample, members, value, draws, random);
        return new Concentration.Measure(value, equal ? 0 : Math.max(0, low), Math.min(1, high));
    }

    /** The middle of what draws from a whole would be taken for, moved back by what drawing adds: twice, as it did so before. */
    private static double[] bounds(
            SortedMap<Integer, Integer> sample,
            int members,
            Function<SortedMap<Integer, Integer>, Whole> guess,
            int draws,
            Randomness random) {
        Whole whole = guess.apply(sample);
        double[] drawn =
                drawn(whole, members, draws, random, one -> guess.apply(one).gini());
        double excess = Arrays.stream(drawn).sum() / draws - whole.gini();
        int cut = cut(draws);
        return new double[] {drawn[cut] - 2 * excess, drawn[draws - 1 - cut] - 2 * excess};
    }

    private static double[] drawn(
            Whole whole,
            int members,
            int draws,
            Randomness random,
            ToDoubleFunction<SortedMap<Integer, Integer>> measure) {
        double[] drawn = new double[draws];
        for (int i = 0; i < draws; i++) {
            drawn[i] = measure.applyAsDouble(whole.draw(members, random));
        }
        Arrays.sort(drawn);
        return drawn;
    }

    private static int cut(int draws) {
        return (int) (draws * (1 - MIDDLE) / 2);
    }

    private static Whole plain(SortedMap<Integer, Integer> sample) {
        TreeMap<Double, Double> holdersByShare = new TreeMap<>();
        sample.forEach((count, holders) -> holdersByShare.put((double) count, (double) holders));
        return Whole.of(holdersByShare);
    }

    /** The sample's holders, and those that it missed. */
    private static Whole withMissed(SortedMap<Integer, Integer> sample) {
        double members = 0;
        for (Map.Entry<Integer, Integer> each : sample.entrySet()) {
            members += (double) each.getKey() * each.getValue();
        }
        double once = sample.getOrDefault(1, 0);
        double twice = sample.getOrDefault(2, 0);
        double least = (members - 1) / members * once * (once - 1) / (2 * (twice + 1));
        double missed = Math.min(MOST_MISSED, StrictMath.ceil(TIMES_THE_LEAST_MISSED * least));
        if (missed < 1) {
            return plain(sample);
        }
        // Good-Turing: what a next member would be of a holder not seen yet.
        double pairs = twice > 0 ? 2 * twice : 2 / (once - 1);
        double share = once / members * ((members - 1) * once / ((members - 1) * once + pairs));
        SortedMap<Double, Double> holdersByShare = takenDown(sample, members, share);
        double step = StrictMath.pow(SMALLEST_MISSED, 1.0 / (SIZES_OF_MISSED - 1));
        double parts = 0;
        for (int i = 0; i < SIZES_OF_MISSED; i++) {
            parts += StrictMath.pow(step, i);
        }
        for (int i = 0; i < SIZES_OF_MISSED; i++) {
            double each = share * StrictMath.pow(step, i) / parts / (missed / SIZES_OF_MISSED);
            holdersByShare.merge(each, missed / SIZES_OF_MISSED, Double::sum);
        }
        return Whole.of(holdersByShare);
    }

    /** The shares of the holders that were seen, so that {@code missed} is left: small ones are taken down by more, since chance showed them. */
    private static SortedMap<Double, Double> takenDown(
            SortedMap<Integer, Integer> sample, double members, double missed) {
        double weights = 0;
        for (Map.Entry<Integer, Integer> each : sample.entrySet()) {
            double share = each.getKey() / members;
            weights += each.getValue() * share * StrictMath.pow(1 - share, members);
        }
        double factor = Math.min(1, missed / weights);
        double[] shares = new double[sample.size()];
        double total = 0;
        int at = 0;
        for (Map.Entry<Integer, Integer> each : sample.entrySet()) {
            double share = each.getKey() / members;
            shares[at] = share * (1 - factor * StrictMath.pow(1 - share, members));
            total += shares[at++] * each.getValue();
        }
        TreeMap<Double, Double> holdersByShare = new TreeMap<>();
        at = 0;
        for (int holders : sample.values()) {
            holdersByShare.put(shares[at++] / total * (1 - missed), (double) holders);
        }
        return holdersByShare;
    }

    /** Whether so many members of equal holders would look like this. */
    private static boolean looksEqual(
            SortedMap<Integer, Integer> sample, int members, double value, int draws, Randomness random) {
        double same = 0;
        for (Map.Entry<Integer, Integer> each : sample.entrySet()) {
            same += (double) each.getValue() * each.getKey() * (each.getKey() - 1.0);
        }
        if (same == 0) {
            return true;
        }
        double holders = (double) members * (members - 1.0) / same;
        Whole equal = new Whole(new double[] {1}, new double[] {Math.min(MOST_MISSED, StrictMath.rint(holders))});
        double[] drawn = drawn(equal, members, draws, random, one -> plain(one).gini());
        return value <= drawn[draws - 1 - cut(draws)];
    }
}
