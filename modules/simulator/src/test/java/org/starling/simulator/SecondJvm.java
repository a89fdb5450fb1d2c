package org.starling.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of its own, with other salts and another heap, for what must come out the same in each. */
public final class SecondJvm {
    private static final long LIMIT_SECONDS = 300;

    private SecondJvm() {}

    public static Process start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx1500m",
                "-XX:+UnlockExperimentalVMOptions",
                "-XX:hashCode=0",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                        + File.pathSeparator));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Waits for its end, and returns the last line that it printed. */
    public static String lastLine(Process process) throws IOException, InterruptedException {
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        return printed.lines().reduce("", (before, line) -> line);
    }
}
