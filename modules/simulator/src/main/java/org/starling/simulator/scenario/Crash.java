package org.starling.simulator.scenario;

import java.util.ArrayList;
import java.util.List;
import org.starling.chain.BlockEntry;
import org.starling.node.Node;
import org.starling.simulator.SimulatedNode;
import org.starling.world.Randomness;

/**
 * A share of the nodes dies at one instant, their disks lose what was not synced, and they return. In the end a larger
 * share dies for good, and the rest must still hang together.
 */
final class Crash implements Scenario {
    /** Between the last sync of the disks and the loss of power. */
    private static final long AFTER_SYNC_MILLIS = 2 * 60_000;

    private static final long RETURN_LIMIT_MILLIS = 30 * 60_000;

    /** After so long the rest must hang together again. */
    private static final long RELINK_MILLIS = 60_000;

    private static final double CONNECTED_SHARE = 0.999;

    @Override
    public String name() {
        return "crash";
    }

    @Override
    public String summary() {
        return "a share of the nodes loses power at once and returns; then most die for good";
    }

    @Override
    public List<Option> options() {
        return List.of(
                new Option("share", "of the nodes that lose power at once, 0 to 1", "0.5"),
                new Option("away", "minutes that they are away", "5"),
                new Option("for-good", "share that dies for good in the end, 0 to 0.95", "0.8"));
    }

    @Override
    public Defaults defaults() {
        return new Defaults(100, 30, 0.2, 5);
    }

    @Override
    public void play(Run run) {
        ScenarioOptions options = run.settings().options();
        double share = options.number("share", 0.5, 0, 1);
        double away = options.number("away", 5, 0, 100_000);
        double forGood = options.number("for-good", 0.8, 0, 0.95);
        if (run.settings().minutes() < away + 4) {
            throw new IllegalArgumentException("--minutes must leave room for the absence: at least " + (away + 4)
                    + ", not " + run.settings().minutes());
        }
        Randomness random = run.randomness("crash");
        run.formMesh();
        run.beginTraffic();
        run.agenda().runUntil(run.world().millis() + (long) ((run.settings().minutes() - away) / 2 * 60_000));
        loseAndReturn(run, choose(run, share, random), away);
        run.runToEnd();
        run.settle();
        dieForGood(run, choose(run, forGood, random));
    }

    private static List<SimulatedNode> choose(Run run, double share, Randomness random) {
        List<SimulatedNode> left = new ArrayList<>(run.population().running());
        List<SimulatedNode> chosen = new ArrayList<>();
        int wanted = (int) (share * left.size());
        while (chosen.size() < wanted) {
            chosen.add(left.remove(random.below(left.size())));
        }
        return chosen;
    }

    private static void loseAndReturn(Run run, List<SimulatedNode> victims, double away) {
        List<Victim> all = new ArrayList<>();
        for (SimulatedNode node : victims) {
            all.add(new Victim(node, node.node().validation(() -> {
                node.node().chain().flush();
                return node.node().headers().tip();
            })));
        }
        // What comes now, the disks may or may not keep.
        run.agenda().runUntil(run.world().millis() + AFTER_SYNC_MILLIS);
        int[] heights = all.stream()
                .mapToInt(victim -> victim.node.node().headers().tip().height())
                .toArray();
        victims.forEach(SimulatedNode::kill);
        run.meshNow();
        run.agenda().runUntil(run.world().millis() + (long) (away * 60_000));
        int behind = 0;
        int lacked = 0;
        for (int i = 0; i < all.size(); i++) {
            Victim victim = all.get(i);
            run.population().start(victim.node);
            victim.requireKept(run);
            // What the disk still holds is taken up before any peer can have sent a block.
            Node node = victim.node.node();
            boolean _ = node.change(() -> true);
            int missing = Math.max(0, heights[i] - node.headers().tip().height());
            behind += missing > 0 ? 1 : 0;
            lacked += missing;
        }
        long back = run.world().millis();
        boolean agreed = run.waitUntil("returning", RETURN_LIMIT_MILLIS, run.checkers()::agree);
        run.figure("nodes that lost power at once", victims.size(), "nodes");
        run.figure("of them lacked blocks that they had connected but not synced", behind, "nodes");
        run.figure("such blocks that they lacked, in all", lacked, "blocks");
        run.figure(
                "time from their return until all have one tip",
                agreed ? (run.world().millis() - back) / 1000.0 : Double.POSITIVE_INFINITY,
                "s");
        run.checkers().require(agreed, "those that returned did not come to the others' tip");
    }

    /**
     * A node that is about to lose power.
     *
     * @param durable the tip when it last made everything durable
     */
    private record Victim(SimulatedNode node, BlockEntry durable) {
        /** Exactly what was made durable must be there as the node opens, before it takes up anything else. */
        void requireKept(Run run) {
            BlockEntry there = node.node().headers().activeAt(durable.height());
            run.checkers()
                    .require(
                            there != null && there.hash().equals(durable.hash()),
                            "node " + node.index() + " lost block " + durable + ", which it had made durable");
        }
    }

    private static void dieForGood(Run run, List<SimulatedNode> victims) {
        victims.forEach(SimulatedNode::kill);
        run.agenda().runUntil(run.world().millis() + RELINK_MILLIS);
        int left = run.population().countRunning();
        double connected = left == 0 ? 1 : run.population().largestComponent() / (double) left;
        run.figure("nodes that died for good at once", victims.size(), "nodes");
        run.figure("of the rest, in one part of the mesh a minute later", 100 * connected, "%");
        run.checkers()
                .require(
                        connected >= CONNECTED_SHARE,
                        "a minute after the deaths only " + 100 * connected + " % of the rest hang together");
        run.meshNow();
        run.mine(run.population().running().getFirst());
        boolean agreed = run.waitUntil("after the deaths", RETURN_LIMIT_MILLIS, run.checkers()::agree);
        run.checkers().require(agreed, "the rest did not agree on a block mined after the deaths");
    }
}
