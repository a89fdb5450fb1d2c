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
    private Process process;

    @BeforeEach
    void start() throws Exception {
        node = new NodeProcess(folder);
        process =
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

    @Test
    void describesAddressesDownToTheirKeys() {
        JsonNode wrapped = read("getaddressinfo", say("getnewaddress", "home", "p2sh-segwit"));
        assertThat(wrapped.path("isscript").asBoolean()).isTrue();
        assertThat(wrapped.path("script").asString()).isEqualTo("witness_v0_keyhash");
        assertThat(wrapped.path("hdkeypath").asString()).isEqualTo("m/49h/1h/0h/0/0");
        assertThat(wrapped.path("embedded").path("witness_program").asString()).hasSize(40);
        assertThat(wrapped.path("embedded").path("pubkey")).isEqualTo(wrapped.path("pubkey"));
        assertThat(wrapped.path("embedded").path("address").asString()).startsWith("bcrt1q");
        assertThat(wrapped.path("labels").get(0).asString()).isEqualTo("home");

        say("-named", "createwallet", "wallet_name=watch", "disable_private_keys=true", "blank=true");
        String watch = "-rpcwallet=watch";
        assertThat(read(watch, "getwalletinfo").has("birthtime")).isFalse();
        List<String> keys = List.of(
                "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
                "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5");
        String joint = "sh(wsh(multi(1," + String.join(",", keys) + ")))";
        String text = read("getdescriptorinfo", joint).path("descriptor").asString();
        say(watch, "importdescriptors", "[{\"desc\":\"" + text + "\",\"timestamp\":1500000000,\"label\":\"us\"}]");
        JsonNode info = read(
                watch, "getaddressinfo", read("deriveaddresses", text).get(0).asString());
        assertThat(info.path("script").asString()).isEqualTo("witness_v0_scripthash");
        assertThat(info.path("desc").asString()).isEqualTo(text);
        JsonNode embedded = info.path("embedded");
        assertThat(embedded.path("script").asString()).isEqualTo("multisig");
        assertThat(embedded.path("sigsrequired").asInt()).isEqualTo(1);
        assertThat(embedded.path("pubkeys").toString()).contains(keys);
        assertThat(embedded.path("witness_version").asInt()).isZero();

        JsonNode now = read(watch, "getwalletinfo");
        assertThat(now.path("birthtime").asInt()).isEqualTo(1_500_000_000);
        assertThat(now.path("blank").asBoolean())
                .as("it still has no private keys")
                .isTrue();
        assertThat(refusal(watch, "importprivkey", "x")).contains("error code: -4", "Only legacy wallets");
        assertThat(refusal(watch, "listsinceblock", "", "1", "false", "true", "false", "*"))
                .contains("error code: -11");
    }

    @Test
    void aWiderRangeBeginsAtItsOwnStartUnlessAddressesWereGiven() {
        String parent =
                read("getaddressinfo", say("getnewaddress")).path("parent_desc").asString();
        say("-named", "createwallet", "wallet_name=watch", "disable_private_keys=true");
        assertThat(imported(parent, 5, 30)).isEqualTo(5);
        assertThat(imported(parent, 2, 40)).isEqualTo(2);
        say("-rpcwallet=watch", "getnewaddress");
        assertThat(imported(parent, 0, 50)).as("the address at 2 is somebody's").isEqualTo(3);
    }

    private int imported(String descriptor, int from, int to) {
        say(
                "-rpcwallet=watch",
                "importdescriptors",
                "[{\"desc\":\"" + descriptor + "\",\"timestamp\":\"now\",\"active\":true,\"range\":[" + from + "," + to
                        + "]}]");
        return read("-rpcwallet=watch", "listdescriptors")
                .path("descriptors")
                .get(0)
                .path("next_index")
                .asInt();
    }

    @Test
    void remembersWhichWalletsToLoad() throws Exception {
        say("unloadwallet", "mine");
        say("createwallet", "");
        restart();
        assertThat(read("listwallets").toString()).as("nobody said which").isEqualTo("[\"\"]");
        say("-named", "createwallet", "wallet_name=other", "load_on_startup=true");
        restart();
        assertThat(read("listwallets").toString()).isEqualTo("[\"\",\"other\"]");
        say("-named", "unloadwallet", "wallet_name=", "load_on_startup=false");
        restart();
        assertThat(read("listwallets").toString()).isEqualTo("[\"other\"]");

        assertThat(refusal("createwallet", "other"))
                .contains(
                        "error code: -4",
                        "Wallet file verification failed.",
                        "/wallets/other'. Database already exists.");
        assertThat(refusal("restorewallet", "new", folder + "/none")).contains("error code: -8", "does not exist");
        assertThat(refusal("restorewallet", "new", folder + "/stdout"))
                .contains("error code: -18", "Data is not in recognized format.");
        assertThat(refusal("restorewallet", "other", folder + "/stdout")).contains("error code: -36");
        assertThat(refusal("loadwallet", "other")).contains("error code: -35");
        assertThat(refusal("loadwallet", "none")).contains("error code: -18", "/wallets/none'. Path does not exist.");
    }

    private void restart() throws Exception {
        say("stop");
        assertThat(NodeProcess.endOf(process)).isZero();
        process = node.start("-keypool=20", "-web=0", "-printtoconsole=0");
    }
}
