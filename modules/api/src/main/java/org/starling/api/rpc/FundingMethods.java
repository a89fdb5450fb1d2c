package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.AMOUNT;
import static org.starling.api.rpc.Parameter.Type.ANY;
import static org.starling.api.rpc.Parameter.Type.ARRAY;
import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.HEX;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.List;
import org.starling.consensus.Transaction;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.psbt.KeyRing;
import org.starling.wallet.psbt.MusigRounds;
import org.starling.wallet.psbt.Psbt;
import org.starling.wallet.spend.Draft;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that find a wallet's coins for a transaction, and that work on PSBTs with its keys. */
final class FundingMethods {
    private static final String[] OPTIONS = {
        "add_inputs",
        "include_unsafe",
        "minconf",
        "maxconf",
        "changeAddress",
        "change_address",
        "changePosition",
        "change_position",
        "change_type",
        "includeWatching",
        "include_watching",
        "lockUnspents",
        "lock_unspents",
        "fee_rate",
        "feeRate",
        "subtractFeeFromOutputs",
        "subtract_fee_from_outputs",
        "conf_target",
        "estimate_mode",
        "replaceable",
        "input_weights",
        "max_tx_weight",
        "solving_data"
    };

    private FundingMethods() {}

    static List<RpcMethod> all() {
        String category = "wallet";
        MusigRounds rounds = new MusigRounds();
        Parameter options = Parameter.options(
                "options", "which coins, fee and change; as Bitcoin Core's method of this name", OPTIONS);
        return List.of(
                RpcMethod.of(
                        "fundrawtransaction",
                        "rawtransactions",
                        "Adds inputs to a transaction, and change, until it pays its outputs and the fee. It is not signed.",
                        FundingMethods::fundRawTransaction,
                        required("hexstring", HEX, "the transaction"),
                        options.ofAnyType(),
                        optional(
                                "iswitness", FLAG, "whether it is written with witnesses; both are tried if not said")),
                RpcMethod.of(
                        "walletcreatefundedpsbt",
                        category,
                        "Makes a PSBT that pays outputs, with inputs of the wallet as far as more are needed.",
                        FundingMethods::createFundedPsbt,
                        optional("inputs", ARRAY, "objects with txid, vout and perhaps sequence and weight"),
                        required("outputs", ANY, "objects with an address and an amount, or with data and hex"),
                        optional("locktime", NUMBER, "the lock time; 0 if not said"),
                        options,
                        optional("bip32derivs", FLAG, "whether to say where keys come from; yes by default")),
                RpcMethod.of(
                        "walletprocesspsbt",
                        category,
                        "Adds to a PSBT what the wallet knows, and signs with its keys.",
                        call -> processPsbt(call, rounds),
                        required("psbt", TEXT, "the PSBT in base64"),
                        optional("sign", FLAG, "whether to sign; yes by default"),
                        optional("sighashtype", TEXT, "DEFAULT, ALL, NONE or SINGLE, perhaps with |ANYONECANPAY"),
                        optional("bip32derivs", FLAG, "whether to say where keys come from; yes by default"),
                        optional("finalize", FLAG, "whether to finish inputs that can be; yes by default")),
                RpcMethod.of(
                        "sendall",
                        category,
                        "Spends all coins of the wallet, or all that are named; what remains of fee and amounts goes to"
                                + " the addresses without an amount.",
                        call -> new SendAllCall(call).run(),
                        required("recipients", ARRAY, "addresses, and objects with an address and an amount"),
                        optional("conf_target", NUMBER, "blocks within which it is to confirm"),
                        optional("estimate_mode", TEXT, "unset, economical or conservative"),
                        optional("fee_rate", AMOUNT, "sat/vB"),
                        SendAllCall.options()),
                RpcMethod.of(
                        "send",
                        category,
                        "Pays outputs in one transaction. What is not complete is given as a PSBT, for others to sign.",
                        call -> new SendCall(call).run(),
                        required("outputs", ANY, "objects with an address and an amount, or with data and hex"),
                        optional("conf_target", NUMBER, "blocks within which it is to confirm"),
                        optional("estimate_mode", TEXT, "unset, economical or conservative"),
                        optional("fee_rate", AMOUNT, "sat/vB"),
                        SendCall.options()));
    }

    private static JsonNode fundRawTransaction(Call call) {
        Wallet wallet = call.wallet();
        Transaction raw = TransactionMethods.decode(call.text("hexstring"), true, true);
        if (raw == null) {
            throw new RpcException(RpcException.DESERIALIZATION_ERROR, "TX decode failed");
        }
        // Long ago there was but one option, whether to spend watched coins too, and it stood there alone.
        JsonNode options = call.get("options").isBoolean() ? Json.object() : call.get("options");
        Draft draft = new Funding(call, wallet, options).fund(raw, List.of(), true, true);
        ObjectNode json =
                Json.object().put("hex", draft.transaction().serialized().hex());
        json.set("fee", Json.amount(draft.fee()));
        return json.put("changepos", draft.changePosition());
    }

    private static JsonNode createFundedPsbt(Call call) {
        Wallet wallet = call.wallet();
        JsonNode inputs = call.has("inputs") ? call.get("inputs") : Json.array();
        JsonNode options = call.get("options");
        JsonNode signals = options.path("replaceable");
        Transaction raw = BuildMethods.transaction(
                call,
                inputs,
                call.get("outputs"),
                call.number("locktime", 0),
                signals.isBoolean()
                        ? (Boolean) signals.booleanValue()
                        : (Boolean) wallet.options().replaceable());
        Draft draft = new Funding(call, wallet, Funding.withWeights(options, inputs))
                .fund(raw, BuildMethods.names(call.get("outputs")), inputs.isEmpty(), true);
        Psbt psbt = WalletPsbts.updated(call, wallet, Psbt.of(draft.transaction()), call.flag("bip32derivs", true));
        ObjectNode json = Json.object().put("psbt", psbt.encode());
        json.set("fee", Json.amount(draft.fee()));
        return json.put("changepos", draft.changePosition());
    }

    private static JsonNode processPsbt(Call call, MusigRounds rounds) {
        Wallet wallet = call.wallet();
        Psbt psbt = PsbtMethods.decode(call.text("psbt"));
        boolean sign = call.flag("sign", true);
        boolean origins = call.flag("bip32derivs", true);
        int hashType = SigningMethods.hashType(call);
        boolean finalize = call.flag("finalize", true);
        if (sign) {
            wallet.requireUnlocked();
        }
        Psbt known = WalletPsbts.updated(call, wallet, psbt, origins);
        if (!sign) {
            return PsbtMethods.processed(known);
        }
        KeyRing keys = WalletPsbts.keys(call, wallet, known, true);
        return PsbtMethods.processed(
                PsbtMethods.sign(call, known, origins ? keys : keys.withoutOrigins(), rounds, hashType, finalize));
    }
}
