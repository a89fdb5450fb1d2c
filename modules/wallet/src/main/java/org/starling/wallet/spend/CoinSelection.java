package org.starling.wallet.spend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.wallet.book.WalletCoin;
import org.starling.world.Randomness;

/**
 * Chooses coins. Three ways are tried: an exact match that needs no change (branch and bound), a random draw, and a
 * knapsack that comes close from above. The one of the least waste is taken: what the inputs cost now beyond what they
 * would cost later at the long-term feerate, and what change costs or is given away without it.
 */
final class CoinSelection {
    private static final int MAX_TRIES = 100_000;
    private static final int KNAPSACK_ROUNDS = 1_000;

    private final long target;
    private final long costOfChange;
    private final long changeNeeded;
    private final long maxWeight;
    private final boolean exactMatches;
    private final Randomness random;

    /**
     * Coins that are spent together.
     *
     * @param effective what they add to a payment: their value less what their inputs cost, in satoshis
     * @param waste what their inputs cost now beyond what they would at the long-term feerate
     */
    record Group(List<WalletCoin> coins, long effective, long waste, long weight) {}

    /**
     * A choice.
     *
     * @param hasChange whether more is chosen than is needed, so that an output takes the rest
     */
    record Choice(List<Group> groups, long effective, long waste, boolean hasChange) {
        long weight() {
            return groups.stream().mapToLong(Group::weight).sum();
        }
    }

    /**
     * What to choose for.
     *
     * @param target sum of effective values that must be reached, without change
     * @param costOfChange satoshis to make change now and spend it later
     * @param changeNeeded the least change that is made, and what its output costs
     * @param maxWeight of all inputs
     * @param exactMatches whether fees are paid beside the amounts, so that a match without change can be exact
     */
    CoinSelection(
            long target,
            long costOfChange,
            long changeNeeded,
            long maxWeight,
            boolean exactMatches,
            Randomness random) {
        this.target = target;
        this.costOfChange = costOfChange;
        this.changeNeeded = changeNeeded;
        this.maxWeight = maxWeight;
        this.exactMatches = exactMatches;
        this.random = random;
    }

    /** The choice of the least waste; null if these coins do not suffice. */
    @Nullable
    Choice choose(List<Group> given) {
        List<Group> useful = new ArrayList<>(given);
        useful.removeIf(group -> group.effective() <= 0);
        List<@Nullable Choice> choices = new ArrayList<>();
        if (exactMatches) {
            choices.add(branchAndBound(useful));
        }
        choices.add(knapsack(useful));
        choices.add(randomDraw(useful));
        Choice best = null;
        for (Choice choice : choices) {
            boolean better = choice != null
                    && choice.weight() <= maxWeight
                    && (best == null
                            || choice.waste() < best.waste()
                            || choice.waste() == best.waste()
                                    && choice.groups().size() > best.groups().size());
            if (better) {
                best = choice;
            }
        }
        return best;
    }

    /** Whether all of them together reach the target, whatever they weigh. */
    boolean wouldSuffice(List<Group> groups) {
        return groups.stream()
                        .mapToLong(group -> Math.max(0, group.effective()))
                        .sum()
                >= target;
    }

    private Choice choice(List<Group> groups, boolean hasChange) {
        long effective = 0;
        long waste = 0;
        for (Group group : groups) {
            effective += group.effective();
            waste += group.waste();
        }
        return new Choice(
                List.copyOf(groups), effective, waste + (hasChange ? costOfChange : effective - target), hasChange);
    }

    /**
     * A set whose sum is the target, or above it by less than change would cost, of the least waste: a depth-first search
     * that takes or leaves each group, the largest first, and turns back where the rest cannot suffice.
     */
    private @Nullable Choice branchAndBound(List<Group> useful) {
        List<Group> groups = new ArrayList<>(useful);
        groups.sort(Comparator.comparingLong(Group::effective).reversed());
        long[] rest = new long[groups.size() + 1];
        for (int i = groups.size() - 1; i >= 0; i--) {
            rest[i] = rest[i + 1] + groups.get(i).effective();
        }
        boolean wasteGrows = !groups.isEmpty() && groups.getFirst().waste() > 0;
        List<Integer> taken = new ArrayList<>();
        Choice best = null;
        long sum = 0;
        long waste = 0;
        long weight = 0;
        int at = 0;
        for (int tries = 0; tries < MAX_TRIES; tries++) {
            boolean back = sum + rest[at] < target
                    || sum > target + costOfChange
                    || weight > maxWeight
                    || best != null && wasteGrows && waste > best.waste();
            if (!back && sum >= target) {
                long total = waste + sum - target;
                if (best == null || total < best.waste()) {
                    best = choice(taken.stream().map(groups::get).toList(), false);
                }
                back = true;
            }
            if (back) {
                if (taken.isEmpty()) {
                    return best;
                }
                // Leave out the last that was taken, and go on behind it.
                int last = taken.removeLast();
                sum -= groups.get(last).effective();
                waste -= groups.get(last).waste();
                weight -= groups.get(last).weight();
                at = last + 1;
            } else {
                Group group = groups.get(at);
                boolean sameLeft = at > 0
                        && (taken.isEmpty() || taken.getLast() != at - 1)
                        && groups.get(at - 1).effective() == group.effective()
                        && groups.get(at - 1).waste() == group.waste();
                // Of equal groups the later one is not tried where the earlier was left out.
                if (!sameLeft) {
                    taken.add(at);
                    sum += group.effective();
                    waste += group.waste();
                    weight += group.weight();
                }
                at++;
            }
        }
        return best;
    }

    /** Groups in random order until there is enough for the target and a decent change. */
    private @Nullable Choice randomDraw(List<Group> useful) {
        List<Group> groups = shuffled(useful);
        List<Group> taken = new ArrayList<>();
        long sum = 0;
        long weight = 0;
        for (Group group : groups) {
            taken.add(group);
            sum += group.effective();
            weight += group.weight();
            // Too heavy: the smallest goes again.
            while (weight > maxWeight && !taken.isEmpty()) {
                Group smallest = taken.stream()
                        .min(Comparator.comparingLong(Group::effective))
                        .orElseThrow();
                taken.remove(smallest);
                sum -= smallest.effective();
                weight -= smallest.weight();
            }
            if (sum >= target + changeNeeded) {
                return choice(taken, true);
            }
        }
        return null;
    }

    /**
     * The smallest sum among many random subsets of the smaller groups that meets the target, or reaches it with a decent
     * change. Where there is not enough for decent change any that reaches the target will do.
     */
    private @Nullable Choice knapsack(List<Group> useful) {
        long goal = target + changeNeeded;
        List<Group> smaller = new ArrayList<>();
        Group larger = null;
        long sum = 0;
        for (Group group : shuffled(useful)) {
            if (group.effective() == target) {
                return choice(List.of(group), false);
            }
            if (group.effective() < goal) {
                smaller.add(group);
                sum += group.effective();
            } else if (larger == null || group.effective() < larger.effective()) {
                larger = group;
            }
        }
        if (sum == target) {
            return choice(smaller, false);
        }
        if (sum < target) {
            return larger == null ? null : choice(List.of(larger), true);
        }
        smaller.sort(Comparator.comparingLong(Group::effective).reversed());
        List<Group> best = closest(smaller, target, sum);
        long bestSum = sum(best);
        if (bestSum != target && sum >= goal) {
            best = closest(smaller, goal, sum);
            bestSum = sum(best);
        }
        boolean indecent = bestSum != target && bestSum < goal;
        if (larger != null && (indecent || larger.effective() <= bestSum)) {
            return choice(List.of(larger), true);
        }
        return choice(best, bestSum - target >= costOfChange);
    }

    private static long sum(List<Group> groups) {
        return groups.stream().mapToLong(Group::effective).sum();
    }

    private List<Group> closest(List<Group> groups, long goal, long all) {
        boolean[] best = new boolean[groups.size()];
        java.util.Arrays.fill(best, true);
        long bestSum = all;
        for (int round = 0; round < KNAPSACK_ROUNDS && bestSum != goal; round++) {
            boolean[] taken = new boolean[groups.size()];
            long sum = 0;
            boolean reached = false;
            for (int pass = 0; pass < 2 && !reached; pass++) {
                for (int i = 0; i < groups.size(); i++) {
                    if (pass == 0 ? (random.nextLong() & 1) == 0 : !taken[i]) {
                        if (!taken[i]) {
                            taken[i] = true;
                            sum += groups.get(i).effective();
                        }
                        if (sum >= goal) {
                            reached = true;
                            if (sum < bestSum) {
                                bestSum = sum;
                                best = taken.clone();
                            }
                            sum -= groups.get(i).effective();
                            taken[i] = false;
                        }
                    }
                }
            }
        }
        List<Group> chosen = new ArrayList<>();
        for (int i = 0; i < best.length; i++) {
            if (best[i]) {
                chosen.add(groups.get(i));
            }
        }
        return chosen;
    }

    private List<Group> shuffled(List<Group> groups) {
        List<Group> shuffled = new ArrayList<>(groups);
        for (int i = shuffled.size() - 1; i > 0; i--) {
            java.util.Collections.swap(shuffled, i, random.below(i + 1));
        }
        return shuffled;
    }
}
