package org.starling.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchTest {
    @TempDir
    Path folder;

    @Test
    void aGeneratedChainIsValidAndTheSameForTheSameSeed() throws IOException {
        Path file = folder.resolve("blocks.dat");
        Path again = folder.resolve("again.dat");
        String made = run(new GenerateCommand(), file.toString(), "--blocks", "3", "--inputs", "60");
        run(new GenerateCommand(), again.toString(), "--blocks", "3", "--inputs", "60");
        assertThat(Files.mismatch(file, again)).isEqualTo(-1);
        assertThat(made).startsWith("112 blocks, ");
        byte[] before = Files.readAllBytes(file);
        String connected = run(new ConnectCommand(), file.toString(), "--muhash");
        assertThat(connected).contains("height 111, 111 blocks").contains("muhash:");
        assertThat(connected).containsPattern("total:   [0-9.]+ s, [0-9.]+ CPU s, peak memory [0-9]+ MB");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void aMempoolIsFilledMinedAndEmptied() {
        String printed = run(new MempoolCommand(), "--transactions", "2000");

        assertThat(printed).contains("2000 of 2000 accepted").containsPattern("memory: +[1-9][0-9]+ bytes each");
        assertThat(printed).containsPattern("worth (1\\.0|0\\.999)");
    }

    private static String run(Object command, String... arguments) {
        PrintStream out = System.out;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            assertThat(new CommandLine(command).execute(arguments)).isZero();
        } finally {
            System.setOut(out);
        }
        return captured.toString(StandardCharsets.UTF_8);
    }
}
