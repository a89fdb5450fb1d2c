package org.starling.simulator.scenario;

import java.util.ArrayList;
import java.util.List;

/**
 * What a run is asked for. Together with the program it decides everything that happens in it.
 *
 * @param nodes honest nodes
 * @param seed of all that is random
 * @param minutes simulated time after the mesh has formed
 * @param reachableShare of the nodes, those that others can connect to; the rest sits behind NAT
 * @param encrypted whether nodes speak BIP-0324 to one another
 * @param transactionsPerSecond that are sent, by a Poisson process
 * @param blockMinutes mean time between blocks
 * @param options what only some scenarios know, by name: see {@link Scenario#options}
 */
public record Settings(
        int nodes,
        long seed,
        double minutes,
        double reachableShare,
        boolean encrypted,
        double transactionsPerSecond,
        double blockMinutes,
        ScenarioOptions options) {
    public static final int MOST_NODES = 20_000;

    public Settings {
        check(nodes >= 2 && nodes <= MOST_NODES, "--nodes is from 2 to " + MOST_NODES + ", not " + nodes);
        check(minutes > 0 && minutes <= 100_000, "--minutes is above 0 and at most 100,000, not " + minutes);
        check(reachableShare > 0 && reachableShare <= 1, "--reachable is above 0 and at most 1, not " + reachableShare);
        check(
                transactionsPerSecond >= 0 && transactionsPerSecond <= 100,
                "--transactions is from 0 to 100 a second, not " + transactionsPerSecond);
        check(blockMinutes > 0, "--block-minutes is above 0, not " + blockMinutes);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** The command line that plays this again. */
    public List<String> arguments(String scenario) {
        List<String> words = new ArrayList<>(List.of(
                scenario,
                "--nodes",
                Integer.toString(nodes),
                "--seed",
                Long.toString(seed),
                "--minutes",
                plain(minutes),
                "--reachable",
                plain(reachableShare),
                "--transactions",
                plain(transactionsPerSecond),
                "--block-minutes",
                plain(blockMinutes)));
        if (encrypted) {
            words.add("--encrypted");
        }
        options.values().forEach((name, value) -> words.addAll(List.of("--set", name + "=" + value)));
        return List.copyOf(words);
    }

    private static String plain(double value) {
        return value == StrictMath.rint(value) && StrictMath.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
