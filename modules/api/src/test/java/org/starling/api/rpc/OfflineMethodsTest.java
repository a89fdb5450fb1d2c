package org.starling.api.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** Methods that ask nothing of a chain. */
class OfflineMethodsTest {
    private static final String KEY = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    private static RpcServer server;

    @BeforeAll
    static void start() throws IOException {
        server = RpcServer.start(
                new RpcServer.Config(
                        ChainParams.regtest(),
                        List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                        RpcAccess.local(new RpcCredentials("user:password", List.of())),
                        Duration.ofSeconds(30),
                        1,
                        1,
                        false,
                        false),
                RpcTable.ofNode(),
                new RpcServerTest.QuietHost());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** Calls with arguments in JSON without the brackets. */
    private static JsonNode call(String method, String arguments) throws Exception {
        RpcMethod found = server.table().find(method);
        ArrayNode given = (ArrayNode) Json.parse(("[" + arguments + "]").getBytes(StandardCharsets.UTF_8));
        return found.handler().handle(new Call(server, found, Invocation.arguments(found, given)));
    }

    private static String line(String method, String arguments) throws Exception {
        return Json.line(call(method, arguments));
    }

    @Test
    void memoryIsCountedAndNoneOfItIsLocked() throws Exception {
        JsonNode info = call("getmemoryinfo", "");

        assertThat(info.get("locked").get("total").asLong()).isZero();
        assertThat(info.get("heap").get("used").asLong())
                .isPositive()
                .isLessThan(info.get("heap").get("max").asLong());
        assertThatThrownBy(() -> call("getmemoryinfo", "\"mallocinfo\"")).hasMessage("mallocinfo mode not available");
    }

    @Test
    void realsHaveSixteenDigits() {
        assertThat(Json.line(Json.object().put("difficulty", 4.6565423739069247e-10)))
                .isEqualTo("{\"difficulty\":0.0000000004656542373906925}");
        assertThat(Json.line(Json.real(1.0))).isEqualTo("1");
        assertThat(Json.line(Json.real(1e20))).isEqualTo("100000000000000000000");
    }

    @Test
    void validateAddress() throws Exception {
        assertThat(line("validateaddress", "\"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080\""))
                .isEqualTo("{\"isvalid\":true,\"address\":\"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080\","
                        + "\"scriptPubKey\":\"0014751e76e8199196d454941c45d1b3a323f1433bd6\",\"isscript\":false,"
                        + "\"iswitness\":true,\"witness_version\":0,"
                        + "\"witness_program\":\"751e76e8199196d454941c45d1b3a323f1433bd6\"}");
        assertThat(line("validateaddress", "\"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4\""))
                .startsWith("{\"isvalid\":false,\"error_locations\":[],\"error\":\"Invalid");
    }

    @Test
    void descriptors() throws Exception {
        assertThat(line("getdescriptorinfo", "\"pkh(" + KEY + ")\""))
                .contains("\"isrange\":false,\"issolvable\":true,\"hasprivatekeys\":false");
        String checked = call("getdescriptorinfo", "\"wpkh(" + KEY + ")\"")
                .path("descriptor")
                .stringValue();
        assertThat(line("deriveaddresses", "\"" + checked + "\""))
                .isEqualTo("[\"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080\"]");
        assertThatThrownBy(() -> call("deriveaddresses", "\"wpkh(" + KEY + ")\""))
                .isInstanceOfSatisfying(RpcException.class, e -> {
                    assertThat(e.code()).isEqualTo(-5);
                    assertThat(e.text()).isEqualTo("Missing checksum");
                });
        assertThatThrownBy(() -> call("deriveaddresses", "\"" + checked + "\",[0,2]"))
                .hasMessage("Range should not be specified for an un-ranged descriptor");
        assertThatThrownBy(() -> call("deriveaddresses", "\"" + checked + "\",-1"))
                .hasMessage("End of range is too high");
    }

    @Test
    void theGenesisCoinbase() throws Exception {
        String hex = ChainParams.regtest()
                .genesis()
                .transactions()
                .getFirst()
                .serialized()
                .hex();
        JsonNode json = call("decoderawtransaction", "\"" + hex + "\"");
        assertThat(json.propertyNames())
                .containsExactly("txid", "hash", "version", "size", "vsize", "weight", "locktime", "vin", "vout");
        assertThat(json.path("txid").stringValue())
                .isEqualTo("4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b");
        assertThat(Json.line(json.path("vin")))
                .startsWith("[{\"coinbase\":\"04ffff001d0104")
                .endsWith("\"sequence\":4294967295}]");
        assertThat(Json.line(json.path("vout").path(0)))
                .startsWith("{\"value\":50.00000000,\"n\":0,\"scriptPubKey\":{\"asm\":\"04678afdb0fe")
                .contains("OP_CHECKSIG\",\"desc\":\"pk(04678afdb0fe")
                .endsWith("\"type\":\"pubkey\"}}");
        assertThatThrownBy(() -> call("decoderawtransaction", "\"00\"")).hasMessage("TX decode failed");
    }

    @Test
    void scripts() throws Exception {
        JsonNode json = call("decodescript", "\"5121" + KEY + "51ae\"");
        assertThat(json.path("asm").stringValue()).isEqualTo("1 " + KEY + " 1 OP_CHECKMULTISIG");
        assertThat(json.path("type").stringValue()).isEqualTo("multisig");
        assertThat(json.path("desc").stringValue()).startsWith("multi(1," + KEY + ")#");
        assertThat(json.path("segwit").path("type").stringValue()).isEqualTo("witness_v0_scripthash");
        assertThat(json.path("segwit").path("desc").stringValue()).startsWith("wsh(multi(1," + KEY + "))#");
        assertThat(call("decodescript", "\"6a00\"").has("p2sh")).isFalse();
        assertThat(call("decodescript", "\"4c\"").path("asm").stringValue()).isEqualTo("[error]");
    }

    @Test
    void signaturesInScriptsShowTheirHashType() {
        String der = "304402207fa7a6d1e0ee81132a269ad84e68d695483745cde8b541e3bf630749894e342a"
                + "022000c1f7ab20e13e22fb95281a870f3dcf38d782e53023ee313d741ad0cfbc0c50";
        assertThat(ScriptJson.assembly(Bytes.fromHex("47" + der + "01"), true)).isEqualTo(der + "[ALL]");
        assertThat(ScriptJson.assembly(Bytes.fromHex("47" + der + "01"), false)).isEqualTo(der + "01");
        assertThat(ScriptJson.assembly(Bytes.fromHex("4f5160010202e803"), false))
                .isEqualTo("-1 1 16 2 1000");
    }

    private static final String TXID = "1d1d4e24ed99057e84c3f80fd8fbec79ed9e1acee37da269356ecea000000000";

    @Test
    void createRawTransaction() throws Exception {
        String input = "{\"txid\":\"" + TXID + "\",\"vout\":1}";
        String address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

        // Version 2, one input that signals replaceability, 0.001 BTC to the key's hash and two bytes of data.
        assertThat(line(
                        "createrawtransaction",
                        "[" + input + "], [{\"" + address + "\":0.001},{\"data\":\"0102\"}], 7"))
                .isEqualTo(
                        "\"020000000100000000a0ce6e3569a27de3ce1a9eed79ecfbd80ff8c3847e0599ed244e1d1d0100000000fdffffff"
                                + "02a086010000000000160014751e76e8199196d454941c45d1b3a323f1433bd6"
                                + "0000000000000000046a020102" + "07000000\"");
        assertThatThrownBy(() -> call("createrawtransaction", "[], [{\"" + address + "\":1},{\"" + address + "\":1}]"))
                .hasMessage("Invalid parameter, duplicated address: " + address);
        assertThatThrownBy(() -> call(
                        "createrawtransaction",
                        "[{\"txid\":\"" + TXID + "\",\"vout\":0,\"sequence\":4294967295}], {}, 0, true"))
                .hasMessage("Invalid parameter combination: Sequence number(s) contradict replaceable option");
    }

    @Test
    void createMultisig() throws Exception {
        assertThat(call("createmultisig", "1, [\"" + KEY + "\"], \"bech32\"")
                        .path("redeemScript")
                        .stringValue())
                .isEqualTo("5121" + KEY + "51ae");
        assertThatThrownBy(() -> call("createmultisig", "1, [\"01020304\"]"))
                .hasMessage("Pubkey \"01020304\" must have a length of either 33 or 65 bytes");
        assertThatThrownBy(() -> call("createmultisig", "2, [\"" + KEY + "\"]"))
                .hasMessage("not enough keys supplied (got 1 keys, but need at least 2 to redeem)");
    }

    @Test
    void signedMessages() throws Exception {
        String signature = line(
                "signmessagewithprivkey",
                "\"cUeKHd5orzT3mz8P9pxyREHfsWtVfgsfDjiZZBcjUBAaGk1BTj7N\", \"This is just a test message\"");

        assertThat(signature)
                .isEqualTo(
                        "\"INbVnW4e6PeRmsv2Qgu8NuopvrVjkcxob+sX8OcZG0SALhWybUjzMLPdAsXI46YZGb0KQTRii+wWIQzRpG/U+S0=\"");
        String address = "\"mpLQjfK79b7CCV4VMJWEWAj5Mpx8Up5zxB\", ";
        assertThat(line("verifymessage", address + signature + ", \"This is just a test message\""))
                .isEqualTo("true");
        assertThat(line("verifymessage", address + signature + ", \"another\"")).isEqualTo("false");
        assertThatThrownBy(() -> call("verifymessage", address + "\"invalid_sig\", \"text\""))
                .hasMessage("Malformed base64 encoding");
    }

    @Test
    void generateSaysWhatReplacedIt() {
        assertThatThrownBy(() -> call("generate", "")).isInstanceOfSatisfying(RpcException.class, e -> {
            assertThat(e.code()).isEqualTo(-32601);
            assertThat(e.text()).startsWith("generate\n\nhas been replaced by the -generate cli option.");
        });
    }

    @Test
    void messagesSignedByAnyAddress() throws Exception {
        String key = "cP53pDbR5WtAD8dYAW9hhTjuvvTVaEiQBdrz9XPrgLBeRFiyCbQr";
        for (String form : List.of("pkh", "wpkh", "tr")) {
            String descriptor = call("getdescriptorinfo", "\"" + form + "(" + key + ")\"")
                    .path("descriptor")
                    .stringValue();
            String address =
                    call("deriveaddresses", "\"" + descriptor + "\"").path(0).stringValue();
            String signature = call("signmessagewithdescriptor", "\"" + form + "(" + key + ")\",\"Hello\"")
                    .stringValue();
            String arguments = "\"" + address + "\",\"" + signature + "\",";
            assertThat(line("verifysignedmessage", arguments + "\"Hello\""))
                    .isEqualTo("{\"state\":\"valid\",\"locktime\":0,\"sequence\":0}");
            assertThat(line("verifysignedmessage", arguments + "\"Hallo\"")).startsWith("{\"state\":\"invalid\"");
            assertThatThrownBy(() -> call("signmessagewithdescriptor", "\"" + descriptor + "\",\"Hello\""))
                    .isInstanceOfSatisfying(
                            RpcException.class,
                            e -> assertThat(e.text()).isEqualTo("The descriptor lacks private keys that have to sign"));
        }
    }
}
