package org.starling.app.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerifyBlockCommandTest {
    @TempDir
    private Path folder;

    private record Run(int status, List<String> lines) {}

    private static Run run(Path block, Path prevouts, String chain, int height, String... more) {
        StringWriter written = new StringWriter();
        List<String> arguments = new java.util.ArrayList<>(List.of(
                block.toString(), "--prevouts", prevouts.toString(), "--chain", chain, "--height", "" + height));
        arguments.addAll(List.of(more));
        int status = new picocli.CommandLine(new VerifyBlockCommand())
                .setOut(new PrintWriter(written))
                .execute(arguments.toArray(String[]::new));
        return new Run(status, written.toString().lines().toList());
    }

    private static Path vector(String name) {
        Path path = Path.of(System.getProperty("starling.vectors", "")).resolve("blocks/" + name);
        assumeTrue(Files.exists(path), "vectors: " + path + " is missing");
        return path;
    }

    @ParameterizedTest
    @CsvSource({"300025, main", "1087400, test", "928927, test"})
    void blocksOfThePublicChainsPassWithTheirScripts(int height, String chain) {
        Run run = run(vector(height + ".block"), vector(height + ".prevouts"), chain, height);
        assertThat(run.lines.getFirst()).isEqualTo("OK");
        assertThat(run.status).isZero();
        assertThat(run.lines).anyMatch(line -> line.contains("difficulty")).anyMatch(line -> line.contains("BIP-0030"));
    }

    /** Each change breaks another rule. */
    @Test
    void changedBlocksFailWithTheReason() throws IOException {
        byte[] block = Files.readAllBytes(vector("300025.block"));
        byte[] prevouts = Files.readAllBytes(vector("300025.prevouts"));

        byte[] otherNonce = block.clone();
        otherNonce[79] ^= 1;
        assertThat(first(otherNonce, prevouts)).startsWith("FAIL high-hash");

        byte[] otherLockTime = block.clone();
        otherLockTime[block.length - 1] ^= 1;
        assertThat(first(otherLockTime, prevouts)).startsWith("FAIL bad-txnmrklroot");

        byte[] otherKeyHash = prevouts.clone();
        otherKeyHash[12] ^= 1;
        assertThat(first(block, otherKeyHash))
                .startsWith("FAIL mandatory-script-verify-flag-failed (Script failed an OP_EQUALVERIFY operation)")
                .contains("EQUALVERIFY at input 0 of transaction");

        byte[] lessMoney = prevouts.clone();
        lessMoney[3] = 0;
        lessMoney[2] = 0;
        assertThat(first(block, lessMoney)).startsWith("FAIL bad-txns-in-belowout");

        assertThat(first(java.util.Arrays.copyOf(block, block.length - 1), prevouts))
                .contains("is not one block");
        assertThat(first(block, java.util.Arrays.copyOf(prevouts, prevouts.length - 1)))
                .contains("is not an output");
        assertThat(first(block, new byte[0])).startsWith("FAIL the block has ");
    }

    @Test
    void explainsAScriptThatFails() throws IOException {
        byte[] prevouts = Files.readAllBytes(vector("300025.prevouts"));
        prevouts[12] ^= 1;
        Path changed = Files.write(folder.resolve("prevouts"), prevouts);
        Run run = run(vector("300025.block"), changed, "main", 300025, "--explain");
        assertThat(run.status).isEqualTo(1);
        assertThat(run.lines.get(2)).isEqualTo("  in the scriptPubKey, operation 4 at byte 23: OP_EQUALVERIFY");
    }

    @Test
    void whatCannotBeReadIsSaid() {
        Path missing = folder.resolve("missing");
        assertThat(run(missing, missing, "main", 1).lines).containsExactly("FAIL there is no file " + missing);
        assertThat(run(missing, missing, "moon", 1).lines.getFirst())
                .startsWith("FAIL --chain: no chain is called moon");
        assertThat(run(missing, missing, "main", 0).lines.getFirst()).startsWith("FAIL --height: 0 ");
    }

    private String first(byte[] block, byte[] prevouts) throws IOException {
        Run run = run(
                Files.write(folder.resolve("block"), block),
                Files.write(folder.resolve("prevouts"), prevouts),
                "main",
                300025);
        assertThat(run.status).isEqualTo(1);
        return run.lines.getFirst();
    }
}
