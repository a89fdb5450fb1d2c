package org.starling.app;

import java.io.PrintStream;
import java.util.Locale;
import org.starling.api.rpc.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** What {@code -getinfo} asks for and prints. */
final class ClientInfo {
    private ClientInfo() {}

    static ArrayNode request() {
        ArrayNode batch = Json.array();
        batch.add(Json.object().put("method", "getnetworkinfo").put("id", 0));
        batch.add(Json.object().put("method", "getblockchaininfo").put("id", 1));
        return batch;
    }

    static int print(JsonNode replies, PrintStream out, PrintStream err) {
        for (JsonNode reply : replies.isArray() ? replies : Json.array().add(replies)) {
            JsonNode error = reply.path("error");
            if (error.isObject()) {
                int code = error.path("code").asInt(1);
                err.println("error code: " + code + "\nerror message:\n"
                        + error.path("message").asString(""));
                return Math.abs(code) & 0xff;
            }
        }
        JsonNode network = replies.path(0).path("result");
        JsonNode chain = replies.path(1).path("result");
        out.println("Chain: " + chain.path("chain").asString(""));
        out.println("Blocks: " + chain.path("blocks"));
        out.println("Headers: " + chain.path("headers"));
        out.println(String.format(
                Locale.ROOT,
                "Verification progress: %.4f%%",
                100 * chain.path("verificationprogress").asDouble(0)));
        out.println("Difficulty: " + chain.path("difficulty"));
        out.println();
        out.println("Network: in " + network.path("connections_in") + ", out " + network.path("connections_out")
                + ", total " + network.path("connections"));
        out.println("Version: " + network.path("version"));
        out.println("Time offset (s): " + network.path("timeoffset"));
        out.println("Min tx relay fee rate (BTC/kvB): " + network.path("relayfee"));
        out.println();
        JsonNode warnings = chain.path("warnings");
        out.println("Warnings: " + (warnings.isEmpty() ? "(none)" : warnings.toString()));
        return 0;
    }
}
