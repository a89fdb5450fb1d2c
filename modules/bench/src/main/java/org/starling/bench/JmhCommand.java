package org.starling.bench;

import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench jmh}: small things, on one thread. */
@Command(
        name = "jmh",
        description = {
            "Measures small things on one thread: verification of inputs, signature hashes, txids, block parsing, MuHash."
        })
final class JmhCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PATTERN",
            arity = "0..1",
            defaultValue = "",
            description = "Regular expression that a benchmark's name must contain; all without it.")
    private String pattern = "";

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "2",
            description = "Seconds of each of two warm-up and three measured rounds (${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Override
    public Integer call() {
        if (seconds < 1) {
            throw new ParameterException(spec.commandLine(), "--seconds: " + seconds + " is not at least 1");
        }
        try {
            new Runner(new OptionsBuilder()
                            .include("org\\.starling\\.bench\\..*" + pattern)
                            .warmupIterations(2)
                            .warmupTime(TimeValue.seconds(seconds))
                            .measurementIterations(3)
                            .measurementTime(TimeValue.seconds(seconds))
                            .forks(1)
                            .threads(1)
                            .verbosity(VerboseMode.NORMAL)
                            .jvmArgsAppend(
                                    "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")
                            .build())
                    .run();
            return 0;
        } catch (RunnerException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }
}
