package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.mempool.Feerate;
import org.starling.mempool.fees.FeeEstimate;
import org.starling.mempool.fees.FeeEstimates;
import org.starling.mempool.fees.Horizon;
import org.starling.mempool.fees.RawEstimate;
import org.starling.node.Node;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that tell what to pay. */
final class FeeMethods {
    private static final double DEFAULT_THRESHOLD = .95;

    private FeeMethods() {}

    static List<RpcMethod> all() {
        return List.of(
                RpcMethod.of(
                        "estimatesmartfee",
                        "util",
                        "Tells the feerate at which a transaction confirms within so many blocks, learnt from what confirmed"
                                + " before.",
                        FeeMethods::estimate,
                        required("conf_target", NUMBER, "blocks: 1 to " + FeeEstimates.LONGEST_TARGET),
                        optional("estimate_mode", TEXT, "unset, economical or conservative")),
                RpcMethod.of(
                        "estimaterawfee",
                        "hidden",
                        "Tells what feerate estimates rest on, over each span of time that reaches so far.",
                        FeeMethods::estimateRaw,
                        required("conf_target", NUMBER, "blocks: 1 to " + FeeEstimates.LONGEST_TARGET),
                        optional("threshold", NUMBER, "what part has to confirm in time: 0 to 1, default 0.95")));
    }

    /** Blocks within which something is to confirm. */
    static int target(JsonNode given) {
        int blocks = Call.integer(given);
        if (blocks < 1 || blocks > FeeEstimates.LONGEST_TARGET) {
            throw Call.invalid("Invalid conf_target, must be between 1 and " + FeeEstimates.LONGEST_TARGET);
        }
        return blocks;
    }

    /** Whether an estimate is to be careful. */
    static boolean conservative(JsonNode mode) {
        String name = mode.isMissingNode() || mode.isNull()
                ? "unset"
                : Call.text(mode).toLowerCase(Locale.ROOT);
        if (!Set.of("unset", "economical", "conservative").contains(name)) {
            throw Call.invalid(
                    "Invalid estimate_mode parameter, must be one of: \"unset\", \"economical\", \"conservative\"");
        }
        return name.equals("conservative");
    }

    private static FeeEstimates estimates(Node node) {
        if (node.config().peers().blocksOnly()) {
            throw new RpcException(RpcException.INTERNAL_ERROR, "Fee estimation disabled");
        }
        return node.fees().estimates();
    }

    private static JsonNode estimate(Call call) {
        Node node = call.node();
        FeeEstimates estimates = estimates(node);
        int target = target(call.get("conf_target"));
        FeeEstimate estimate = estimates.estimate(target, conservative(call.get("estimate_mode")));
        ObjectNode json = Json.object();
        if (estimate.isKnown()) {
            Feerate least = node.mempool().effectiveMinimumFeerate(node.clock().seconds());
            json.set(
                    "feerate",
                    Json.amount(Feerate.max(estimate.feerate(), least).satoshisPerKvb()));
        } else {
            json.set("errors", Json.texts(List.of("Insufficient data or no feerate found")));
        }
        return json.put("blocks", estimate.blocks());
    }

    private static JsonNode estimateRaw(Call call) {
        FeeEstimates estimates = estimates(call.node());
        int target = target(call.get("conf_target"));
        double threshold = call.has("threshold") ? call.get("threshold").asDouble() : DEFAULT_THRESHOLD;
        if (!(threshold >= 0 && threshold <= 1)) {
            throw Call.invalid("Invalid threshold");
        }
        ObjectNode json = Json.object();
        for (Horizon horizon : Horizon.values()) {
            RawEstimate raw = estimates.raw(target, threshold, horizon);
            if (raw != null) {
                json.set(horizon.name().toLowerCase(Locale.ROOT), json(raw));
            }
        }
        return json;
    }

    private static ObjectNode json(RawEstimate raw) {
        ObjectNode json = Json.object();
        boolean known = raw.median() >= 0;
        if (known) {
            json.set("feerate", Json.amount(Math.round(raw.median())));
        }
        json.put("decay", raw.horizon().decay());
        json.put("scale", raw.horizon().scale());
        put(json, "pass", known ? raw.passed() : null);
        put(json, "fail", raw.failed());
        if (!known) {
            json.set("errors", Json.texts(List.of("Insufficient data or no feerate found which meets threshold")));
        }
        return json;
    }

    private static void put(ObjectNode json, String name, RawEstimate.@Nullable Range range) {
        if (range != null) {
            json.putObject(name)
                    .put("startrange", Math.rint(range.start()))
                    .put("endrange", Math.rint(range.end()))
                    .put("withintarget", hundredths(range.withinTarget()))
                    .put("totalconfirmed", hundredths(range.totalConfirmed()))
                    .put("inmempool", hundredths(range.inMempool()))
                    .put("leftmempool", hundredths(range.leftMempool()));
        }
    }

    private static double hundredths(double value) {
        return Math.rint(value * 100) / 100;
    }
}
