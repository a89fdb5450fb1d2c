package org.starling.api.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.starling.api.metrics.LaneFigures;
import org.starling.api.zmq.Publication;
import org.starling.consensus.ChainParams;

/** The server as a client sees it: raw HTTP on a free port. */
class RpcServerTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private RpcServer server;

    @BeforeEach
    void start() throws IOException {
        // A user whose password nobody knows.
        RpcCredentials.Hashed ann = new RpcCredentials.Hashed(
                "ann", "salt", "cf9fc95e7c8ab63b8f5f8aeff9e1e6ba3fa2e7c9a1b9e7b0a9d9a3c3e0ffd7aa");
        server = RpcServer.start(
                new RpcServer.Config(
                        ChainParams.regtest(),
                        List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                        RpcAccess.local(new RpcCredentials("user:password", List.of(ann))),
                        Duration.ofSeconds(30),
                        1,
                        1,
                        true,
                        true),
                RpcTable.ofNode(),
                new QuietHost());
        server.finishWarmup();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse<String> post(String path, String body, String user) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (!user.isEmpty()) {
            request.header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private String answer(int status, String body) throws Exception {
        HttpResponse<String> response = post("/", body, "user:password");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return response.body();
    }

    @Test
    void theOldProtocol() throws Exception {
        HttpResponse<String> response =
                post("/", "{\"method\":\"echo\",\"params\":[1,\"two\",0.10000000],\"id\":7}", "user:password");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().allValues("Content-Type")).containsExactly("application/json");
        assertThat(response.body()).isEqualTo("{\"result\":[1,\"two\",0.10000000],\"error\":null,\"id\":7}\n");
    }

    @Test
    void errorsOfTheOldProtocolAreHttpErrors() throws Exception {
        assertThat(answer(404, "{\"method\":\"fly\",\"id\":1}"))
                .isEqualTo("{\"result\":null,\"error\":{\"code\":-32601,\"message\":\"Method not found\"},\"id\":1}\n");
        assertThat(answer(400, "{\"id\":1}")).contains("\"code\":-32600,\"message\":\"Missing method\"");
        assertThat(answer(500, "{\"method\":\"uptime\",\"params\":[1],\"id\":1}"))
                .contains("\"code\":-1");
        assertThat(answer(500, "this is bad"))
                .isEqualTo("{\"result\":null,\"error\":{\"code\":-32700,\"message\":\"Parse error\"},\"id\":null}\n");
        assertThat(answer(500, "")).contains("Parse error");
        assertThat(answer(500, "{\"method\":\"uptime\"} x")).contains("Parse error");
        assertThat(answer(500, "3")).contains("Top-level object parse error");
    }

    @Test
    void theNewProtocol() throws Exception {
        assertThat(answer(200, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":\"a\"}"))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"result\":[],\"id\":\"a\"}\n");
        assertThat(answer(200, "{\"jsonrpc\":\"2.0\",\"method\":\"fly\",\"id\":null}"))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601,\"message\":\"Method not found\"},"
                        + "\"id\":null}\n");
        assertThat(answer(204, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\"}")).isEmpty();
        assertThat(answer(204, "{\"jsonrpc\":\"2.0\",\"method\":\"fly\"}")).isEmpty();
        assertThat(answer(400, "{\"jsonrpc\":\"3.0\",\"method\":\"echo\"}"))
                .isEqualTo("{\"result\":null,\"error\":{\"code\":-32600,\"message\":\"JSON-RPC version not"
                        + " supported\"}}\n");
        assertThat(answer(400, "{\"jsonrpc\":2,\"method\":\"echo\"}")).contains("jsonrpc field must be a string");
    }

    @Test
    void batches() throws Exception {
        assertThat(answer(200, "[]")).isEqualTo("[]\n");
        assertThat(answer(
                        200,
                        "[{\"method\":\"echo\",\"id\":1},{\"pizza\":\"sausage\"},"
                                + "{\"jsonrpc\":\"2.0\",\"method\":\"echo\"}]"))
                .isEqualTo("[{\"result\":[],\"error\":null,\"id\":1},"
                        + "{\"result\":null,\"error\":{\"code\":-32600,\"message\":\"Missing method\"}}]\n");
        assertThat(answer(204, "[{\"jsonrpc\":\"2.0\",\"method\":\"echo\"}]")).isEmpty();
    }

    @Test
    void namedArguments() throws Exception {
        assertThat(answer(200, "{\"method\":\"echo\",\"params\":{\"arg2\":2,\"arg0\":0},\"id\":1}"))
                .contains("[0,null,2]");
        assertThat(answer(200, "{\"method\":\"echo\",\"params\":{\"args\":[0,1],\"arg3\":3},\"id\":1}"))
                .contains("[0,1,null,3]");
        assertThat(answer(500, "{\"method\":\"echo\",\"params\":{\"args\":[0,1],\"arg1\":3},\"id\":1}"))
                .contains("Parameter arg1 specified twice both as positional and named argument");
        assertThat(answer(500, "{\"method\":\"echo\",\"params\":{\"speed\":3},\"id\":1}"))
                .contains("\"code\":-8,\"message\":\"Unknown named parameter speed\"");
    }

    @Test
    void typesAreChecked() throws Exception {
        assertThat(answer(500, "{\"method\":\"help\",\"params\":[3],\"id\":1}"))
                .contains("\"code\":-3")
                .contains("Position 1 (command)")
                .contains("JSON value of type number is not of expected type string");
    }

    @Test
    void onlyWithThePassword() throws Exception {
        String call = "{\"method\":\"echo\",\"id\":1}";
        HttpResponse<String> refused = post("/", call, "");
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).hasValue("Basic realm=\"jsonrpc\"");
        assertThat(post("/", call, "user:wrong").statusCode()).isEqualTo(401);
        assertThat(post("/", call, "ann:wrong").statusCode()).isEqualTo(401);
        assertThat(post("/wallet/some", call, "user:password").statusCode()).isEqualTo(200);
        assertThat(post("/other", call, "user:password").statusCode()).isEqualTo(404);
    }

    @Test
    void saltedPasswords() {
        // HMAC-SHA256 of the password with the salt as its key.
        RpcCredentials credentials = new RpcCredentials(
                "",
                List.of(RpcCredentials.Hashed.parse(
                        "bob:" + "key$f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8")));
        String right = Base64.getEncoder()
                .encodeToString("bob:The quick brown fox jumps over the lazy dog".getBytes(StandardCharsets.UTF_8));
        assertThat(credentials.userOf("Basic " + right)).isEqualTo("bob");
        assertThat(credentials.userOf("Basic Ym9iOmE=")).isNull();
        assertThat(credentials.userOf("Bearer " + right)).isNull();
        assertThat(RpcCredentials.Hashed.parse("nonsense")).isNull();
    }

    @Test
    void getIsNotAnswered() throws Exception {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.body()).isEqualTo("JSONRPC server handles only POST requests");
    }

    @Test
    void warmup() throws Exception {
        RpcServer starting = RpcServer.start(
                new RpcServer.Config(
                        ChainParams.regtest(),
                        List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                        RpcAccess.local(new RpcCredentials("user:password", List.of())),
                        Duration.ofSeconds(30),
                        1,
                        1,
                        true,
                        true),
                RpcTable.ofNode(),
                new QuietHost());
        RpcServer before = server;
        try {
            starting.setWarmup("Loading block index…");
            server = starting;
            assertThat(answer(500, "{\"method\":\"uptime\",\"id\":1}"))
                    .contains("\"error\":{\"code\":-28,\"message\":\"Loading block index…\"}");
            starting.finishWarmup();
            assertThat(answer(200, "{\"method\":\"uptime\",\"id\":1}")).contains("\"result\":5,");
        } finally {
            server = before;
            starting.close();
        }
    }

    @Test
    void pagesAreRefusedAndConnectionsKept() throws Exception {
        String basic = Base64.getEncoder().encodeToString("user:password".getBytes(StandardCharsets.UTF_8));
        String head = "POST / HTTP/1.1\r\nAuthorization: Basic " + basic + "\r\nContent-Length: 24\r\n";
        String body = "{\"method\":\"echo\",\"id\":1}";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            assertThat(exchange(socket, head + "Host: localhost\r\n\r\n" + body))
                    .startsWith("HTTP/1.1 200");
            assertThat(exchange(socket, head + "Host: 127.0.0.1:8332\r\n\r\n" + body))
                    .startsWith("HTTP/1.1 200");
            assertThat(exchange(socket, head + "Host: rebound.example\r\n\r\n" + body))
                    .startsWith("HTTP/1.1 403");
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            assertThat(exchange(socket, head + "Host: localhost\r\nOrigin: http://evil.example\r\n\r\n" + body))
                    .startsWith("HTTP/1.1 403");
        }
    }

    private static String exchange(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        byte[] buffer = new byte[4096];
        int length = socket.getInputStream().read(buffer);
        return new String(buffer, 0, length, StandardCharsets.US_ASCII);
    }

    @Test
    void helpNamesEveryMethod() throws Exception {
        assertThat(answer(200, "{\"method\":\"help\",\"id\":1}")).contains("== Control ==\\n", "uptime");
        assertThat(answer(200, "{\"method\":\"help\",\"params\":[\"stop\"],\"id\":1}"))
                .contains("stop ( wait )");
        assertThat(answer(200, "{\"method\":\"help\",\"params\":[\"fly\"],\"id\":1}"))
                .contains("help: unknown command: fly");
    }

    /** A process that does nothing. */
    static final class QuietHost implements RpcHost {
        @Override
        public void loadOnStart(String wallet, java.util.Optional<Boolean> load) {}

        @Override
        public void stop() {}

        @Override
        public boolean isStopping() {
            return false;
        }

        @Override
        public long blockBytes() {
            return 0;
        }

        @Override
        public long coinBytes() {
            return 0;
        }

        @Override
        public long uptimeMillis() {
            return 5_999;
        }

        @Override
        public String logPath() {
            return "";
        }

        @Override
        public List<String> logCategories() {
            return List.of("net", "rpc");
        }

        @Override
        public boolean isLogged(String category) {
            return false;
        }

        @Override
        public void setLogged(String category, boolean on) {}

        @Override
        public String mempoolPath() {
            return "/nowhere/mempool.dat";
        }

        @Override
        public byte[] readFile(String path) throws IOException {
            throw new IOException(path);
        }

        @Override
        public List<LaneFigures> lanes() {
            return List.of();
        }

        @Override
        public List<Publication> publications() {
            return List.of();
        }

        @Override
        public void randomBytes(byte[] bytes) {
            new java.util.Random(1).nextBytes(bytes);
        }

        @Override
        public void pause(long millis) {}
    }
}
