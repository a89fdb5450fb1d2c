package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.starling.platform.DataDirectoryLock;

/** Imports real blocks through the command line. */
class ImportCommandTest {
    private static final Path BLOCKS =
            Path.of(System.getProperty("starling.vectors", ""), "blocks/mainnet-first-439.blk.dat");

    @TempDir
    Path folder;

    private Path data;

    @BeforeEach
    void prepare() throws IOException {
        assumeTrue(Files.exists(BLOCKS), "vectors: " + BLOCKS + " is not there");
        data = Files.createDirectory(folder.resolve("data"));
    }

    @Test
    void importsTheFirstBlocksOfMainnetOnce() {
        Output first = run(BLOCKS.toString());
        assertThat(first.status).isZero();
        assertThat(first.err).isEmpty();
        assertThat(first.out).contains("439 blocks read, ").contains("at height 438.");
        assertThat(run(BLOCKS.toString()).out)
                .contains("439 blocks read, 0 new")
                .contains("at height 438.");
    }

    @Test
    void whatIsDamagedIsToldWithItsPlaceAndTheRestIsTaken() throws IOException {
        byte[] bytes = Files.readAllBytes(BLOCKS);
        bytes[50_000] ^= 1;
        Path damaged = folder.resolve("damaged.dat");
        Files.write(damaged, Arrays.copyOf(bytes, bytes.length - 10));
        Output output = run(damaged.toString());
        assertThat(output.status).isEqualTo(1);
        assertThat(output.err).contains(damaged + ", byte 49").contains("byte 9");
        Output rest = run(BLOCKS.toString());
        assertThat(rest.status).isZero();
        assertThat(rest.out).contains("at height 438.");
    }

    @Test
    void aDirectoryInUseOrAWrongFileIsOneClearLine() {
        try (DataDirectoryLock _ = DataDirectoryLock.acquire(data)) {
            Output output = run(BLOCKS.toString());
            assertThat(output.status).isEqualTo(1);
            assertThat(output.err)
                    .isEqualTo("Error: Cannot obtain a lock on data directory " + data
                            + ". Starling is probably already running.\n");
        }
        assertThat(run(folder.resolve("none.dat").toString()).err).startsWith("Error: Cannot read ");
        assertThat(run(data.toString()).err).startsWith("Error: There are no block files");
    }

    private record Output(int status, String out, String err) {}

    private Output run(String... arguments) {
        PrintStream oldOut = System.out;
        PrintStream oldErr = System.err;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            List<String> all = new ArrayList<>(List.of("import", "--datadir=" + data));
            all.addAll(List.of(arguments));
            int status = Main.run(all);
            return new Output(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(oldOut);
            System.setErr(oldErr);
        }
    }
}
