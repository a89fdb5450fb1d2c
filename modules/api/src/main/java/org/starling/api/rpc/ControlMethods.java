package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.ANY;
import static org.starling.api.rpc.Parameter.Type.ARRAY;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.Type.WORD;
import static org.starling.api.rpc.Parameter.optional;

import java.util.List;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods about the process and the RPC itself. */
final class ControlMethods {
    /** Longest pause that {@code stop} makes before it stops, in milliseconds. */
    private static final long MAX_STOP_WAIT_MILLIS = 60_000;

    private ControlMethods() {}

    static List<RpcMethod> all() {
        String echo = "Gives back its arguments; for testing.";
        return List.of(
                RpcMethod.of(
                        "help",
                        "control",
                        "Lists all methods, or explains one.",
                        ControlMethods::help,
                        optional("command", TEXT, "the method to explain")),
                RpcMethod.of(
                        "stop",
                        "control",
                        "Asks the node to stop, and says so.",
                        ControlMethods::stop,
                        optional("wait", NUMBER, "milliseconds to wait before")),
                RpcMethod.of("uptime", "control", "Seconds since the node started.", ControlMethods::uptime),
                RpcMethod.of(
                        "getrpcinfo",
                        "control",
                        "The calls under way, with microseconds since they began, and the path of the log.",
                        ControlMethods::getRpcInfo),
                RpcMethod.of(
                                "getmemoryinfo",
                                "control",
                                "Bytes of memory in use: what is locked against being swapped out, and the heap.",
                                ControlMethods::getMemoryInfo,
                                optional("mode", TEXT, "stats"))
                        .differing("A JVM locks no memory: locked is zero throughout. heap is an addition. The mode"
                                + " mallocinfo is not there."),
                RpcMethod.of(
                        "logging",
                        "control",
                        "Switches the detailed logging of categories on and off, and gives the state of all.",
                        ControlMethods::logging,
                        optional("include", ARRAY, "categories to switch on; all or 1 means every one"),
                        optional("exclude", ARRAY, "categories to switch off, after the others were switched on")),
                RpcMethod.of("echo", "hidden", echo, ControlMethods::echo, ten(WORD)),
                RpcMethod.of("echojson", "hidden", echo, ControlMethods::echo, ten(ANY)));
    }

    private static Parameter[] ten(Parameter.Type type) {
        Parameter[] ten = new Parameter[10];
        for (int i = 0; i < ten.length; i++) {
            ten[i] = optional("arg" + i, type, "anything");
        }
        return ten;
    }

    private static JsonNode help(Call call) {
        if (!call.has("command")) {
            return Json.text(call.server().table().overview());
        }
        String name = call.text("command");
        RpcMethod method = call.server().table().find(name);
        return Json.text(method == null ? "help: unknown command: " + name : method.manual());
    }

    private static JsonNode stop(Call call) {
        long wait = call.number("wait", 0);
        call.server().host().stop();
        if (wait > 0) {
            call.server().host().pause(Math.min(wait, MAX_STOP_WAIT_MILLIS));
        }
        return Json.text("Starling stopping");
    }

    private static JsonNode uptime(Call call) {
        long uptime = call.server().host().uptimeMillis();
        long ahead = call.server().clockAheadMillis();
        if (ahead == 0) {
            return Json.number(uptime / 1000);
        }
        // A clock that was set shows whole seconds, so the start is taken as one too.
        long now = System.currentTimeMillis();
        return Json.number((now + ahead) / 1000 - (now - uptime) / 1000);
    }

    private static JsonNode getRpcInfo(Call call) {
        ArrayNode active = Json.array();
        call.server().active().forEach((method, micros) -> {
            active.add(Json.object().put("method", method).put("duration", micros));
        });
        ObjectNode info = Json.object();
        info.set("active_commands", active);
        return info.put("logpath", call.server().host().logPath());
    }

    private static JsonNode getMemoryInfo(Call call) {
        String mode = call.text("mode", "stats");
        if (!mode.equals("stats")) {
            throw Call.invalid(mode.equals("mallocinfo") ? "mallocinfo mode not available" : "unknown mode " + mode);
        }
        ObjectNode info = Json.object();
        info.putObject("locked")
                .put("used", 0)
                .put("free", 0)
                .put("total", 0)
                .put("locked", 0)
                .put("chunks_used", 0)
                .put("chunks_free", 0);
        Runtime runtime = Runtime.getRuntime();
        info.putObject("heap")
                .put("used", runtime.totalMemory() - runtime.freeMemory())
                .put("total", runtime.totalMemory())
                .put("max", runtime.maxMemory());
        return info;
    }

    private static JsonNode logging(Call call) {
        RpcHost host = call.server().host();
        switchCategories(host, call.get("include"), true);
        switchCategories(host, call.get("exclude"), false);
        ObjectNode state = Json.object();
        for (String category : new TreeSet<>(host.logCategories())) {
            state.put(category, host.isLogged(category));
        }
        return state;
    }

    private static void switchCategories(RpcHost host, JsonNode names, boolean on) {
        for (JsonNode value : names) {
            String name = Call.text(value);
            if (name.equals("all") || name.equals("1") || name.isEmpty() || name.equals("none") || name.equals("0")) {
                boolean every = !name.equals("none") && !name.equals("0");
                host.logCategories().forEach(category -> host.setLogged(category, on == every));
            } else if (host.logCategories().contains(name)) {
                host.setLogged(name, on);
            } else {
                throw Call.invalid("unknown logging category " + name);
            }
        }
    }

    private static JsonNode echo(Call call) {
        if (call.has("arg9") && call.get("arg9").isString() && call.text("arg9").equals("trigger_internal_bug")) {
            throw new RpcException(
                    RpcException.MISC_ERROR,
                    "Internal bug detected: request.params[9].get_str() != \"trigger_internal_bug\"");
        }
        ArrayNode given = Json.array();
        call.arguments().forEach(given::add);
        return given;
    }
}
