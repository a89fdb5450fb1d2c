package org.starling.simulator.scenario;

import java.util.ArrayList;
import java.util.List;
import org.starling.simulator.SimulatedNode;
import org.starling.world.Randomness;

/** Nodes leave, come back, and restart all the time. */
final class Churn implements Scenario {
    private static final long SAMPLE_MILLIS = 10_000;

    @Override
    public String name() {
        return "churn";
    }

    @Override
    public String summary() {
        return "nodes leave, return and restart all the time: who is on the best tip, does the mesh hang together";
    }

    @Override
    public List<Option> options() {
        return List.of(
                new Option("session", "mean minutes that a node stays", "30"),
                new Option("absence", "mean minutes that it is away", "5"),
                new Option("kills", "share of those that leave that die without closing, 0 to 1", "0.3"));
    }

    @Override
    public Defaults defaults() {
        return new Defaults(100, 60, 0.2, 5);
    }

    @Override
    public void play(Run run) {
        ScenarioOptions options = run.settings().options();
        double session = options.number("session", 30, 0.1, 100_000) * 60_000;
        double absence = options.number("absence", 5, 0.01, 100_000) * 60_000;
        double kills = options.number("kills", 0.3, 0, 1);
        Randomness random = run.randomness("churn");
        run.formMesh();
        run.beginTraffic();
        Samples samples = new Samples(run);
        run.agenda().every(SAMPLE_MILLIS, samples::take);
        int[] leaves = new int[2];
        for (SimulatedNode node : run.population().nodes()) {
            come(run, node, random.child("node " + node.index()), session, absence, kills, leaves);
        }
        run.runToEnd();
        samples.end();
        run.population().nodes().stream().filter(node -> !node.isRunning()).forEach(run.population()::start);
        run.figure("nodes that left in order", leaves[0], "times");
        run.figure("nodes that died", leaves[1], "times");
        samples.tell();
        run.settle();
    }

    private static void come(
            Run run,
            SimulatedNode node,
            Randomness random,
            double session,
            double absence,
            double kills,
            int[] leaves) {
        run.agenda().after(random.exponential(session), () -> {
            // One that nobody is left beside stays.
            if (run.minutes() >= run.settings().minutes() || run.population().countRunning() < 3) {
                return;
            }
            if (random.unit() < kills) {
                leaves[1]++;
                node.kill();
            } else {
                leaves[0]++;
                node.stop();
            }
            run.agenda().after(random.exponential(absence), () -> {
                if (!node.isRunning()) {
                    run.population().start(node);
                    come(run, node, random, session, absence, kills, leaves);
                }
            });
        });
    }

    /** What is seen every few seconds. */
    static final class Samples {
        private final Run run;
        private final List<Report.Point> onTip = new ArrayList<>();
        private final List<Report.Point> connected = new ArrayList<>();
        private final List<Report.Point> running = new ArrayList<>();
        private final List<Double> diversity = new ArrayList<>();
        private boolean ended;

        Samples(Run run) {
            this.run = run;
        }

        void take() {
            if (ended) {
                return;
            }
            double minutes = run.minutes();
            double nodes = run.population().countRunning();
            onTip.add(new Report.Point(minutes, 100 * run.checkers().shareOnBestTip()));
            connected.add(new Report.Point(minutes, 100 * run.population().largestComponent() / nodes));
            running.add(new Report.Point(minutes, 100 * nodes / run.settings().nodes()));
            diversity.add(run.population().diversity());
        }

        void end() {
            ended = true;
        }

        void tell() {
            run.figure("share on the best tip, mean over time", mean(onTip), "%");
            run.figure("share in the largest part of the mesh, mean", mean(connected), "%");
            run.figure("share in the largest part of the mesh, least", least(connected), "%");
            run.figure("share running, mean", mean(running), "%");
            run.figure(
                    "outbound diversity: share of a node's links into different parts of the network, mean",
                    100
                            * diversity.stream()
                                    .mapToDouble(Double::doubleValue)
                                    .average()
                                    .orElse(0),
                    "%");
            run.chart(
                    "over-time",
                    "Nodes over time",
                    "minutes",
                    "nodes, in %",
                    List.of(
                            new Report.Curve("on the best tip", onTip),
                            new Report.Curve("in the largest part of the mesh", connected),
                            new Report.Curve("running", running)));
        }

        private static double mean(List<Report.Point> points) {
            return points.stream().mapToDouble(Report.Point::y).average().orElse(0);
        }

        private static double least(List<Report.Point> points) {
            return points.stream().mapToDouble(Report.Point::y).min().orElse(0);
        }
    }
}
