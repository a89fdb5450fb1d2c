package org.starling.simulator.scenario;

import java.util.List;

/** A story. Everything in it happens through the {@link Run}. */
public interface Scenario {
    /** All of them. */
    static List<Scenario> all() {
        return List.of(
                new Propagation(), new Churn(), new Partition(), new Crash(), new Eclipse(), new Spam(), new Observe());
    }

    String name();

    /** What it shows, in one line. */
    String summary();

    /** Its own options, for {@code --set}. */
    List<Option> options();

    /** How it is played if nothing else is said. */
    Defaults defaults();

    void play(Run run);

    /**
     * An option of one scenario.
     *
     * @param otherwise its default, as shown
     */
    record Option(String name, String meaning, String otherwise) {}

    /** Usual size of a run. */
    record Defaults(int nodes, double minutes, double transactionsPerSecond, double blockMinutes) {}
}
