package org.starling.simulator.scenario;

import java.util.ArrayList;
import java.util.List;

/** How fast transactions and blocks reach everybody, and what that costs. */
final class Propagation implements Scenario {
    private static final double[] SHARES = {0.5, 0.9, 0.99, 1};

    /** What is sent in the last minute need not have arrived. */
    private static final long TAIL_MICROS = 60_000_000;

    @Override
    public String name() {
        return "propagation";
    }

    @Override
    public String summary() {
        return "how fast transactions and blocks reach everybody, in messages, bytes and duplicates";
    }

    @Override
    public List<Option> options() {
        return List.of();
    }

    @Override
    public Defaults defaults() {
        return new Defaults(200, 20, 1, 10);
    }

    @Override
    public void play(Run run) {
        run.formMesh();
        run.beginTraffic();
        run.runToEnd();
        List<Arrivals.Arrival> transactions =
                run.transactions().until(run.world().micros() - TAIL_MICROS);
        List<Arrivals.Arrival> blocks = run.blocks().until(run.world().micros() - TAIL_MICROS);
        run.trafficFigures();
        int sent = run.transactions().size();
        int mined = run.blocks().size();
        run.settle();
        times(run, "transaction", transactions, "s", 1000);
        times(run, "block", blocks, "ms", 1);
        duplicates(run, sent, mined);
        run.checkers()
                .require(
                        transactions.stream()
                                .allMatch(one -> one.count() == run.settings().nodes()),
                        "a transaction did not reach every node within a minute of its sending, or in the end");
    }

    private static void times(Run run, String thing, List<Arrivals.Arrival> arrivals, String unit, double millis) {
        run.figure(thing + "s measured", arrivals.size(), thing + "s");
        for (double share : SHARES) {
            String until = thing + ": time until " + Math.round(share * 100) + " % of the nodes have it, ";
            run.figure(until + "median", Arrivals.median(arrivals, share) / millis, unit);
            run.figure(until + "longest", Arrivals.worst(arrivals, share) / millis, unit);
        }
        if (!arrivals.isEmpty()) {
            run.chart(
                    thing,
                    "Who has a " + thing + " when",
                    "time since its origin had it, in " + unit,
                    "nodes that have it, in %",
                    List.of(
                            curve("median " + thing, arrivals, millis, false),
                            curve("slowest " + thing, arrivals, millis, true)));
        }
    }

    private static Report.Curve curve(String name, List<Arrivals.Arrival> arrivals, double millis, boolean worst) {
        List<Report.Point> points = new ArrayList<>();
        for (int percent = 1; percent <= 100; percent++) {
            double time =
                    worst ? Arrivals.worst(arrivals, percent / 100.0) : Arrivals.median(arrivals, percent / 100.0);
            if (Double.isFinite(time)) {
                points.add(new Report.Point(time / millis, percent));
            }
        }
        return new Report.Curve(name, points);
    }

    private static void duplicates(Run run, int sent, int mined) {
        double nodes = run.settings().nodes();
        if (sent > 0) {
            run.figure("transaction: copies that a node receives", run.received("tx")[0] / nodes / sent, "copies");
            run.figure("transaction: bytes of announcements", run.received("inv")[1] / nodes / sent, "bytes");
        }
        if (mined > 0) {
            double whole = run.received("block")[0];
            double compact = run.received("cmpctblock")[0];
            run.figure("block: whole copies that a node receives", whole / nodes / mined, "copies");
            run.figure("block: compact copies that a node receives", compact / nodes / mined, "copies");
            run.figure(
                    "block: answers with missing transactions",
                    run.received("blocktxn")[0] / nodes / mined,
                    "messages");
        }
    }
}
