package org.starling.app;

import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.starling.api.rpc.Json;
import org.starling.api.rpc.RpcException;
import org.starling.api.rpc.RpcTable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Asks a running node by JSON-RPC, with the options, output and exit status of {@code bitcoin-cli}. */
final class ClientCommand {
    private static final long RETRY_MILLIS = 200;

    private final Settings settings = new Settings(Options.ofClient());
    private final PrintStream out;
    private final PrintStream err;

    ClientCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Runs the command line and returns the exit status. */
    int run(List<String> arguments) {
        try {
            settings.addCommandLine(arguments.stream()
                    .map(argument -> argument.equals("-?") || argument.equals("-h") ? "-help" : argument)
                    .toList());
            if (settings.flag("help", false)) {
                out.print("usage: starling cli [OPTIONS] METHOD [ARGUMENTS]\n\n"
                        + "Asks a running node. The method help lists all methods.\n"
                        + Options.ofClient().help());
                return 0;
            }
            if (settings.flag("version", false)) {
                out.println("Starling RPC client version " + Version.TEXT);
                return 0;
            }
        } catch (UsageException e) {
            err.println("Error parsing command line arguments: " + e.getMessage());
            return 1;
        }
        try {
            Path root = DataDirectory.rootOf(settings);
            ConfigFile.readAll(settings, root);
            settings.useSection(Chains.sectionOf(settings));
            return ask(DataDirectory.of(root, Chains.sectionOf(settings)));
        } catch (UsageException e) {
            err.println("error: " + e.getMessage());
            return 1;
        } catch (RpcException e) {
            return printError(e.code(), String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private int ask(DataDirectory directory) throws UsageException, InterruptedException {
        List<String> words = new ArrayList<>(settings.operands());
        boolean info = settings.flag("getinfo", false);
        String password = "";
        List<String> input = List.of();
        if (settings.flag("stdinrpcpass", false) || settings.flag("stdin", false)) {
            input = new ArrayList<>(readInput());
        }
        if (settings.flag("stdinrpcpass", false)) {
            if (input.isEmpty()) {
                throw new UsageException("-stdinrpcpass specified but failed to read from standard input");
            }
            password = input.removeFirst();
        }
        if (settings.flag("stdin", false)) {
            words.addAll(input);
        }
        if (words.isEmpty() && !info) {
            throw new UsageException("too few parameters (need at least command)");
        }
        if (info && !words.isEmpty()) {
            throw new UsageException("-getinfo takes no arguments");
        }
        JsonNode request = info ? ClientInfo.request() : request(words);
        JsonNode reply = exchange(request, directory, password);
        return info ? ClientInfo.print(reply, out, err) : print(reply);
    }

    private static List<String> readInput() throws UsageException {
        try {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UsageException("standard input cannot be read: " + e.getMessage());
        }
    }

    private JsonNode request(List<String> words) throws UsageException {
        String method = words.getFirst();
        List<String> given = words.subList(1, words.size());
        ClientArguments arguments =
                new ClientArguments(RpcTable.ofNode().withWallets().find(method));
        ObjectNode request = Json.object().put("method", method);
        request.set("params", settings.flag("named", false) ? arguments.byName(given) : arguments.byPosition(given));
        return request.put("id", 1);
    }

    private JsonNode exchange(JsonNode request, DataDirectory directory, String password)
            throws UsageException, InterruptedException {
        String host = settings.text("rpcconnect", "127.0.0.1");
        int port = settings.port("rpcport", Chains.rpcPortOf(Chains.sectionOf(settings)));
        long timeoutSeconds = settings.number("rpcwaittimeout", 0);
        long deadline = timeoutSeconds > 0 ? System.nanoTime() + timeoutSeconds * 1_000_000_000L : Long.MAX_VALUE;
        int patienceMillis = (int) Math.min(settings.number("rpcclienttimeout", 900) * 1000, Integer.MAX_VALUE);
        String wallet = settings.text("rpcwallet");
        String path = wallet == null ? "/" : "/wallet/" + wallet;
        while (true) {
            String failure;
            try {
                JsonNode reply = HttpExchange.post(
                        host, port, path, credentials(directory, password), Json.write(request), patienceMillis);
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

    private String credentials(DataDirectory directory, String password) throws UsageException {
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

    private int printError(int code, String message) {
        err.println("error code: " + code + "\nerror message:\n" + message);
        return Math.abs(code) & 0xff;
    }

    private int print(JsonNode reply) {
        JsonNode error = reply.path("error");
        if (error.isObject()) {
            return printError(error.path("code").asInt(1), error.path("message").asString(""));
        }
        JsonNode result = reply.path("result");
        if (result.isString()) {
            if (!result.stringValue().isEmpty()) {
                out.println(result.stringValue());
            }
        } else if (!result.isNull() && !result.isMissingNode()) {
            out.println(Json.indented(result, 2));
        }
        return 0;
    }
}
