package org.starling.bench;

import java.io.IOException;
import org.starling.world.StorageException;
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
        subcommands = {GenerateCommand.class, ConnectCommand.class, MempoolCommand.class, JmhCommand.class})
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
                .setParameterExceptionHandler((failure, given) -> complain(failure))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof IOException || failure instanceof StorageException) {
                        return complain(failure);
                    }
                    throw failure;
                })
                .execute(arguments);
        if (status != 0) {
            System.exit(status);
        }
    }

    private static int complain(Exception failure) {
        System.err.println("Error: " + failure.getMessage());
        return 1;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which benchmark? ./starling bench --help lists them");
    }
}
