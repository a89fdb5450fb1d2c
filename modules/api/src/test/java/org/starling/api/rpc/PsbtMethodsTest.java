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
import org.starling.consensus.ChainParams;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** The methods about partially signed transactions that ask nothing of a chain. */
class PsbtMethodsTest {
    private static final String TXID = "75ddabb27b8845f5247975c8a5ba7c6f336c4570708ebe230caf6db5217ae858";

    /** A signed input that waits for its finalizer, from Bitcoin Core's test of this method. */
    private static final String SIGNED =
            "cHNidP8BAHECAAAAAZYezcxdnbXoQCmrD79t/LzDgtUo9ERqixk8wgioAobrAAAAAAD9////AlDDAAAA"
                    + "AAAAFgAUy/UxxZuzZswcmFnN/E9DGSiHLUsuGPUFAAAAABYAFLsH5o0R38wXx+X2cCosTMCZnQ4baAAAAAABAR8A4fUFAAAAABYAFOBI2h5t"
                    + "hf3+Lflb2LGCsVSZwsltIgIC/i4dtVARCRWtROG0HHoGcaVklzJUcwo5homgGkSNAnJHMEQCIGx7zKcMIGr7cEES9BR4Kdt/pzPTK3fKWcGy"
                    + "CJXb7MVnAiALOBgqlMH4GbC1HDh/HmylmO54fyEy4lKde7/BT/PWxwEBAwQBAAAAIgYC/i4dtVARCRWtROG0HHoGcaVklzJUcwo5homgGkSN"
                    + "AnIYDwVpQ1QAAIABAACAAAAAgAAAAAAAAAAAAAAiAgL+CIiB59NSCssOJRGiMYQK1chahgAaaJpIXE41Cyir+xgPBWlDVAAAgAEAAIAAAACA"
                    + "AQAAAAAAAAAA";

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

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    private static void refused(String method, String arguments, int code, String text) {
        assertThatThrownBy(() -> call(method, arguments)).isInstanceOfSatisfying(RpcException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.text()).isEqualTo(text);
        });
    }

    private static String create(int index) throws Exception {
        return call("createpsbt", "[{\"txid\":\"" + TXID + "\",\"vout\":" + index + "}],[{\"data\":\"00\"}]")
                .stringValue();
    }

    @Test
    void createsConvertsAndDecodes() throws Exception {
        String inputs = "[{\"txid\":\"" + TXID + "\",\"vout\":0}],[{\"data\":\"abcd\"}]";
        String raw = call("createrawtransaction", inputs).stringValue();
        String psbt = call("createpsbt", inputs).stringValue();
        assertThat(call("converttopsbt", quoted(raw)).stringValue()).isEqualTo(psbt);
        JsonNode decoded = call("decodepsbt", quoted(psbt));
        assertThat(decoded.path("tx").path("vin").path(0).path("txid").stringValue())
                .isEqualTo(TXID);
        assertThat(Json.line(decoded)).endsWith("\"unknown\":{},\"inputs\":[{}],\"outputs\":[{}]}");
        String second = call("createpsbt", inputs + ",0,true,2").stringValue();
        assertThat(call("decodepsbt", quoted(second)).path("psbt_version").intValue())
                .isEqualTo(2);
        refused("createpsbt", inputs + ",0,true,1", -8, "psbt_version must be 0 or 2, not 1");
    }

    @Test
    void convertsNoSignaturesUnlessPermitted() throws Exception {
        String signed = "0200000001" + "ab".repeat(32) + "00000000" + "0151" + "ffffffff" + "01" + "0100000000000000"
                + "00" + "00000000";
        refused(
                "converttopsbt",
                quoted(signed),
                RpcException.DESERIALIZATION_ERROR,
                "Inputs must not have scriptSigs and scriptWitnesses");
        String psbt = call("converttopsbt", quoted(signed) + ",true").stringValue();
        assertThat(Json.line(call("decodepsbt", quoted(psbt)))).contains("\"scriptSig\":{\"asm\":\"\",\"hex\":\"\"}");
        refused("converttopsbt", quoted("00"), RpcException.DESERIALIZATION_ERROR, "TX decode failed");
    }

    @Test
    void decodesFields() throws Exception {
        JsonNode input = call("decodepsbt", quoted(SIGNED)).path("inputs").path(0);
        assertThat(input.propertyNames())
                .containsExactly("witness_utxo", "partial_signatures", "sighash", "bip32_derivs");
        assertThat(Json.line(input.path("bip32_derivs").path(0)))
                .isEqualTo("{\"pubkey\":\"02fe2e1db550110915ad44e1b41c7a0671a564973254730a398689a01a448d0272\","
                        + "\"master_fingerprint\":\"0f056943\",\"path\":\"m/84h/1h/0h/0/0\"}");
        assertThat(input.path("sighash").stringValue()).isEqualTo("ALL");
    }

    @Test
    void saysWhatCannotBeDecoded() {
        refused("decodepsbt", quoted(";definitely not base64;"), -22, "TX decode failed invalid base64");
        refused(
                "finalizepsbt",
                quoted("cHNidP8="),
                -22,
                "TX decode failed Separator is missing at the end of the global map");
    }

    @Test
    void finalizesAndAnalyses() throws Exception {
        assertThat(Json.line(call("analyzepsbt", quoted(SIGNED))))
                .isEqualTo("{\"inputs\":[{\"has_utxo\":true,\"is_final\":false,\"next\":\"finalizer\"}],"
                        + "\"estimated_vsize\":141,\"estimated_feerate\":0.00010000,\"fee\":0.00001410,"
                        + "\"next\":\"finalizer\"}");
        JsonNode finalized = call("finalizepsbt", quoted(SIGNED));
        assertThat(finalized.propertyNames()).containsExactly("hex", "complete");
        JsonNode kept = call("finalizepsbt", quoted(SIGNED) + ",false");
        assertThat(kept.path("complete").booleanValue()).isTrue();
        assertThat(call("finalizepsbt", quoted(kept.path("psbt").stringValue())))
                .isEqualTo(finalized);
        assertThat(Json.line(call("analyzepsbt", quoted(create(0)))))
                .isEqualTo("{\"inputs\":[{\"has_utxo\":false,\"is_final\":false,\"next\":\"updater\"}],"
                        + "\"next\":\"updater\"}");
    }

    @Test
    void combinesAndJoins() throws Exception {
        String first = create(0);
        String second = create(1);
        assertThat(call("combinepsbt", "[" + quoted(first) + "," + quoted(first) + "]")
                        .stringValue())
                .isEqualTo(first);
        String both = "[" + quoted(first) + "," + quoted(second) + "]";
        refused("combinepsbt", both, -8, "PSBTs not compatible (different transactions)");
        refused("combinepsbt", "[]", -8, "Parameter 'txs' cannot be empty");
        JsonNode joined = call("decodepsbt", quoted(call("joinpsbts", both).stringValue()));
        assertThat(joined.path("inputs").size()).isEqualTo(2);
        assertThat(joined.path("outputs").size()).isEqualTo(2);
        refused("joinpsbts", "[" + quoted(first) + "]", -8, "At least two PSBTs are required to join PSBTs.");
        refused(
                "joinpsbts",
                "[" + quoted(first) + "," + quoted(first) + "]",
                -8,
                "Input " + TXID + ":0 exists in multiple PSBTs");
    }

    @Test
    void namesTheDescriptorThatGivesNoKeys() throws Exception {
        String hardened = "wpkh(tpubD6NzVbkrYhZ4WaWSyoBvQwbpLkojyoTZPRsgXELWz3Popb3qkjcJyJUGLnL4qHHoQvao8ESaAstxYSnhysw"
                + "J76uZPStJRJCTKvosUCJZL5B/1h)";
        refused(
                "utxoupdatepsbt",
                quoted(create(0)) + ",[" + quoted(hardened) + "]",
                -5,
                "Cannot derive script without private keys: '" + hardened + "'");
    }
}
