package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the REST interface gives, and to whom; compared with what JSON-RPC says of the same. */
class RestTest {
    private static final String ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
    private static final HexFormat HEX = HexFormat.of();

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private NodeProcess node;

    @BeforeEach
    void choosePorts() throws Exception {
        node = new NodeProcess(folder);
    }

    @AfterEach
    void kill() {
        node.close();
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.rpcPort() + "/rest/" + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private String ask(String... words) {
        NodeProcess.Answer answer = node.ask(words);
        assertThat(answer.status()).as(answer.err()).isZero();
        return answer.out();
    }

    @Test
    void publicDataInThreeFormatsWithoutAPassword() throws Exception {
        node.start("-rest", "-blockfilterindex", "-printtoconsole=0");
        ask("generatetoaddress", "3", ADDRESS);
        String tip = ask("getbestblockhash");
        String first = ask("getblockhash", "1");
        String block = ask("getblock", tip, "0");

        HttpResponse<byte[]> binary = get("block/" + tip + ".bin");
        assertThat(binary.headers().firstValue("Content-Type")).contains("application/octet-stream");
        assertThat(HEX.formatHex(binary.body())).isEqualTo(block);
        assertThat(text(get("block/" + tip + ".hex"))).isEqualTo(block + "\n");
        assertThat(text(get("block/" + tip + ".json"))).contains("\"vin\"").contains("\"hash\":\"" + tip + "\"");
        assertThat(text(get("block/notxdetails/" + tip + ".json"))).doesNotContain("\"vin\"");
        assertThat(text(get("blockhashbyheight/3.hex"))).isEqualTo(tip + "\n");
        assertThat(text(get("headers/" + first + ".hex?count=2")))
                .isEqualTo(ask("getblockheader", first, "false")
                        + ask("getblockheader", ask("getblockhash", "2"), "false") + "\n");
        assertThat(text(get("chaininfo.json")))
                .contains("\"chain\":\"regtest\"")
                .contains("\"blocks\":3");
        assertThat(text(get("mempool/info.json"))).contains("\"size\":0");
        assertThat(text(get("blockfilter/basic/" + tip + ".json")))
                .isEqualTo(
                        ask("getblockfilter", tip).replaceAll("\\s", "").replaceAll(",\"header\":\"\\w+\"", "") + "\n");
        assertThat(get("blockfilterheaders/basic/" + first + ".bin?count=3").body())
                .hasSize(3 * 32);
    }

    @Test
    void unspentOutputs() throws Exception {
        node.start("-rest", "-printtoconsole=0");
        ask("generatetoaddress", "1", ADDRESS);
        String tip = ask("getbestblockhash");
        String txid = ask("getblock", tip).replaceAll("(?s).*\"tx\": \\[\\s*\"(\\w+)\".*", "$1");

        assertThat(text(get("getutxos/" + txid + "-0/" + txid + "-7.json")))
                .contains("\"chainHeight\":1", "\"bitmap\":\"10\"", "\"value\":50.00000000", ADDRESS);
        // height, tip, one byte of bits, one coin: version, height, value and a script of 22 bytes
        byte[] coins = get("getutxos/" + txid + "-0.bin").body();
        assertThat(coins).hasSize(4 + 32 + 2 + 1 + 4 + 4 + 8 + 1 + 22);
        assertThat(HEX.formatHex(coins, 36, 47)).isEqualTo("0101" + "01" + "00000000" + "01000000");

        HttpRequest posted = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + node.rpcPort() + "/rest/getutxos.hex"))
                .POST(HttpRequest.BodyPublishers.ofString("0001" + reversed(txid) + "00000000"))
                .build();
        assertThat(client.send(posted, HttpResponse.BodyHandlers.ofString()).body())
                .isEqualTo(HEX.formatHex(coins) + "\n");
    }

    private static String reversed(String hash) {
        StringBuilder bytes = new StringBuilder();
        for (int i = hash.length() - 2; i >= 0; i -= 2) {
            bytes.append(hash, i, i + 2);
        }
        return bytes.toString();
    }

    @Test
    void whatCannotBeGivenIsSaidPlainly() throws Exception {
        node.start("-rest", "-printtoconsole=0");
        String genesis = ask("getblockhash", "0");
        assertThat(get("nothing.json").statusCode()).isEqualTo(404);
        assertThat(text(get("block/12.json"))).isEqualTo("Invalid hash: 12\r\n");
        assertThat(get("block/" + "0".repeat(64) + ".json").statusCode()).isEqualTo(404);
        assertThat(text(get("block/" + genesis)))
                .isEqualTo("output format not found (available: .bin, .hex, .json)\r\n");
        assertThat(text(get("headers/" + genesis + ".json?count=2001"))).startsWith("Header count is invalid");
        assertThat(text(get("blockfilter/basic/" + genesis + ".json"))).startsWith("Index is not enabled");
        assertThat(text(get("getutxos/" + ("0".repeat(64) + "-0/").repeat(15) + "0".repeat(64) + "-0.json")))
                .isEqualTo("Error: max outpoints exceeded (max: 15, tried: 16)\r\n");
        assertThat(get("chaininfo.json", "Origin", "http://evil.example").statusCode())
                .isEqualTo(403);
    }

    @Test
    void itIsOffUnlessAskedFor() throws Exception {
        node.start("-printtoconsole=0");
        ask("uptime");
        assertThat(get("chaininfo.json").statusCode()).isEqualTo(404);
    }
}
