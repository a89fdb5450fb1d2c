package org.starling.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./starling bench}. */
@Command(
        name = "starling bench",
        description = "Measures how fast this machine validates.",
        synopsisSubcommandLabel = "BENCHMARK",
        subcommands = {JmhCommand.class})
public final class Bench implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    private Bench() {}

    public static void main(String[] arguments) {
        int status = new CommandLine(new Bench())
                .setParameterExceptionHandler((failure, given) -> {
                    System.err.println("Error: " + failure.getMessage());
                    return 1;
                })
                .execute(arguments);
        if (status != 0) {
            System.exit(status);
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which benchmark? ./starling bench --help lists them");
    }
}
