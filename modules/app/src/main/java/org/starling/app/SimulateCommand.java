package org.starling.app;

import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.starling.simulator.scenario.Report;
import org.starling.simulator.scenario.Run;
import org.starling.simulator.scenario.Scenario;
import org.starling.simulator.scenario.ScenarioOptions;
import org.starling.simulator.scenario.Settings;
import org.starling.simulator.scenario.Svg;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Plays a scenario in the simulated world and tells what was measured. */
@Command(
        name = "simulate",
        description = {
            "Plays a scenario: production nodes in one thread, on a simulated clock, network and disks. The same seed gives"
                    + " the same history, to the last event.",
            "",
            "Scenarios, with what only they take by --set:"
        },
        footerHeading = "%n",
        footer = "Exit status: 0 if all that must hold held, 2 if not, 1 for a wrong command line.")
final class SimulateCommand implements Callable<Integer> {
    private static final int VIOLATED = 2;
    private static final long SHOW_NANOS = 1_000_000_000L;
    private static final long SHOW_ELSEWHERE_NANOS = 15_000_000_000L;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Parameters(
            index = "0",
            paramLabel = "SCENARIO",
            completionCandidates = Names.class,
            description = "${COMPLETION-CANDIDATES}")
    private String name = "";

    @Option(names = "--nodes", paramLabel = "N", description = "honest nodes")
    private @Nullable Integer nodes;

    @Option(names = "--seed", paramLabel = "S", description = "of all that is random (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Option(names = "--minutes", paramLabel = "M", description = "simulated time after the mesh has formed")
    private @Nullable Double minutes;

    @Option(
            names = "--reachable",
            paramLabel = "SHARE",
            description = "of the nodes that others can connect to; the rest is behind NAT (default: ${DEFAULT-VALUE})")
    private double reachable = 0.5;

    @Option(names = "--transactions", paramLabel = "RATE", description = "transactions sent in a second")
    private @Nullable Double transactions;

    @Option(names = "--block-minutes", paramLabel = "M", description = "mean time between blocks")
    private @Nullable Double blockMinutes;

    @Option(names = "--encrypted", description = "links speak BIP-0324; slower to simulate")
    private boolean encrypted;

    @Option(names = "--set", paramLabel = "OPTION=VALUE", description = "an option of the scenario, listed above")
    private Map<String, String> own = new TreeMap<>();

    @Option(names = "--out", paramLabel = "DIR", description = "write report.json and pictures (SVG) there")
    private @Nullable Path directory;

    private final PrintStream out = System.out;

    /** Names of the scenarios, for the help. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Scenario.all().stream().map(Scenario::name).iterator();
        }
    }

    /** Adds the scenarios and their options to the help. */
    static void describe(CommandLine simulate) {
        CommandLine.Model.UsageMessageSpec usage = simulate.getCommandSpec().usageMessage();
        List<String> lines = new ArrayList<>(List.of(usage.description()));
        for (Scenario scenario : Scenario.all()) {
            lines.add(String.format("  %-12s %s", scenario.name(), scenario.summary()));
            for (Scenario.Option option : scenario.options()) {
                lines.add(String.format(
                        "      %-10s %s (default: %s)", option.name(), option.meaning(), option.otherwise()));
            }
        }
        usage.description(lines.toArray(String[]::new));
    }

    @Override
    public Integer call() throws UsageException {
        Scenario scenario = scenario();
        for (String given : own.keySet()) {
            if (scenario.options().stream().noneMatch(option -> option.name().equals(given))) {
                throw new UsageException(
                        "Scenario " + name + " has no option " + given + ": see ./starling simulate --help.");
            }
        }
        Show show = new Show();
        Report report;
        try {
            Scenario.Defaults usual = scenario.defaults();
            Settings settings = new Settings(
                    nodes == null ? usual.nodes() : nodes,
                    seed,
                    minutes == null ? usual.minutes() : minutes,
                    reachable,
                    encrypted,
                    transactions == null ? usual.transactionsPerSecond() : transactions,
                    blockMinutes == null ? usual.blockMinutes() : blockMinutes,
                    new ScenarioOptions(own));
            out.printf("%s: %s%n", scenario.name(), scenario.summary());
            report = Run.play(scenario, settings, show);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        show.end();
        tell(report, show);
        if (directory != null) {
            write(report, directory);
        }
        return report.good() ? 0 : VIOLATED;
    }

    private Scenario scenario() throws UsageException {
        for (Scenario scenario : Scenario.all()) {
            if (scenario.name().equals(name)) {
                return scenario;
            }
        }
        throw new UsageException("There is no scenario " + name + "; there are "
                + String.join(", ", Scenario.all().stream().map(Scenario::name).toList()) + ".");
    }

    private void tell(Report report, Show show) {
        int width = report.figures().stream()
                .mapToInt(figure -> figure.name().length())
                .max()
                .orElse(1);
        for (Report.Figure figure : report.figures()) {
            out.printf("  %-" + width + "s  %12s %s%n", figure.name(), number(figure.value()), figure.unit());
        }
        out.println();
        report.notes().forEach(note -> out.println("Note: " + note));
        out.printf(
                Locale.ROOT,
                "%.1f simulated minutes (%,d events) in %.1f s of this machine, %.1f times as fast; trace %s%n",
                show.simulatedMinutes(),
                report.events(),
                show.seconds(),
                60 * show.simulatedMinutes() / show.seconds(),
                report.trace());
        report.violations().forEach(what -> out.println("VIOLATED: " + what));
        if (!report.good()) {
            out.println("To see this again: ./starling simulate " + String.join(" ", report.command()));
        }
    }

    private static String number(double value) {
        if (!Double.isFinite(value)) {
            return "never";
        }
        double size = Math.abs(value);
        String format = value == Math.rint(value) && size < 1e9 ? "%,.0f" : size < 10 ? "%.3f" : "%,.1f";
        return String.format(Locale.ROOT, format, value);
    }

    private void write(Report report, Path folder) throws UsageException {
        try {
            Files.createDirectories(folder);
            JsonMapper json = JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build();
            write(folder.resolve("report.json"), json.writeValueAsString(report) + "\n");
            for (Report.Chart chart : report.charts()) {
                write(folder.resolve(chart.name() + ".svg"), Svg.of(chart));
            }
            for (int i = 0; i < report.meshes().size(); i++) {
                write(
                        folder.resolve("mesh-" + i + ".svg"),
                        Svg.of(report.meshes().get(i)));
            }
            out.println("Written to " + folder + ".");
        } catch (IOException e) {
            throw new UsageException("Cannot write to " + folder + ": " + e.getMessage());
        }
    }

    private static void write(Path file, String content) throws IOException {
        Files.write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /** How far the run is: one line that changes on a terminal, a line now and then elsewhere. */
    private final class Show implements Run.Progress {
        private final boolean terminal = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent();
        private final long began = System.nanoTime();
        private long shown = began;
        private double simulatedMinutes;

        @Override
        public void at(String phase, double simulated, long events) {
            simulatedMinutes = simulated;
            long now = System.nanoTime();
            if (now - shown < (terminal ? SHOW_NANOS : SHOW_ELSEWHERE_NANOS)) {
                return;
            }
            shown = now;
            String line = String.format(
                    Locale.ROOT, "%.0f s: %s, simulated minute %.1f, %,d events", seconds(), phase, simulated, events);
            if (terminal) {
                out.printf("\r%-79s", line);
                out.flush();
            } else {
                out.println(line);
            }
        }

        double simulatedMinutes() {
            return simulatedMinutes;
        }

        double seconds() {
            return (System.nanoTime() - began) / 1e9;
        }

        void end() {
            if (terminal) {
                out.printf("\r%-79s\r", "");
            }
        }
    }
}
