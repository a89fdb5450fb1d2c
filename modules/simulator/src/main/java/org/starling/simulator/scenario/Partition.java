package org.starling.simulator.scenario;

import java.util.List;
import org.starling.simulator.SimulatedNode;
import org.starling.world.Randomness;

/** The network is cut in two, miners on both sides, and joined again. */
final class Partition implements Scenario {
    private static final long HEAL_LIMIT_MILLIS = 2 * 60 * 60_000;

    /** The cut comes when traffic has begun to flow. */
    private static final long BEFORE_MILLIS = 60_000;

    @Override
    public String name() {
        return "partition";
    }

    @Override
    public String summary() {
        return "a cut with miners on both sides: how long until one tip after it heals";
    }

    @Override
    public List<Option> options() {
        return List.of(
                new Option("cut", "minutes that the cut lasts", "30"),
                new Option("share", "of the nodes on the smaller side, above 0 to 0.5", "0.4"));
    }

    @Override
    public Defaults defaults() {
        return new Defaults(100, 60, 0.2, 5);
    }

    @Override
    public void play(Run run) {
        ScenarioOptions options = run.settings().options();
        double cut = options.number("cut", 30, 0.1, 100_000);
        double share = options.number("share", 0.4, 0.001, 0.5);
        if (run.settings().minutes() < cut + 2) {
            throw new IllegalArgumentException("--minutes must leave room for the cut: at least " + (cut + 2) + ", not "
                    + run.settings().minutes());
        }
        Randomness random = run.randomness("partition");
        run.formMesh();
        run.beginTraffic();
        run.agenda().runUntil(run.world().millis() + BEFORE_MILLIS);
        boolean[] smaller = new boolean[run.settings().nodes()];
        // At least one on each side.
        for (int i = 1; i < smaller.length; i++) {
            smaller[i] = i == 1 || random.unit() < share;
        }
        run.world().partition(node -> smaller[node.index()] ? 1 : 0);
        run.agenda().runUntil(run.world().millis() + (long) (cut * 60_000));
        int one = tallest(run, smaller, false);
        int other = tallest(run, smaller, true);
        run.meshNow();
        run.world().heal();
        long healed = run.world().millis();
        boolean joined = run.waitUntil("healing", HEAL_LIMIT_MILLIS, run.checkers()::agree);
        run.figure("nodes on the smaller side", count(smaller), "nodes");
        run.figure("height on the larger side when the cut ends", one, "blocks");
        run.figure("height on the smaller side when the cut ends", other, "blocks");
        run.figure(
                "time from the end of the cut to one tip",
                joined ? (run.world().millis() - healed) / 1000.0 : Double.POSITIVE_INFINITY,
                "s");
        run.checkers().require(joined, "the sides did not come to one tip");
        run.runToEnd();
        run.settle();
    }

    private static int tallest(Run run, boolean[] smaller, boolean side) {
        int height = 0;
        for (SimulatedNode node : run.population().running()) {
            if (smaller[node.index()] == side) {
                height = Math.max(height, node.node().headers().tip().height());
            }
        }
        return height;
    }

    private static int count(boolean[] smaller) {
        int count = 0;
        for (boolean one : smaller) {
            count += one ? 1 : 0;
        }
        return count;
    }
}
