package org.starling.app.tool;

import picocli.CommandLine.Command;

/** The parent of the offline tools. */
@Command(
        name = "tool",
        description = "Checks transactions, scripts and blocks offline.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "TOOL",
        subcommands = {
            VerifyInputCommand.class,
            VerifyScriptCommand.class,
            SighashCommand.class,
        })
public final class ToolCommand {}
