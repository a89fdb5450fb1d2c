package org.starling.app.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ToolCommandTest {
    private static final String P2PKH = "76a914751e76e8199196d454941c45d1b3a323f1433bd688ac";
    private static final String G = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

    private record Run(int status, List<String> lines) {}

    private static Run run(LineCommand command, String input, String... options) {
        StringWriter written = new StringWriter();
        command.readFrom(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        int status = new CommandLine(command).setOut(new PrintWriter(written)).execute(options);
        return new Run(status, written.toString().lines().toList());
    }

    private static Path vectors(String name) {
        Path path = Path.of(System.getProperty("starling.vectors", "")).resolve(name);
        assumeTrue(Files.exists(path), "vectors: " + path + " is missing");
        return path;
    }

    @Test
    void verifyScriptAnswersEachLine() {
        Run run = run(new VerifyScriptCommand(), """
                {"scriptSig":"51","scriptPubKey":"51","flags":""}
                {"scriptSig":"00","scriptPubKey":"","flags":"P2SH"}
                {"scriptSig":"0101","scriptPubKey":"75","flags":"P2SH,MINIMALDATA"}

                {"scriptSig":"","scriptPubKey":"00200000000000000000000000000000000000000000000000000000000000000001",
                "witness":["51"]}
                """.replace(",\n\"witness", ",\"witness"));
        assertThat(run.lines)
                .containsExactly("OK", "FAIL EVAL_FALSE", "FAIL MINIMALDATA", "FAIL WITNESS_PROGRAM_MISMATCH");
        assertThat(run.status).isEqualTo(1);
        assertThat(run(new VerifyScriptCommand(), "{\"scriptSig\":\"51\",\"scriptPubKey\":\"51\"}").status)
                .isZero();
    }

    @Test
    void aLineThatMakesNoSenseFailsWithASentenceAndTheNextIsRead() {
        Run run = run(new VerifyScriptCommand(), """
                {"scriptSig":
                [1]
                {"scriptSig":"5","scriptPubKey":"51"}
                {"scriptSig":"51"}
                {"scriptSig":"51","scriptPubKey":"51","flags":"P2SH,NOSUCH"}
                {"scriptSig":"51","scriptPubKey":"51","amount":1.5}
                {"scriptSig":"51","scriptPubKey":"51","witness":["zz"]}
                {"scriptSig":"51","scriptPubKey":"51"} trailing
                {"scriptSig":"51","scriptPubKey":"51"}
                """);
        assertThat(run.lines).hasSize(9);
        assertThat(run.lines.get(0)).startsWith("FAIL not JSON: ");
        assertThat(run.lines.get(1)).isEqualTo("FAIL not a JSON object");
        assertThat(run.lines.get(2)).startsWith("FAIL scriptSig: a string of an even number of hexadecimal digits");
        assertThat(run.lines.get(3)).isEqualTo("FAIL scriptPubKey: missing");
        assertThat(run.lines.get(4)).isEqualTo("FAIL flags: unknown script flag: NOSUCH");
        assertThat(run.lines.get(5)).isEqualTo("FAIL amount: a whole number is expected, not 1.5");
        assertThat(run.lines.get(6)).startsWith("FAIL witness[0]: ");
        assertThat(run.lines.get(7)).startsWith("FAIL not JSON: ");
        assertThat(run.lines.get(8)).isEqualTo("OK");
        assertThat(run.status).isEqualTo(1);
    }

    @Test
    void verifyInputWantsAnOutputForEachInput() {
        String tx = "0100000001" + "00".repeat(32) + "00000000" + "00" + "ffffffff" + "00" + "00000000";
        Run run = run(new VerifyInputCommand(), """
                {"tx":"%1$s","prevouts":["00000000000000000151"],"index":0,"flags":"P2SH"}
                {"tx":"%1$s","prevouts":[],"index":0,"flags":"P2SH"}
                {"tx":"%1$s","prevouts":["00000000000000000151"],"index":1,"flags":"P2SH"}
                {"tx":"%1$s","prevouts":["000000000000000001"],"index":0}
                {"tx":"%1$s00","prevouts":["00000000000000000151"],"index":0}
                """.formatted(tx));
        assertThat(run.lines.get(0)).isEqualTo("OK");
        assertThat(run.lines.get(1)).isEqualTo("FAIL prevouts: 0 for 1 inputs; one for each is expected");
        assertThat(run.lines.get(2)).isEqualTo("FAIL index: 1 is not from 0 to 0");
        assertThat(run.lines.get(3)).startsWith("FAIL prevouts[0]: not a transaction output: ");
        assertThat(run.lines.get(4)).startsWith("FAIL tx: not a transaction: ");
    }

    @Test
    void explainsWhichOpcodeFailed() {
        String line = "{\"scriptSig\":\"0021" + G.replace("79", "78") + "\",\"scriptPubKey\":\"" + P2PKH + "\"}";
        assertThat(run(new VerifyScriptCommand(), line, "--explain").lines)
                .containsExactly(
                        "FAIL EQUALVERIFY",
                        "  Script failed an OP_EQUALVERIFY operation",
                        "  in the scriptPubKey, operation 4 at byte 23: OP_EQUALVERIFY",
                        "  stack before it, top first: 751e76e8199196d454941c45d1b3a323f1433bd6, "
                                + "29480a09cc04f566edbe307ad35e5751e692a8ec, " + G.replace("79", "78") + ", (empty)");
    }

    @Test
    void explainsAFailureOfNoOpcode() {
        String line = "{\"scriptSig\":\"00\",\"scriptPubKey\":\"61\"}";
        assertThat(run(new VerifyScriptCommand(), line, "--explain").lines)
                .containsExactly(
                        "FAIL EVAL_FALSE",
                        "  Script evaluated without error but finished with a false/empty top stack element",
                        "  no opcode failed; the scriptPubKey ran last",
                        "  stack after it, top first: (empty)");
    }

    @Test
    void sighashOfEveryVectorOfCore() throws Exception {
        JsonNode rows = JsonMapper.builder()
                .build()
                .readTree(vectors("core/sighash.json").toFile());
        StringBuilder input = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (JsonNode row : rows) {
            if (row.size() > 1) {
                input.append("{\"tx\":%s,\"script\":%s,\"index\":%s,\"type\":%s}\n"
                        .formatted(row.get(0), row.get(1), row.get(2), row.get(3)));
                expected.append(row.get(4).asString()).append('\n');
            }
        }
        Run run = run(new SighashCommand(), input.toString());
        assertThat(run.status).isZero();
        assertThat(run.lines).isEqualTo(expected.toString().lines().toList());
    }

    @Test
    void verifyInputOfEveryTaprootAsset() throws Exception {
        String all = Files.readAllLines(vectors("taproot_script_assets.jsonl")).stream()
                .map(ToolCommandTest::successLine)
                .collect(Collectors.joining("\n"));
        Run run = run(new VerifyInputCommand(), all, "--explain");
        assertThat(run.lines).hasSize(1647).containsOnly("OK");
        assertThat(run.status).isZero();
    }

    /** Puts the unlocking scripts, which the assets hold apart, into the transaction. */
    private static String successLine(String asset) {
        JsonNode node = JsonMapper.builder().build().readTree(asset);
        return "{\"tx\":\"%s\",\"prevouts\":%s,\"index\":%s,\"flags\":%s}"
                .formatted(
                        Assets.withUnlocking(node, "success"),
                        node.get("prevouts"),
                        node.get("index"),
                        node.get("flags"));
    }
}
