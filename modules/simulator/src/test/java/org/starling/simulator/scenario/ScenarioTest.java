package org.starling.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.starling.simulator.SecondJvm;

/** Each scenario, small, twice: here and in a JVM of its own. */
@Timeout(300)
class ScenarioTest {
    private static final int NODES = 16;
    private static final long SEED = 7;

    static List<String> names() {
        return Scenario.all().stream().map(Scenario::name).toList();
    }

    private static Scenario find(String name) {
        return Scenario.all().stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Report play(String name, long seed) {
        Map<String, String> own = switch (name) {
            case "churn" -> Map.of("session", "4", "absence", "1");
            case "partition" -> Map.of("cut", "3");
            case "crash" -> Map.of("away", "1");
            case "spam" -> Map.of("hostile", "6", "links", "3", "bandwidth", "20");
            case "eclipse" -> Map.of("addresses", "200", "groups", "20", "links", "10", "restarts", "1", "runs", "1");
            case "observe" -> Map.of("operators", "6", "miners", "5", "pools", "2", "blocks", "30", "looks", "6");
            default -> Map.of();
        };
        Settings settings = new Settings(NODES, seed, 5, 0.7, false, 0.2, 2, new ScenarioOptions(own));
        return Run.play(find(name), settings, (phase, minutes, events) -> {});
    }

    /** Plays the scenario named by the argument and prints the trace hash: for a second JVM. */
    public static void main(String[] args) {
        System.out.println(play(args[0], Long.parseLong(args[1])).trace());
    }

    @ParameterizedTest
    @MethodSource("names")
    void whatMustHoldHoldsAndTheTraceIsAFunctionOfTheSeed(String name) throws Exception {
        Process twin = SecondJvm.start(ScenarioTest.class, name, Long.toString(SEED));
        Report report = play(name, SEED);
        assertThat(report.violations()).isEmpty();
        assertThat(report.figures()).isNotEmpty();
        assertThat(SecondJvm.lastLine(twin)).isEqualTo(report.trace());
    }

    @Test
    void anotherSeedIsAnotherHistory() {
        assertThat(play("propagation", 1).trace())
                .isNotEqualTo(play("propagation", 2).trace());
    }

    @Test
    void propagationIsMeasured() {
        Report report = play("propagation", SEED);
        double half = figure(report, "transaction: time until 50 % of the nodes have it, median");
        double all = figure(report, "transaction: time until 100 % of the nodes have it, median");
        // Announcements wait 2 s on average on each outbound link, 5 s on inbound ones.
        assertThat(half).isBetween(0.5, 20.0);
        assertThat(all).isBetween(half, 60.0);
        // Whoever is announced a transaction asks one peer for it.
        assertThat(figure(report, "transaction: copies that a node receives")).isBetween(0.8, 1.1);
        assertThat(report.charts().getFirst().curves().getFirst().points()).hasSizeGreaterThan(90);
    }

    @Test
    void minersAreMeasuredByPayoutAndByTag() {
        Report report = play("observe", SEED);
        // Five miners with 1, 1/sqrt(2), ... 1/sqrt(5) by turns in two pools: the first, third and fifth, and the
        // others.
        assertThat(figure(report, "miners, by payout: Nakamoto coefficient, the truth"))
                .isEqualTo(2);
        assertThat(figure(report, "pools, by tag: Nakamoto coefficient, the truth"))
                .isEqualTo(1);
        assertThat(figure(report, "pools, by tag: effective number, the truth")).isBetween(1.8, 2.0);
        assertThat(figure(report, "pools, by tag: effective number, as measured, mean"))
                .isBetween(1.6, 2.0);
        assertThat(figure(report, "pools, by tag: counted at each look, mean")).isEqualTo(30);
    }

    @Test
    void aMeshInWhichNotEveryNodeHearsOfEnoughOthersFormsTooAndSaysSo() {
        Report report = play("propagation", SEED);
        assertThat(report.figures()).allMatch(figure -> Double.isFinite(figure.value()));
        assertThat(figure(report, "mesh: time until the last node got its links"))
                .isBetween(1.0, 1_800.0);
        assertThat(figure(report, "mesh: nodes with fewer than 8 outbound links, since they know no more"))
                .isLessThan(NODES);
    }

    private static double figure(Report report, String name) {
        return report.figures().stream()
                .filter(figure -> figure.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }

    @Test
    void settingsThatDoNotFitSayWhy() {
        ScenarioOptions tooLong = new ScenarioOptions(Map.of("cut", "90"));
        Settings settings = new Settings(NODES, SEED, 6, 0.7, false, 0.2, 2, tooLong);
        assertThatThrownBy(() -> Run.play(find("partition"), settings, (phase, minutes, events) -> {}))
                .hasMessageContaining("--minutes must leave room for the cut: at least 92");
        assertThatThrownBy(() -> new Settings(1, SEED, 6, 0.7, false, 0.2, 2, ScenarioOptions.NONE))
                .hasMessageContaining("--nodes is from 2");
        assertThatThrownBy(() -> new ScenarioOptions(Map.of("share", "x")).number("share", 1, 0, 1))
                .hasMessage("share is a number from 0.0 to 1.0, not x");
    }

    @Test
    void aReportNamesTheCommandThatReplaysIt() {
        Settings settings = new Settings(NODES, SEED, 6, 0.7, true, 0.2, 2, new ScenarioOptions(Map.of("cut", "3")));
        assertThat(String.join(" ", settings.arguments("partition")))
                .isEqualTo("partition --nodes 16 --seed 7 --minutes 6 --reachable 0.7 --transactions 0.2"
                        + " --block-minutes 2 --encrypted --set cut=3");
    }
}
