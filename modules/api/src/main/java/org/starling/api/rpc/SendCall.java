package org.starling.api.rpc;

import org.starling.consensus.Transaction;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.spend.Draft;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A call of {@code send}. */
final class SendCall {
    private final Call call;
    private final Wallet wallet;

    SendCall(Call call) {
        this.call = call;
        this.wallet = call.wallet();
    }

    static Parameter options() {
        return Parameter.options(
                "options",
                "which coins, fee and change; whether to send",
                "add_inputs",
                "include_unsafe",
                "minconf",
                "maxconf",
                "add_to_wallet",
                "change_address",
                "change_position",
                "change_type",
                "include_watching",
                "inputs",
                "locktime",
                "lock_unspents",
                "psbt",
                "subtract_fee_from_outputs",
                "max_tx_weight",
                "conf_target",
                "estimate_mode",
                "fee_rate",
                "replaceable",
                "solving_data");
    }

    JsonNode run() {
        JsonNode options = withFee(call);
        Funding.refuseOldNames(options);
        JsonNode inputs = Funding.option(options, "inputs");
        JsonNode lockTime = Funding.option(options, "locktime");
        Transaction raw = BuildMethods.transaction(
                call,
                inputs.isNull() ? Json.array() : Call.array(inputs),
                call.get("outputs"),
                lockTime.isNull() ? 0 : Call.number(lockTime),
                Funding.flag(options, wallet.options().replaceable(), "replaceable"));
        Draft draft = new Funding(call, wallet, Funding.withWeights(options, inputs))
                .fund(raw, BuildMethods.names(call.get("outputs")), raw.inputs().isEmpty(), false);
        return WalletPsbts.finish(call, wallet, options, draft.transaction());
    }

    /** The options, with what the arguments say of the fee; that is said in one of the two places. */
    static JsonNode withFee(Call call) {
        ObjectNode options = Json.object();
        if (call.has("options")) {
            options.setAll((ObjectNode) Call.object(call.get("options")));
        }
        boolean inOptions = options.has("conf_target") || options.has("estimate_mode");
        if (inOptions && (call.has("conf_target") || call.has("estimate_mode"))) {
            throw Call.invalid(
                    "Pass conf_target and estimate_mode either as arguments or in the options object, but not"
                            + " both");
        }
        if (options.has("fee_rate") && call.has("fee_rate")) {
            throw Call.invalid("Pass the fee_rate either as an argument, or in the options object, but not both");
        }
        for (String name : new String[] {"conf_target", "estimate_mode", "fee_rate"}) {
            if (call.has(name)) {
                options.set(name, call.get(name));
            }
        }
        JsonNode mode = Funding.option(options, "estimate_mode");
        boolean unset = mode.isNull() || Call.text(mode).equals("unset");
        if (!Funding.option(options, "conf_target").isNull() && unset) {
            throw Call.invalid("Specify estimate_mode");
        }
        return options;
    }
}
