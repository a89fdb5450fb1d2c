package org.starling.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.starling.app.demo.DemoCommand;
import org.starling.app.tool.ToolCommand;
import org.starling.bytes.Bytes;
import org.starling.crypto.Blinding;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Where the program begins. {@code node}, {@code cli}, {@code observe} and {@code wallet} take options in Bitcoin Core's manner, the others in POSIX's. */
@Command(
        name = "starling",
        description = "A peer-to-peer node.",
        subcommands = {DemoCommand.class, ImportCommand.class, SimulateCommand.class, ToolCommand.class})
public final class Main {
    private Main() {}

    /** Runs the command that the first argument names and exits with its status. */
    public static void main(String[] arguments) {
        Blinding.seedFrom(Main::blindingSeed);
        int status = run(Arrays.asList(arguments));
        System.out.flush();
        System.err.flush();
        System.exit(status);
    }

    private static Bytes blindingSeed() {
        byte[] seed = new byte[Blinding.SEED_BYTES];
        new SecureRandom().nextBytes(seed);
        return Bytes.wrap(seed);
    }

    static int run(List<String> arguments) {
        if (arguments.isEmpty()) {
            System.out.print(overview());
            return 0;
        }
        List<String> rest = arguments.subList(1, arguments.size());
        return switch (arguments.getFirst()) {
            case "node" -> new NodeCommand(System.out, System.err).run(rest);
            case "cli" -> new ClientCommand(System.out, System.err).run(rest);
            case "observe" -> new ObserveCommand(System.out, System.err).run(rest);
            case "wallet" -> new WalletCommand(System.out, System.err, Prompt.OF_MACHINE).run(rest);
            case "rehearse" -> Rehearsal.run();
            default -> posix(arguments);
        };
    }

    private static int posix(List<String> arguments) {
        CommandLine line = new CommandLine(new Main());
        SimulateCommand.describe(Objects.requireNonNull(line.getSubcommands().get("simulate")));
        return line.setParameterExceptionHandler((failure, given) -> complain(System.err, failure.getMessage()))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof UsageException) {
                        return complain(System.err, failure.getMessage());
                    }
                    throw failure;
                })
                .execute(arguments.toArray(String[]::new));
    }

    private static int complain(PrintStream to, @Nullable String message) {
        to.println("Error: " + message);
        return 1;
    }

    private static String overview() {
        try (InputStream text = Main.class.getResourceAsStream("overview.txt")) {
            if (text == null) {
                throw new AssertionError("overview.txt is part of the program");
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError("overview.txt is part of the program", e);
        }
    }
}
