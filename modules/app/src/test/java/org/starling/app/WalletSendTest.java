package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.starling.api.rpc.Json;
import tools.jackson.databind.JsonNode;

/** How a client of the RPC has a wallet pay. */
@Timeout(120)
class WalletSendTest {
    private static final String STRANGER = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

    @TempDir
    Path folder;

    private NodeProcess node;

    @BeforeEach
    void start() throws Exception {
        node = new NodeProcess(folder);
        node.start("-keypool=20", "-fallbackfee=0.0001", "-web=0", "-printtoconsole=0", "-addresstype=bech32");
        say("createwallet", "mine");
        say("generatetoaddress", "2", say("getnewaddress"));
        say("generatetoaddress", "100", STRANGER);
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
    void sendPaysAndTheResultSaysWhetherItIsComplete() {
        String pay = "{\"" + STRANGER + "\":1}";

        JsonNode sent = read("send", pay, "null", "unset", "5");
        assertThat(sent.path("complete").booleanValue()).isTrue();
        assertThat(say("getrawmempool")).contains(sent.path("txid").stringValue());

        JsonNode kept = read("send", pay, "null", "unset", "5", "{\"add_to_wallet\":false}");
        assertThat(kept.has("hex")).isTrue();
        assertThat(kept.has("psbt")).isTrue();
        assertThat(say("getrawmempool")).doesNotContain(kept.path("txid").stringValue());

        JsonNode shared =
                read("send", pay, "null", "unset", "5", "{\"subtract_fee_from_outputs\":[\"" + STRANGER + "\"]}");
        JsonNode details = read("gettransaction", shared.path("txid").stringValue());
        assertThat(details.path("amount").decimalValue().add(details.path("fee").decimalValue()))
                .isEqualByComparingTo("-1");
    }

    @Test
    void whatIsNotFinalYetIsRecordedAndNotSent() {
        JsonNode early = read("send", "{\"" + STRANGER + "\":1}", "null", "unset", "5", "{\"locktime\":500}");

        assertThat(early.path("complete").booleanValue()).isTrue();
        assertThat(say("getrawmempool")).doesNotContain(early.path("txid").stringValue());
        assertThat(read("gettransaction", early.path("txid").stringValue())
                        .path("confirmations")
                        .intValue())
                .isZero();
    }

    @Test
    void optionsOfSendAreChecked() {
        String pay = "{\"" + STRANGER + "\":1}";

        assertThat(refusal("send", pay, "null", "unset", "5", "{\"feeRate\":1}"))
                .contains("-8", "Use fee_rate");
        assertThat(refusal("send", pay, "6")).contains("-8", "Specify estimate_mode");
        assertThat(refusal("send", pay, "null", "unset", "0.5"))
                .contains("-4", "lower than the minimum fee rate setting");
        assertThat(refusal("send", pay, "null", "unset", "5", "{\"psbt\":1}"))
                .contains("-3", "JSON value of type number for field psbt is not of expected type bool");
        assertThat(refusal("send", pay, "null", "unset", "5", "{\"color\":1}")).contains("-3", "Unexpected key color");
        assertThat(refusal("send", "{\"" + STRANGER + "\":1000}", "null", "unset", "5"))
                .contains("-4", "Insufficient funds");
    }

    @Test
    void sendAllSharesTheRestAmongAddressesWithoutAnAmount() {
        String own = say("getnewaddress");
        assertThat(refusal("sendall", "[\"" + STRANGER + "\"]", "null", "unset", "0.5"))
                .contains("-8", "lower than the minimum fee rate setting");
        assertThat(refusal("sendall", "[{\"" + STRANGER + "\":1}]")).contains("-8", "without a specified amount");
        assertThat(refusal("sendall", "[{\"" + STRANGER + "\":100},\"" + own + "\"]", "null", "unset", "5"))
                .contains("-6", "Insufficient funds for fees");

        JsonNode all = read("sendall", "[{\"" + STRANGER + "\":30},\"" + own + "\"]", "null", "unset", "5");
        JsonNode outputs = read("gettransaction", all.path("txid").stringValue(), "true", "true")
                .path("decoded")
                .path("vout");
        assertThat(outputs.path(0).path("value").decimalValue()).isEqualByComparingTo("30");
        assertThat(outputs.path(1).path("value").decimalValue())
                .isBetween(new java.math.BigDecimal("69.9999"), new java.math.BigDecimal("70"));
    }

    @Test
    void psbtBumpFeeLeavesTheReplacementUnsigned() {
        String txid = say("-named", "sendtoaddress", "address=" + STRANGER, "amount=1", "fee_rate=5");
        assertThat(refusal("psbtbumpfee", txid, "{\"fee_rate\":5}")).contains("-8", "Insufficient total fee");

        JsonNode bumped = read("psbtbumpfee", txid, "{\"fee_rate\":20}");
        assertThat(bumped.path("fee").decimalValue())
                .isGreaterThan(bumped.path("origfee").decimalValue());
        assertThat(say("getrawmempool")).contains(txid);

        String signed = read("walletprocesspsbt", bumped.path("psbt").stringValue())
                .path("hex")
                .stringValue();
        String replacement = say("sendrawtransaction", signed);
        assertThat(say("getrawmempool")).contains(replacement).doesNotContain(txid);
    }

    @Test
    void aFrozenCoinThatIsSpentIsFrozenNoMore() {
        JsonNode coin = read("listunspent").path(0);
        String named = "[{\"txid\":\"" + coin.path("txid").stringValue() + "\",\"vout\":"
                + coin.path("vout").intValue() + "}]";
        say("lockunspent", "false", named);
        read("sendall", "[\"" + STRANGER + "\"]", "null", "unset", "5", "{\"inputs\":" + named + "}");

        assertThat(read("listlockunspent")).isEmpty();
    }

    @Test
    void aWalletSignsForAKeyOfItsOwnInAScriptOfOthers() {
        String key =
                "tprv8ZgxMBicQKsPfHCsTwkiM1KT56RXbGGTqvc2hgqzycpwbHqqpcajQeMRZoBD35kW4RtyCemu6j34Ku5DEspmgjKdt2qe4SvRch5Kk8B8A2v";
        String other =
                "tpubD6NzVbkrYhZ4Wo2WcFSgSqRD9QWkGxddo6WSqsVBx7uQ8QEtM7WncKDRjhFEexK119NigyCsFygA4b7sAPQxqebyFGAZ9XVV1BtcgNzbCRR";
        say("createwallet", "signer", "false", "true");
        importInto("signer", "wpkh(" + key + "/*)");
        String signers = read("-rpcwallet=signer", "listdescriptors")
                .path("descriptors")
                .path(0)
                .path("desc")
                .stringValue();
        String publicKey = signers.substring("wpkh(".length(), signers.indexOf("/*"));
        say("-named", "createwallet", "wallet_name=both", "blank=true", "disable_private_keys=true");
        importInto("both", "wsh(multi(1," + publicKey + "/*," + other + "/*))");
        say("-rpcwallet=mine", "sendtoaddress", say("-rpcwallet=both", "getnewaddress"), "1");
        say("generatetoaddress", "1", STRANGER);

        String psbt = read(
                        "-rpcwallet=both",
                        "send",
                        "{\"" + STRANGER + "\":0.5}",
                        "null",
                        "unset",
                        "5",
                        "{\"change_address\":\"" + STRANGER + "\"}")
                .path("psbt")
                .stringValue();
        assertThat(read("-rpcwallet=signer", "walletprocesspsbt", psbt)
                        .path("complete")
                        .booleanValue())
                .isTrue();
    }

    private void importInto(String wallet, String descriptor) {
        String checksum = read("getdescriptorinfo", descriptor).path("checksum").stringValue();
        JsonNode result = read(
                "-rpcwallet=" + wallet,
                "importdescriptors",
                "[{\"desc\":\"" + descriptor + "#" + checksum + "\",\"timestamp\":\"now\",\"active\":true}]");
        assertThat(result.path(0).path("success").booleanValue())
                .as(result.toString())
                .isTrue();
    }

    @Test
    void aCoinIsSpentWhoseWeightIsTold() {
        JsonNode coin = read("listunspent").path(0);
        String told = "{\"add_inputs\":false,\"input_weights\":[{\"txid\":\""
                + coin.path("txid").stringValue() + "\",\"vout\":"
                + coin.path("vout").intValue()
                + ",\"weight\":300}]}";
        String raw = say("createrawtransaction", "[]", "{\"" + STRANGER + "\":1}");

        String funded = read("fundrawtransaction", raw, told).path("hex").stringValue();

        JsonNode inputs = read("decoderawtransaction", funded).path("vin");
        assertThat(inputs).hasSize(1);
        assertThat(inputs.path(0).path("txid").stringValue())
                .isEqualTo(coin.path("txid").stringValue());
        assertThat(refusal("fundrawtransaction", raw, "{\"change_type\":null}"))
                .contains("-3", "JSON value of type null is not of expected type string");
    }

    @Test
    void limitsOfWeightAreKept() {
        String pay = "{\"" + STRANGER + "\":1}";

        assertThat(refusal("send", pay, "null", "unset", "5", "{\"max_tx_weight\":100}"))
                .contains("-4", "must be between 260 and 400000");
        assertThat(refusal("send", pay, "null", "unset", "5", "{\"max_tx_weight\":400}"))
                .contains("-4", "The inputs size exceeds the maximum weight");
    }
}
