package org.starling.app.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.starling.bytes.Bytes;
import org.starling.world.SeededRandomness;

/**
 * Gives every decoder what nobody should send. Kept inputs are lines of hexadecimal digits in {@code fuzz/TARGET.hex}; what
 * is found goes there as well. {@code -Dstarling.fuzz.seconds=3600} soaks for an hour, and {@code -Dstarling.fuzz.target}
 * looks at one alone; {@code -Dstarling.fuzz.seed} begins elsewhere.
 */
class FuzzTest {
    private static final int MUTATIONS = 3_000;
    private static final int USUAL_SECONDS = 30;
    private static final int SECONDS = Integer.getInteger("starling.fuzz.seconds", USUAL_SECONDS);

    /** What a usual run does must not depend on the day: a soak may find more, but not the run that checks a change. */
    private static final int SEED = Integer.getInteger("starling.fuzz.seed", 20_261_123);

    private static final long RUNS = Long.getLong("starling.fuzz.runs", SECONDS == USUAL_SECONDS ? 60_000 : -1);
    private static final String ONLY = System.getProperty("starling.fuzz.target", "");

    static Set<String> targets() {
        return Targets.ALL.keySet();
    }

    private static List<byte[]> kept(String target) throws IOException {
        List<byte[]> inputs = new ArrayList<>();
        try (InputStream file = FuzzTest.class.getResourceAsStream("/fuzz/" + target + ".hex")) {
            assertThat(file).as("fuzz/%s.hex", target).isNotNull();
            for (String line : new String(file.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList()) {
                if (!line.startsWith("#")) {
                    inputs.add(Bytes.fromHex(line).toArray());
                }
            }
        }
        return inputs;
    }

    @ParameterizedTest
    @MethodSource("targets")
    void whatWasKeptAndMutationsOfIt(String name) throws Exception {
        Target target = Targets.ALL.get(name);
        List<byte[]> kept = kept(name);
        assertThat(kept).isNotEmpty();
        for (byte[] input : kept) {
            give(name, target, input);
        }
        SeededRandomness random = new SeededRandomness(20_261_123).child(name);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] input = kept.get(random.below(kept.size()));
            for (int changes = 1 + random.below(4); changes > 0; changes--) {
                input = mutated(input, random);
            }
            give(name, target, input);
        }
    }

    private static void give(String name, Target target, byte[] input) {
        try {
            target.accept(input);
        } catch (Throwable e) {
            throw new AssertionError(
                    "add to fuzz/" + name + ".hex: " + Bytes.wrap(input).hex(), e);
        }
    }

    private static byte[] mutated(byte[] input, SeededRandomness random) {
        int at = random.below(input.length + 1);
        switch (random.below(5)) {
            case 0 -> {
                return Arrays.copyOf(input, at);
            }
            case 1 -> {
                byte[] more = Arrays.copyOf(input, input.length + 1 + random.below(8));
                System.arraycopy(input, at, more, at + more.length - input.length, input.length - at);
                return more;
            }
            case 2 -> {
                byte[] extreme = input.clone();
                Arrays.fill(extreme, at, Math.min(input.length, at + 1 + random.below(8)), (byte) -random.below(2));
                return extreme;
            }
            default -> {
                byte[] changed = input.clone();
                if (at < input.length) {
                    changed[at] = (byte) random.below(256);
                }
                return changed;
            }
        }
    }

    /** Jazzer looks for inputs that reach code which none has reached before. */
    @Test
    void whatCoverageLeadsTo(@TempDir Path folder) throws Exception {
        Path corpus = Files.createDirectory(folder.resolve("corpus"));
        List<String> names = List.copyOf(Targets.ALL.keySet());
        for (String name : ONLY.isEmpty() ? names : List.of(ONLY)) {
            List<byte[]> kept = kept(name);
            for (int i = 0; i < kept.size(); i++) {
                byte[] number = {(byte) names.indexOf(name)};
                Files.write(
                        corpus.resolve(name + "-" + i),
                        Bytes.concat(Bytes.wrap(number), Bytes.wrap(kept.get(i)))
                                .toArray());
            }
        }
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(command(corpus, folder))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(SECONDS + 90L, TimeUnit.SECONDS))
                    .as("it ends")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(log, StandardCharsets.ISO_8859_1);
        if (process.exitValue() != 0) {
            throw new AssertionError(finding(folder, names) + said.substring(Math.max(0, said.length() - 6_000)));
        }
        assertThat(said).containsPattern("Done [0-9]+ runs");
    }

    private static List<String> command(Path corpus, Path folder) {
        return List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx1g",
                "-Dstarling.fuzz.target=" + ONLY,
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=org.starling.app.fuzz.Fuzzer",
                "--instrumentation_includes=org.starling.**",
                "--custom_hook_includes=org.starling.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/found-",
                "-seed=" + SEED,
                "-runs=" + RUNS,
                "-max_total_time=" + SECONDS,
                "-max_len=4096",
                "-timeout=10",
                "-rss_limit_mb=0",
                corpus.toString());
    }

    /** Names the input that was found, as it can be kept. */
    private static String finding(Path folder, List<String> names) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            StringBuilder text = new StringBuilder();
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith("found-"))
                    .toList()) {
                Bytes input = Bytes.wrap(Files.readAllBytes(file));
                String name = ONLY.isEmpty() ? names.get(input.unsigned(0) % names.size()) : ONLY;
                text.append("add to fuzz/")
                        .append(name)
                        .append(".hex: ")
                        .append(input.from(1).hex())
                        .append('\n');
            }
            return text.toString();
        }
    }
}
