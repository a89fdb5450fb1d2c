package org.starling.app;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.starling.api.rpc.Json;
import org.starling.api.rpc.RpcException;
import org.starling.api.rpc.RpcTable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Asks a running node by JSON-RPC, with the options, output and exit status of {@code bitcoin-cli}. */
final class ClientCommand {
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
            return ask();
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

    private int ask() throws UsageException, InterruptedException {
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
        if (settings.flag("generate", false)) {
            return generate(words, password);
        }
        if (words.isEmpty() && !info) {
            throw new UsageException("too few parameters (need at least command)");
        }
        if (info && !words.isEmpty()) {
            throw new UsageException("-getinfo takes no arguments");
        }
        JsonNode request = info ? ClientInfo.request() : request(words);
        JsonNode reply = RpcClient.of(settings, password).exchange(request, settings.text("rpcwallet"));
        return info ? ClientInfo.print(reply, out, err) : print(reply);
    }

    /** Has blocks mined to a new address of the wallet: how many, and how many tries, are the words. */
    private int generate(List<String> words, String password) throws UsageException, InterruptedException {
        if (words.size() > 2) {
            throw new UsageException("too many arguments (maximum 2 for nblocks and maxtries)");
        }
        RpcClient client = RpcClient.of(settings, password);
        JsonNode made = client.exchange(request(List.of("getnewaddress")), settings.text("rpcwallet"));
        if (made.path("error").isObject()) {
            return print(made);
        }
        String address = made.path("result").stringValue();
        List<String> call =
                new ArrayList<>(List.of("generatetoaddress", words.isEmpty() ? "1" : words.getFirst(), address));
        call.addAll(words.subList(Math.min(1, words.size()), words.size()));
        JsonNode mined = client.exchange(request(call), settings.text("rpcwallet"));
        if (mined.path("error").isObject()) {
            return print(mined);
        }
        ObjectNode result = Json.object().put("address", address);
        result.set("blocks", mined.path("result"));
        out.println(Json.indented(result, 2));
        return 0;
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
