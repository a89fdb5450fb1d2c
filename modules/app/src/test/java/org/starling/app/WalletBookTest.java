package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.starling.api.rpc.Json;
import tools.jackson.databind.JsonNode;

/** What a wallet's methods say of its books, to a client of the RPC. */
@Timeout(120)
class WalletBookTest {
    private static final String STRANGER = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

    @TempDir
    Path folder;

    private NodeProcess node;

    @BeforeEach
    void start() throws Exception {
        node = new NodeProcess(folder);
        node.start("-keypool=20", "-fallbackfee=0.0001", "-web=0", "-printtoconsole=0", "-addresstype=bech32");
        say("createwallet", "mine");
    }

    @AfterEach
    void kill() {
        node.close();
    }

    private String say(String... words) {
        NodeProcess.Answer answer = node.ask(words);
        assertThat(answer.err()).as(String.join(" ", words)).isEmpty();
        return answer.out();
    }

    private JsonNode read(String... words) {
        return Json.parse(say(words).getBytes(StandardCharsets.UTF_8));
    }

    private String refusal(String... words) {
        return node.ask(words).err();
    }

    @Test
    void addressesThatPaidTogetherAreOneGroup() {
        String one = say("getnewaddress", "one");
        String other = say("getnewaddress");
        String apart = say("getnewaddress", "apart");
        for (String address : List.of(one, other, apart)) {
            say("generatetoaddress", "1", address);
        }
        say("generatetoaddress", "100", STRANGER);
        assertThat(read("listaddressgroupings")).hasSize(3);

        say("lockunspent", "false", "[" + coinOn(apart) + "]");
        say("sendtoaddress", STRANGER, "70");

        JsonNode groups = read("listaddressgroupings");
        assertThat(groups).hasSize(2);
        JsonNode alone = groups.get(groups.get(0).size() == 1 ? 0 : 1);
        JsonNode pair = groups.get(groups.get(0).size() == 1 ? 1 : 0);
        assertThat(Json.indented(alone, 0).replace("\n", "")).isEqualTo("[[\"" + apart + "\",50.00000000,\"apart\"]]");
        assertThat(Json.indented(pair, 0).replace("\n", ""))
                .contains("[\"" + one + "\",0.00000000,\"one\"]", "[\"" + other + "\",0.00000000,\"\"]", ",29.9");
        assertThat(pair).as("both and the change").hasSize(3);
    }

    private String coinOn(String address) {
        JsonNode coin = read("listunspent", "1", "999", "[\"" + address + "\"]").get(0);
        return "{\"txid\":\"" + coin.path("txid").asString() + "\",\"vout\":"
                + coin.path("vout").asInt() + "}";
    }

    @Test
    void saysWhatTransactionsWouldDoToTheBalance() {
        say("generatetoaddress", "1", say("getnewaddress"));
        say("generatetoaddress", "100", STRANGER);
        String coin = read("listunspent").get(0).path("txid").asString();
        String first = say(
                "createrawtransaction",
                "[{\"txid\":\"" + coin + "\",\"vout\":0}]",
                "[{\"" + STRANGER + "\":30},{\"" + say("getnewaddress") + "\":19}]");
        String firstId = read("decoderawtransaction", first).path("txid").asString();
        String second = say(
                "createrawtransaction", "[{\"txid\":\"" + firstId + "\",\"vout\":1}]", "[{\"" + STRANGER + "\":18}]");

        assertThat(change("[\"" + first + "\"]")).isEqualTo("-31.00000000");
        assertThat(change("[\"" + first + "\",\"" + second + "\"]")).isEqualTo("-50.00000000");
        assertThat(refusal("simulaterawtransaction", "[\"" + second + "\"]")).contains("error code: -8", "missing");
        assertThat(refusal("simulaterawtransaction", "[\"" + first + "\",\"" + first + "\"]"))
                .contains("error code: -8", "same output more than once");
        assertThat(refusal("simulaterawtransaction", "[\"00\"]")).contains("error code: -22");
    }

    private String change(String transactions) {
        return read("simulaterawtransaction", transactions)
                .path("balance_change")
                .asString();
    }

    /** A transaction of a block that the second wallet did not look at reaches it with a proof. */
    @Test
    void takesInTransactionsByProof() {
        say("generatetoaddress", "1", say("getnewaddress"));
        say("generatetoaddress", "100", STRANGER);
        String paidTo = say("getnewaddress");
        String secret = "cVpF924EspNh8KjYsfhgY96mmxvT6DgdWiTYMtMjuM74hJaU5psW";
        String descriptor = "wpkh(" + secret + ")";
        String checked = descriptor + "#"
                + read("getdescriptorinfo", descriptor).path("checksum").asString();
        String address = read(
                        "deriveaddresses",
                        read("getdescriptorinfo", checked).path("descriptor").asString())
                .get(0)
                .asString();
        String txid = say("sendtoaddress", address, "3");
        String otherTxid = say("sendtoaddress", paidTo, "1");
        say("generatetoaddress", "1", STRANGER);
        say("generatetoaddress", "1", STRANGER);
        String raw = read("gettransaction", txid).path("hex").asString();
        String otherRaw = read("gettransaction", otherTxid).path("hex").asString();
        String proof = say("gettxoutproof", "[\"" + txid + "\"]");
        String otherProof = say("gettxoutproof", "[\"" + otherTxid + "\"]");

        String second = "-rpcwallet=second";
        say("-named", "createwallet", "wallet_name=second", "blank=true");
        // Its clock is ahead of the block by far more than the wallet looks back.
        say("setmocktime", "" + (System.currentTimeMillis() / 1000 + 20_000));
        for (int i = 0; i < 12; i++) {
            say("generatetoaddress", "1", STRANGER);
        }
        say(second, "importdescriptors", "[{\"desc\":\"" + checked + "\",\"timestamp\":\"now\"}]");
        assertThat(say(second, "getbalance")).isEqualTo("0.00000000");

        assertThat(refusal(second, "importprunedfunds", raw, otherProof))
                .contains("error code: -5", "doesn't exist in proof");
        assertThat(refusal(second, "importprunedfunds", otherRaw, otherProof))
                .contains("error code: -5", "No addresses");
        say(second, "importprunedfunds", raw, proof);
        assertThat(say(second, "getbalance")).isEqualTo("3.00000000");
        assertThat(read(second, "gettransaction", txid).path("confirmations").asInt())
                .isEqualTo(14);

        say(second, "removeprunedfunds", txid);
        assertThat(say(second, "getbalance")).isEqualTo("0.00000000");
        assertThat(refusal(second, "removeprunedfunds", txid)).contains("error code: -4", "does not belong");
    }
}
