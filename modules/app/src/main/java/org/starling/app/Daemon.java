package org.starling.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the node in the background ({@code -daemon}, {@code -daemonwait}). A Java machine cannot fork, so a second one is
 * started with the same arguments, out of the terminal's reach, and this one ends.
 */
final class Daemon {
    /** System property that tells a process that it is the one in the background. */
    private static final String DETACHED = "starling.detached";

    /** What a process in the background says once it can be asked. */
    static final String READY = "Starling is running";

    /** Neither the end of the session nor a key on the terminal is to end it. */
    private static final String LEAVE_TERMINAL =
            "if command -v setsid >/dev/null 2>&1; then exec setsid \"$@\"; fi; trap '' HUP INT; exec \"$@\"";

    private Daemon() {}

    /** Whether this process is to start the node in another. */
    static boolean isWanted(Settings settings) {
        return !isDetached() && (settings.flag("daemon", false) || settings.flag("daemonwait", false));
    }

    /** Whether this process is the one in the background. */
    static boolean isDetached() {
        return System.getProperty(DETACHED) != null;
    }

    /**
     * Starts it and returns the exit status: at once, or with {@code -daemonwait} when it can be asked or has failed, in
     * which case it has said why.
     */
    static int start(Settings settings, List<String> arguments, PrintStream out, PrintStream err)
            throws UsageException {
        out.println("Starling starting");
        out.flush();
        boolean waits = settings.flag("daemonwait", false);
        ProcessBuilder builder = new ProcessBuilder(command(arguments))
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(waits ? ProcessBuilder.Redirect.PIPE : ProcessBuilder.Redirect.DISCARD)
                .redirectError(waits ? ProcessBuilder.Redirect.PIPE : ProcessBuilder.Redirect.DISCARD);
        try {
            Process process = builder.start();
            return waits ? await(process, settings.flag("web", true), out, err) : 0;
        } catch (IOException e) {
            throw new UsageException("The node cannot be started in the background: " + e.getMessage());
        }
    }

    private static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", LEAVE_TERMINAL, "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-D" + DETACHED + "=true");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "node"));
        command.addAll(arguments);
        return command;
    }

    private static int await(Process process, boolean web, PrintStream out, PrintStream err) throws IOException {
        Thread complaints = Thread.ofVirtual().start(() -> copy(process.getErrorStream(), err));
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                if (line.startsWith(READY)) {
                    if (web) {
                        out.println(said.readLine()); // where the page is, with its secret
                    }
                    return 0;
                }
            }
            complaints.join();
            int status = process.waitFor();
            return status == 0 ? 1 : status;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private static void copy(InputStream from, PrintStream to) {
        try {
            from.transferTo(to);
            to.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
