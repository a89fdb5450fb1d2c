package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.starling.api.rpc.Json;
import tools.jackson.databind.JsonNode;

/** A node that is killed in the middle of payments: none that was told of is forgotten, no coin is spent twice unawares. */
@Timeout(240)
class WalletKillTest {
    private static final int KILLS = Integer.getInteger("starling.kills", 4);
    private static final String STRANGER = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
    private static final String[] OPTIONS = {
        "-keypool=30", "-fallbackfee=0.0001", "-web=0", "-printtoconsole=0", "-connect=0", "-wallet=w"
    };

    @TempDir
    Path folder;

    @Test
    void killedDuringSendsItRemembersEachPayment() throws Exception {
        try (NodeProcess node = new NodeProcess(folder)) {
            Process process = node.start("-keypool=30", "-web=0", "-printtoconsole=0", "-connect=0");
            assertThat(node.ask("createwallet", "w").status()).isZero();
            String address = node.ask("getnewaddress").out();
            assertThat(node.ask("generatetoaddress", "130", address).status()).isZero();
            Random moments = new Random(7);
            List<String> told = Collections.synchronizedList(new ArrayList<>());
            for (int kill = 0; kill < KILLS; kill++) {
                process.destroyForcibly().waitFor();
                process = node.start(OPTIONS);
                assertThat(node.ask("getwalletinfo").err()).isEmpty();
                Thread payer = Thread.ofPlatform().start(() -> {
                    NodeProcess.Answer answer;
                    do {
                        answer = node.askOnce("sendtoaddress", STRANGER, "0.3");
                        if (answer.status() == 0) {
                            told.add(answer.out());
                        }
                    } while (answer.status() == 0);
                });
                Thread.sleep(300 + moments.nextInt(700));
                process.destroyForcibly().waitFor();
                payer.join();
                process = node.start(OPTIONS);
                check(node, told);
            }
            assertThat(told).as("payments were under way").hasSizeGreaterThan(KILLS);
        }
    }

    private static void check(NodeProcess node, List<String> told) {
        JsonNode history = json(node.ask("listtransactions", "*", "10000"));
        Map<String, String> spender = new HashMap<>();
        for (String txid : told) {
            assertThat(history.valueStream()
                            .anyMatch(entry -> entry.path("txid").asString("").equals(txid)))
                    .as("remembers " + txid)
                    .isTrue();
        }
        for (JsonNode entry : history) {
            String txid = entry.path("txid").asString("");
            if (entry.path("category").asString("").equals("send")) {
                JsonNode raw = json(node.ask("-named", "gettransaction", "txid=" + txid, "verbose=true"));
                for (JsonNode input : raw.path("decoded").path("vin")) {
                    String coin = input.path("txid").asString("") + ":" + input.path("vout");
                    String before = spender.put(coin, txid);
                    assertThat(before).as("spender of " + coin).isIn(null, txid);
                }
            }
        }
        // What it remembers it also sends, if it can.
        JsonNode pool = json(node.ask("getrawmempool"));
        for (String txid : told) {
            assertThat(pool.valueStream().anyMatch(entry -> entry.asString("").equals(txid)))
                    .as("is in the mempool again: " + txid)
                    .isTrue();
        }
    }

    private static JsonNode json(NodeProcess.Answer answer) {
        assertThat(answer.err()).isEmpty();
        return Json.parse(answer.out().getBytes(StandardCharsets.UTF_8));
    }
}
