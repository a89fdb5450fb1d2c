package org.starling.app.tool;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the offline tools. */
@Command(
        name = "tool",
        description = "Checks transactions, scripts and blocks offline.",
        synopsisSubcommandLabel = "TOOL",
        subcommands = {
            VerifyInputCommand.class,
            VerifyScriptCommand.class,
            SighashCommand.class,
            VerifyBlockCommand.class,
        })
public final class ToolCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which tool? ./starling tool --help lists them");
    }
}
