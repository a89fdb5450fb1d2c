package org.starling.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.starling.bytes.Hash256;

@Timeout(600)
class ConvergenceTest {
    @Test
    void fiftyNodesConvergeAndTheTraceIsAFunctionOfTheSeed() throws Exception {
        Process twin = secondJvm(1);
        Hash256 first = new ConvergenceScenario(1).play();
        Hash256 other = new ConvergenceScenario(2).play();
        String elsewhere = new String(twin.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(twin.waitFor(300, TimeUnit.SECONDS)).isTrue();
        assertThat(elsewhere.lines().toList()).as(elsewhere).last().isEqualTo(first.toString());
        assertThat(other).isNotEqualTo(first);
    }

    /** The same scenario in a JVM of its own, with other salts and another heap. */
    private static Process secondJvm(long seed) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx1500m",
                "-XX:+UnlockExperimentalVMOptions",
                "-XX:hashCode=0",
                "-cp",
                classPath()));
        command.addAll(List.of(ConvergenceScenario.class.getName(), Long.toString(seed)));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                + File.pathSeparator;
    }
}
