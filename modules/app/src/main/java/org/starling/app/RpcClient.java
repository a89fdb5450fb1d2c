package org.starling.app;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.starling.api.rpc.Json;
import org.starling.api.rpc.RpcException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Calls a running node, found and proved oneself to as the client's options say. */
final class RpcClient {
    private static final long RETRY_MILLIS = 200;

    private final Settings settings;
    private final DataDirectory directory;
    private final String password;

    private RpcClient(Settings settings, DataDirectory directory, String password) {
        this.settings = settings;
        this.directory = directory;
        this.password = password;
    }

    /**
     * Reads the configuration file that the settings name.
     *
     * @param password instead of the cookie's; empty for none
     */
    static RpcClient of(Settings settings, String password) throws UsageException {
        Path root = DataDirectory.rootOf(settings);
        ConfigFile.readAll(settings, root);
        settings.useSection(Chains.sectionOf(settings));
        return new RpcClient(settings, DataDirectory.of(root, Chains.sectionOf(settings)), password);
    }

    /** The result of a method. Throws {@link RpcException} for the error that the node answers with. */
    JsonNode call(String method, JsonNode arguments, @Nullable String wallet)
            throws UsageException, InterruptedException {
        ObjectNode request = Json.object().put("method", method);
        request.set("params", arguments);
        JsonNode reply = exchange(request.put("id", 1), wallet);
        JsonNode error = reply.path("error");
        if (error.isObject()) {
            throw new RpcException(
                    error.path("code").asInt(1), error.path("message").asString(""));
        }
        return reply.path("result");
    }

    /** What the node replies to a request, once it is up if that is to be waited for. */
    JsonNode exchange(JsonNode request, @Nullable String wallet) throws UsageException, InterruptedException {
        String host = settings.text("rpcconnect", "127.0.0.1");
        int port = settings.port("rpcport", Chains.rpcPortOf(Chains.sectionOf(settings)));
        long timeoutSeconds = settings.number("rpcwaittimeout", 0);
        long deadline = timeoutSeconds > 0 ? System.nanoTime() + timeoutSeconds * 1_000_000_000L : Long.MAX_VALUE;
        int patienceMillis = (int) Math.min(settings.number("rpcclienttimeout", 900) * 1000, Integer.MAX_VALUE);
        String path = wallet == null
                ? "/"
                : "/wallet/"
                        + URLEncoder.encode(wallet, StandardCharsets.UTF_8)
                                .replace("+", "%20")
                                .replace("%2F", "/");
        while (true) {
            String failure;
            try {
                JsonNode reply =
                        HttpExchange.post(host, port, path, credentials(), Json.write(request), patienceMillis);
                JsonNode error = reply.get("error");
                if (error == null
                        || !error.isObject()
                        || error.path("code").asInt(0) != RpcException.IN_WARMUP
                        || !settings.flag("rpcwait", false)) {
                    return reply;
                }
                failure = "server in warmup";
            } catch (ConnectException e) {
                failure = "Could not connect to the server " + host + ":" + port;
            } catch (IOException e) {
                throw new UsageException("the server " + host + ":" + port + " gave no answer: " + e.getMessage());
            } catch (UsageException e) {
                if (!settings.flag("rpcwait", false)) {
                    throw e;
                }
                failure = e.toString();
            }
            if (!settings.flag("rpcwait", false) || System.nanoTime() > deadline) {
                throw new UsageException("timeout on transient error: " + failure + "\n\nMake sure the node is running"
                        + " and that you are connecting to the correct RPC port.\n"
                        + "Use \"starling cli -help\" for more info.");
            }
            Thread.sleep(RETRY_MILLIS);
        }
    }

    private String credentials() throws UsageException {
        String given = password.isEmpty() ? settings.text("rpcpassword", "") : password;
        if (!given.isEmpty()) {
            return settings.text("rpcuser", "") + ":" + given;
        }
        Path cookie = directory.file(settings, "rpccookiefile", ".cookie");
        try {
            return Files.readString(cookie).strip();
        } catch (IOException e) {
            throw new UsageException("Could not locate RPC credentials. No authentication cookie could be found, and"
                    + " RPC password is not set.  See -rpcpassword and -stdinrpcpass.  Configuration file: ("
                    + directory.root().resolve(settings.text("conf", "bitcoin.conf")) + ")");
        }
    }
}
