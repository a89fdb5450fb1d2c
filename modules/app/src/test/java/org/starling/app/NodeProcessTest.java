package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The node as a process of its own, asked through the client, as an operator has it. */
class NodeProcessTest {
    private static final String ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

    @TempDir
    Path folder;

    private NodeProcess node;

    @BeforeEach
    void choosePorts() throws Exception {
        node = new NodeProcess(folder);
    }

    @AfterEach
    void kill() {
        node.close();
    }

    private Process startAsTestsDo(String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(
                "-logtimemicros",
                "-debug",
                "-debugexclude=libevent",
                "-debugexclude=leveldb",
                "-debugexclude=rand",
                "-uacomment=testnode0",
                "-disablewallet",
                "-logthreadnames",
                "-logsourcelocations",
                "-loglevel=trace",
                "-v2transport=0",
                "-printtoconsole=0"));
        all.addAll(List.of(options));
        return node.start(all.toArray(String[]::new));
    }

    private NodeProcess.Answer ask(String... words) {
        return node.ask(words);
    }

    private String standardError() throws Exception {
        return node.standardError();
    }

    private int endOf(Process process) throws Exception {
        return NodeProcess.endOf(process);
    }

    @Test
    void startsMinesStopsAndGoesOn() throws Exception {
        Process process = startAsTestsDo();
        assertThat(ask("getblockcount")).isEqualTo(new NodeProcess.Answer(0, "0", ""));
        Path chain = folder.resolve("regtest");
        assertThat(chain.resolve("debug.log")).exists();
        assertThat(chain.resolve("bitcoind.pid")).hasContent(Long.toString(process.pid()));
        assertThat(chain.resolve(".cookie")).content().startsWith("__cookie__:");
        assertThat(chain.resolve("wallets")).isEmptyDirectory();
        assertThat(ask("generatetoaddress", "101", ADDRESS).status()).isZero();
        assertThat(ask("-named", "getblockhash", "height=101").out()).hasSize(64);
        assertThat(ask("getnetworkinfo").out()).contains("/Starling:0.1.0(testnode0)/");
        assertThat(ask("scantxoutset", "start", "[\"addr(" + ADDRESS + ")\"]").out())
                .contains("\"total_amount\": 5050.00000000");
        assertThat(ask("getblockhash", "102"))
                .isEqualTo(new NodeProcess.Answer(8, "", "error code: -8\nerror message:\nBlock height out of range"));
        assertThat(ask("-named", "echo", "args=[0]", "1").out()).isEmpty();
        assertThat(ask("-named", "echo", "args=[0]", "1").err()).endsWith("Parameter args specified multiple times");
        assertThat(ask("addpeeraddress", "", "8333").out()).contains("\"success\": false");
        assertThat(ask("stop").out()).isEqualTo("Starling stopping");
        assertThat(endOf(process)).isZero();
        assertThat(standardError()).isEmpty();
        assertThat(chain.resolve(".cookie")).doesNotExist();
        assertThat(chain.resolve("bitcoind.pid")).doesNotExist();

        assertThat(refusal("-mocktime=1300000000"))
                .as("that was before these blocks")
                .startsWith(": The block database contains a block which appears to be from the future.");

        process = startAsTestsDo();
        assertThat(ask("getblockcount").out()).isEqualTo("101");
        process.destroy();
        assertThat(endOf(process)).as("after SIGTERM").isZero();
        assertThat(standardError()).isEmpty();
    }

    @Test
    void aDamagedDiskEndsTheNode() throws Exception {
        Process process = startAsTestsDo();
        assertThat(ask("generatetoaddress", "3", ADDRESS).status()).isZero();
        Files.delete(folder.resolve("regtest/blocks/rev00000.dat"));
        String tip = ask("getbestblockhash").out();
        assertThat(ask("invalidateblock", tip).status()).isNotZero();
        assertThat(endOf(process)).isEqualTo(1);
        assertThat(standardError())
                .isEqualTo("Error: A fatal internal error occurred, see debug.log for details: "
                        + "Failed to disconnect block.");
    }

    @Test
    void indexesAreBuiltBesideTheRunningNode() throws Exception {
        Process process = startAsTestsDo();
        assertThat(ask("generatetoaddress", "110", ADDRESS).status()).isZero();
        String block = ask("getblockhash", "7").out();
        String txid = ask("getblock", block).out().replaceAll("(?s).*\"tx\": \\[\\s*\"([0-9a-f]{64})\".*", "$1");
        assertThat(ask("getrawtransaction", txid).err()).contains("Use -txindex");
        assertThat(ask("getblockfilter", block).err()).contains("Index is not enabled for filtertype basic");
        ask("stop");
        assertThat(endOf(process)).isZero();

        process = startAsTestsDo("-txindex", "-blockfilterindex", "-coinstatsindex");
        while (ask("getindexinfo").out().contains("\"synced\": false")) {
            Thread.sleep(50);
        }
        assertThat(ask("getindexinfo", "txindex").out().replaceAll("\\s", ""))
                .isEqualTo("{\"txindex\":{\"synced\":true,\"best_block_height\":110}}");
        assertThat(ask("getrawtransaction", txid, "1").out()).contains("\"blockhash\": \"" + block + "\"");
        assertThat(ask("getblockfilter", block).out())
                .contains("\"filter\": \"01")
                .contains("\"header\"");
        assertThat(ask("scanblocks", "start", "[\"addr(" + ADDRESS + ")\"]", "5", "9")
                        .out())
                .contains("\"from_height\": 5", block, "\"completed\": true");
        assertThat(ask("gettxoutsetinfo", "muhash", "7").out())
                .contains("\"txouts\": 7", "\"total_amount\": 350.00000000", "\"unclaimed_rewards\": 0.00000000");
        assertThat(ask("gettxoutproof", "[\"" + txid + "\"]").status()).isZero();
        ask("stop");
        assertThat(endOf(process)).isZero();

        assertThat(endOf(startAsTestsDo("-txindex", "-prune=550"))).isEqualTo(1);
        assertThat(standardError()).isEqualTo("Error: Prune mode is incompatible with -txindex.");
    }

    @Test
    void theObservatoryTellsWhoMines() throws Exception {
        Process process = startAsTestsDo();
        assertThat(ask("generatetoaddress", "30", ADDRESS).status()).isZero();
        String figures = ask("observe", "20").out().replaceAll("\\s", "");
        assertThat(figures)
                .contains("{\"name\":\"blocks_by_payout\",\"sample\":20,\"holders\":1,\"nakamoto\":{\"value\":1")
                .contains("\"eclipse\":{\"outbound_links\":0,\"operators\":0,\"holders\":[]");
        assertThat(ask("observe", "0").err()).contains("blocks must be 1 to 2016, not 0");

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int status = new ObserveCommand(new PrintStream(out), System.err)
                .run(List.of("-datadir=" + folder, "-regtest", "-rpcport=" + node.rpcPort(), "20"));
        assertThat(status).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8).replaceAll("\\s+", " "))
                .contains("Of 20 recent blocks by the script that is paid for them")
                .contains("the largest alone would do for more than half (1 to 1, were the sample another)")
                .contains("This node has opened no links.");
        ask("stop");
        assertThat(endOf(process)).isZero();
    }

    @Test
    void importsAFileWhileItRunsAndBuildsItsCoinsAgain() throws Exception {
        Process process = startAsTestsDo();
        assertThat(ask("generatetoaddress", "101", ADDRESS).status()).isZero();
        ask("stop");
        endOf(process);
        Path foreign = Files.createDirectory(folder.resolve("foreign"));
        for (String name : List.of("blk00000.dat", "xor.dat")) {
            Files.move(folder.resolve("regtest/blocks").resolve(name), foreign.resolve(name));
        }
        Files.move(folder.resolve("regtest"), folder.resolve("old"));

        process = startAsTestsDo("-loadblock=" + foreign.resolve("blk00000.dat"));
        assertThat(ask("waitforblockheight", "101").out()).contains("\"height\": 101");
        ask("stop");
        assertThat(endOf(process)).isZero();

        process = startAsTestsDo("-reindex-chainstate", "-checkblocks=0", "-checklevel=4");
        assertThat(ask("waitforblockheight", "101").out()).contains("\"height\": 101");
        assertThat(ask("verifychain", "4", "0").out()).isEqualTo("true");
        assertThat(ask("gettxoutsetinfo", "none").out()).contains("\"txouts\": 101");
        ask("stop");
        assertThat(endOf(process)).isZero();

        assertThat(endOf(startAsTestsDo("-loadblock=" + folder.resolve("none.dat"))))
                .isEqualTo(1);
        assertThat(standardError()).startsWith("Error: Cannot read " + folder.resolve("none.dat"));
    }

    @Test
    void oneProcessForADirectory() throws Exception {
        startAsTestsDo();
        assertThat(ask("uptime").status()).isZero();
        NodeProcess first = node;
        node = new NodeProcess(folder);
        assertThat(endOf(startAsTestsDo())).isEqualTo(1);
        assertThat(standardError())
                .isEqualTo("Error: Cannot obtain a lock on data directory " + folder.resolve("regtest")
                        + ". Starling is probably already running.");
        assertThat(first.ask("uptime").status()).as("the first still runs").isZero();
        first.close();
    }

    @Test
    void portsInUse() throws Exception {
        try (ServerSocket _ = new ServerSocket(node.p2pPort(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(endOf(startAsTestsDo())).isEqualTo(1);
            assertThat(standardError())
                    .startsWith("Error: ")
                    .contains("" + node.p2pPort())
                    .doesNotContain("\n");
        }
        try (ServerSocket _ = new ServerSocket(node.rpcPort(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(endOf(startAsTestsDo())).isEqualTo(1);
            assertThat(standardError()).startsWith("Error: Unable to bind").doesNotContain("\n");
        }
    }

    @Test
    void whatCannotBeMeant() throws Exception {
        assertThat(refusal("-foo")).isEqualTo("Error: Error parsing command line arguments: Invalid parameter -foo");
        assertThat(refusal("-prune=1000000000000000000000"))
                .isEqualTo("Error: Invalid value for -prune: '1000000000000000000000' is not a whole number");
        assertThat(refusal("-prune=20")).contains("Prune configured below the minimum of 550 MiB.");
        assertThat(refusal("-testactivationheight=fun@2")).startsWith("Error: ").contains("fun@2");
        assertThat(refusal("-debug=nonsense")).isEqualTo("Error: Unsupported logging category -debug=nonsense.");
        assertThat(refusal("-uacomment=a/b")).isEqualTo("Error: User Agent comment (a/b) contains unsafe characters.");
        assertThat(refusal("-rpcauth=alice"))
                .isEqualTo("Error: Unable to start HTTP server. See debug log for details.");
        assertThat(refusal("-port=70000")).isEqualTo("Error: Invalid port specified in -port: '70000'");
        Files.writeString(folder.resolve("bitcoin.conf"), "garbage\n");
        assertThat(refusal()).isEqualTo("Error: Error reading configuration file: parse error on line 1: garbage");
    }

    private String refusal(String... options) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> all = new ArrayList<>(List.of("-datadir=" + folder, "-regtest", "-printtoconsole=0"));
        all.addAll(List.of(options));
        int status = new NodeCommand(new PrintStream(new ByteArrayOutputStream()), new PrintStream(err)).run(all);
        assertThat(status).isEqualTo(1);
        return err.toString(StandardCharsets.UTF_8).strip();
    }

    @Test
    void aDirectoryOfBitcoinCoreIsRefused() throws Exception {
        Path chainstate = Files.createDirectories(folder.resolve("regtest/chainstate"));
        Files.writeString(chainstate.resolve("CURRENT"), "MANIFEST-000001\n");
        assertThat(refusal()).contains("belongs to Bitcoin Core").contains("-datadir");
        assertThat(folder.resolve("regtest/.starling")).doesNotExist();
    }
}
