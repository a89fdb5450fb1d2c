package org.starling.api.rpc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.starling.consensus.Address;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.mempool.Feerate;
import org.starling.wallet.OutputType;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletFlag;
import org.starling.wallet.spend.Draft;
import org.starling.wallet.spend.Payment;
import org.starling.wallet.spend.Recipient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Finds a wallet's coins for a transaction, as options say that several methods have in common. */
final class Funding {
    /** Weight units of an input with neither script nor witness. */
    private static final int LEAST_INPUT_WEIGHT = 165;

    /** The options and the JSON types that they must have; an empty one is judged where the option is read. */
    private static final Map<String, String> TYPES = new TreeMap<>(Map.ofEntries(
            Map.entry("add_inputs", "bool"),
            Map.entry("include_unsafe", "bool"),
            Map.entry("add_to_wallet", "bool"),
            Map.entry("changeAddress", "string"),
            Map.entry("change_address", "string"),
            Map.entry("changePosition", "number"),
            Map.entry("change_position", "number"),
            Map.entry("change_type", "string"),
            Map.entry("includeWatching", "bool"),
            Map.entry("include_watching", "bool"),
            Map.entry("inputs", "array"),
            Map.entry("lockUnspents", "bool"),
            Map.entry("lock_unspents", "bool"),
            Map.entry("locktime", "number"),
            Map.entry("fee_rate", ""),
            Map.entry("feeRate", ""),
            Map.entry("psbt", "bool"),
            Map.entry("solving_data", "object"),
            Map.entry("subtractFeeFromOutputs", "array"),
            Map.entry("subtract_fee_from_outputs", "array"),
            Map.entry("replaceable", "bool"),
            Map.entry("conf_target", "number"),
            Map.entry("estimate_mode", "string"),
            Map.entry("minconf", "number"),
            Map.entry("maxconf", "number"),
            Map.entry("input_weights", "array"),
            Map.entry("max_tx_weight", "number")));

    private static final List<String> NEVER_NULL = List.of(
            "add_inputs",
            "change_address",
            "change_position",
            "change_type",
            "lock_unspents",
            "include_unsafe",
            "replaceable",
            "minconf",
            "maxconf");

    private final Call call;
    private final Wallet wallet;
    private final JsonNode options;
    private final SolvingData solving;

    /** Throws if an option is unknown or of the wrong type. */
    Funding(Call call, Wallet wallet, JsonNode options) {
        this.call = call;
        this.wallet = wallet;
        this.options = options;
        requireTypes(options, TYPES);
        for (String name : NEVER_NULL) {
            if (options.has(name) && options.path(name).isNull()) {
                throw new RpcException(
                        RpcException.TYPE_ERROR, "JSON value of type null is not of expected type " + TYPES.get(name));
            }
        }
        this.solving = new SolvingData(call, option(options, "solving_data"));
    }

    /** Throws with error -3 if a field has another name than these, or is not of its type. */
    static void requireTypes(JsonNode options, Map<String, String> types) {
        for (Map.Entry<String, String> type : types.entrySet()) {
            JsonNode value = options.path(type.getKey());
            if (!value.isMissingNode() && !value.isNull() && !type.getValue().isEmpty()) {
                Call.requireField(
                        options, type.getKey(), Json.typeName(value).equals(type.getValue()), type.getValue());
            }
        }
        if (options.isObject()) {
            Call.requireNoOther(options, types.keySet().toArray(String[]::new));
        }
    }

    /** An option by one of its names; a null node if it was not given. */
    static JsonNode option(JsonNode options, String... names) {
        for (String name : names) {
            if (options.has(name) && !options.path(name).isNull()) {
                return options.path(name);
            }
        }
        return Json.nothing();
    }

    /** An option that is true or false. */
    static boolean flag(JsonNode options, boolean byDefault, String... names) {
        JsonNode given = option(options, names);
        return given.isNull() ? byDefault : Call.flag(given);
    }

    /** The options, with the weights that are said of the inputs that are given. */
    static JsonNode withWeights(JsonNode options, JsonNode inputs) {
        if (options.has("input_weights")) {
            throw Call.invalid("Input weights should be specified in inputs rather than in options.");
        }
        ObjectNode all = Json.object();
        if (options.isObject()) {
            all.setAll((ObjectNode) options);
        }
        ArrayNode weights = Json.array();
        for (JsonNode input : inputs.isNull() ? Json.array() : inputs) {
            if (input.has("weight")) {
                weights.add(input);
            }
        }
        return weights.isEmpty() ? all : all.set("input_weights", weights);
    }

    /** Throws with error -8 if an option is given by a name that newer methods do not know. */
    static void refuseOldNames(JsonNode options) {
        Map<String, String> names = new TreeMap<>(Map.of(
                "changeAddress", "change_address",
                "changePosition", "change_position",
                "includeWatching", "include_watching",
                "lockUnspents", "lock_unspents",
                "subtractFeeFromOutputs", "subtract_fee_from_outputs"));
        if (options.has("feeRate")) {
            throw Call.invalid("Use fee_rate (sat/vB) instead of feeRate");
        }
        names.forEach((old, today) -> {
            if (options.has(old)) {
                throw Call.invalid("Use " + today + " instead of " + old);
            }
        });
    }

    /**
     * The transaction with inputs for all that it pays.
     *
     * @param names the destinations as they were given, by which payers of the fee may be named; empty if only positions
     *     name them
     * @param addByDefault whether coins are added to those that it spends, if the options do not say
     * @param lowRates whether any feerate is taken that is asked for
     */
    Draft fund(Transaction raw, List<String> names, boolean addByDefault, boolean lowRates) {
        if (raw.outputs().isEmpty()) {
            throw Call.invalid("TX must have at least one output");
        }
        List<Recipient> recipients = recipients(
                raw.outputs(), names, option(options, "subtractFeeFromOutputs", "subtract_fee_from_outputs"));
        JsonNode replaceable = option(options, "replaceable");
        JsonNode weight = option(options, "max_tx_weight");
        Payment payment = Payment.to(recipients)
                .addInputs(flag(options, addByDefault, "add_inputs"))
                .includeUnsafe(flag(options, false, "include_unsafe"))
                .replaceable(replaceable.isNull() ? null : (Boolean) Call.flag(replaceable))
                .lockTime(raw.lockTime())
                .version(raw.version())
                .maxWeight(weight.isNull() ? Payment.DEFAULT_MAX_WEIGHT : Call.number(weight))
                .wholeAddresses(wallet.options().avoidPartialSpends())
                .avoidReuse(wallet.is(WalletFlag.AVOID_REUSE));
        if (lowRates) {
            payment.allowBelowMinimum();
        }
        change(payment, recipients.size());
        depths(payment);
        fee(payment);
        spend(payment, raw);
        Draft draft;
        try {
            draft = call.wallets().payments().draft(wallet, payment, false);
        } catch (WalletException e) {
            throw new RpcException(RpcException.WALLET_ERROR, String.valueOf(e.getMessage()));
        }
        if (flag(options, false, "lockUnspents", "lock_unspents")) {
            draft.transaction().inputs().forEach(input -> wallet.freeze(input.previous(), false));
        }
        return draft;
    }

    /** Whom to pay; who shares the fee is named by positions, or by names among these. */
    static List<Recipient> recipients(List<TxOut> outputs, List<String> names, JsonNode payers) {
        List<Integer> paying = new ArrayList<>();
        for (JsonNode payer : payers.isNull() ? Json.array() : Call.array(payers)) {
            if (payer.isString()) {
                int at = names.indexOf(payer.stringValue());
                if (at >= 0 && !paying.contains(at)) {
                    paying.add(at);
                }
                continue;
            }
            int at = Call.integer(payer);
            if (paying.contains(at)) {
                throw Call.invalid("Invalid parameter, duplicated position: " + at);
            }
            if (at < 0) {
                throw Call.invalid("Invalid parameter, negative position: " + at);
            }
            if (at >= outputs.size()) {
                throw Call.invalid("Invalid parameter, position too large: " + at);
            }
            paying.add(at);
        }
        List<Recipient> recipients = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            TxOut output = outputs.get(i);
            recipients.add(new Recipient(output.scriptPubKey(), output.value(), paying.contains(i)));
        }
        return recipients;
    }

    private void change(Payment payment, int recipients) {
        JsonNode address = option(options, "change_address", "changeAddress");
        JsonNode type = option(options, "change_type");
        JsonNode position = option(options, "change_position", "changePosition");
        if (!address.isNull()) {
            Address decoded =
                    Address.decode(Call.text(address), call.chain().prefixes()).address();
            if (decoded == null) {
                throw new RpcException(
                        RpcException.INVALID_ADDRESS_OR_KEY, "Change address must be a valid bitcoin address");
            }
            payment.changeScript(decoded.scriptPubKey());
        }
        if (!position.isNull()) {
            int at = Call.integer(position);
            if (at < 0 || at > recipients) {
                throw Call.invalid("changePosition out of bounds");
            }
            payment.changePosition(at);
        }
        if (!type.isNull()) {
            if (!address.isNull()) {
                throw Call.invalid("Cannot specify both change address and address type options");
            }
            payment.changeType(OutputType.of(Call.text(type))
                    .orElseThrow(() -> new RpcException(
                            RpcException.INVALID_ADDRESS_OR_KEY, "Unknown change type '" + Call.text(type) + "'")));
        }
    }

    private void depths(Payment payment) {
        JsonNode minimum = option(options, "minconf");
        JsonNode maximum = option(options, "maxconf");
        int least = minimum.isNull() ? 0 : Call.integer(minimum);
        int most = maximum.isNull() ? Integer.MAX_VALUE : Call.integer(maximum);
        if (least < 0) {
            throw Call.invalid("Negative minconf");
        }
        if (most < least) {
            throw Call.invalid("maxconf can't be lower than minconf: " + most + " < " + least);
        }
        payment.depths(least, most);
    }

    private void fee(Payment payment) {
        JsonNode perKilobyte = option(options, "feeRate");
        JsonNode perByte = option(options, "fee_rate");
        JsonNode target = option(options, "conf_target");
        JsonNode mode = option(options, "estimate_mode");
        if (perKilobyte.isNull()) {
            PaymentMethods.fee(call, wallet, payment, target, mode, perByte);
            return;
        }
        if (!perByte.isNull()) {
            throw Call.invalid("Cannot specify both fee_rate (sat/vB) and feeRate (BTC/kvB)");
        }
        if (!target.isNull()) {
            throw Call.invalid(
                    "Cannot specify both conf_target and feeRate. Please provide either a confirmation target in"
                            + " blocks for automatic fee estimation, or an explicit fee rate.");
        }
        if (!mode.isNull()) {
            throw Call.invalid("Cannot specify both estimate_mode and feeRate");
        }
        payment.feerate(new Feerate(Call.amount(perKilobyte)));
    }

    /** Spends the inputs that the transaction has already, and the coins whose weights are told. */
    private void spend(Payment payment, Transaction raw) {
        Map<OutPoint, Integer> weights = weights(option(options, "input_weights"));
        Map<OutPoint, TxOut> coins = SigningMethods.coins(call.node(), raw);
        for (TxIn input : raw.inputs()) {
            OutPoint coin = input.previous();
            spend(payment, coin, coins.get(coin), weights.get(coin), input);
            weights.remove(coin);
        }
        weights.forEach((coin, weight) -> spend(payment, coin, null, weight, null));
    }

    private void spend(
            Payment payment, OutPoint coin, @Nullable TxOut known, @Nullable Integer told, @Nullable TxIn given) {
        TxOut own = wallet.output(coin);
        TxOut output = own == null ? known : own;
        String name = "COutPoint(" + coin.txid().toString().substring(0, 10) + ", "
                + Integer.toUnsignedString(coin.index()) + ")";
        if (output == null) {
            throw new RpcException(
                    RpcException.WALLET_ERROR,
                    given == null ? "Not found pre-selected input " + name : "Unable to find UTXO for external input");
        }
        int weight = told == null ? wallet.inputWeight(output.scriptPubKey()) : told;
        weight = weight < 0 ? solving.inputWeight(output.scriptPubKey()) : weight;
        if (weight < 0) {
            throw new RpcException(RpcException.WALLET_ERROR, "Not solvable pre-selected input " + name);
        }
        payment.spend(coin, output, weight, given);
    }

    private static Map<OutPoint, Integer> weights(JsonNode given) {
        Map<OutPoint, Integer> weights = new LinkedHashMap<>();
        for (JsonNode input : given.isNull() ? Json.array() : given) {
            var txid = Call.hash(input.path("txid"), "txid");
            if (!input.path("vout").isNumber()) {
                throw Call.invalid("Invalid parameter, missing vout key");
            }
            int index = Call.integer(input.path("vout"));
            if (index < 0) {
                throw Call.invalid("Invalid parameter, vout cannot be negative");
            }
            if (!input.path("weight").isNumber()) {
                throw Call.invalid("Invalid parameter, missing weight key");
            }
            long weight = Call.number(input.path("weight"));
            if (weight < LEAST_INPUT_WEIGHT) {
                throw Call.invalid("Invalid parameter, weight cannot be less than 165 (41 bytes (size of outpoint +"
                        + " sequence + empty scriptSig) * 4 (witness scaling factor)) + 1 (empty witness)");
            }
            if (weight > Payment.DEFAULT_MAX_WEIGHT) {
                throw Call.invalid("Invalid parameter, weight cannot be greater than the maximum standard tx weight of "
                        + Payment.DEFAULT_MAX_WEIGHT);
            }
            weights.put(new OutPoint(txid, index), (int) weight);
        }
        return weights;
    }
}
