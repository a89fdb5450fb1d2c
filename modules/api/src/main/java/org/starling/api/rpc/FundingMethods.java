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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.starling.bytes.Bytes;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.node.wallet.Payments;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletCoin;
import org.starling.wallet.psbt.KeyRing;
import org.starling.wallet.psbt.MusigRounds;
import org.starling.wallet.psbt.Psbt;
import org.starling.wallet.psbt.PsbtUpdater;
import org.starling.wallet.spend.Draft;
import org.starling.wallet.spend.Payment;
import org.starling.wallet.spend.Recipient;
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
                        options,
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
                        FundingMethods::sendAll,
                        required("recipients", ARRAY, "addresses, and objects with an address and an amount"),
                        optional("conf_target", NUMBER, "blocks within which it is to confirm"),
                        optional("estimate_mode", TEXT, "unset, economical or conservative"),
                        optional("fee_rate", AMOUNT, "sat/vB"),
                        Parameter.options(
                                "options",
                                "inputs (just these coins), send_max (leave out coins that cost more than they hold),"
                                        + " minconf, maxconf, locktime, replaceable, add_to_wallet",
                                "inputs",
                                "send_max",
                                "minconf",
                                "maxconf",
                                "locktime",
                                "replaceable",
                                "add_to_wallet")));
    }

    /** An option by either of its names. */
    private static JsonNode option(JsonNode options, String... names) {
        for (String name : names) {
            if (options.has(name) && !options.path(name).isNull()) {
                return options.path(name);
            }
        }
        return Json.nothing();
    }

    /** Finds coins for the inputs and outputs of a transaction. */
    private static Draft fund(Call call, Wallet wallet, Transaction raw, JsonNode options, boolean addByDefault) {
        for (String name : options.isObject() ? List.copyOf(options.propertyNames()) : List.<String>of()) {
            if (!List.of(OPTIONS).contains(name)) {
                throw new RpcException(RpcException.TYPE_ERROR, "Unexpected key " + name);
            }
        }
        List<Recipient> recipients =
                recipients(raw, option(options, "subtractFeeFromOutputs", "subtract_fee_from_outputs"));
        JsonNode add = option(options, "add_inputs");
        JsonNode unsafe = option(options, "include_unsafe");
        JsonNode minimum = option(options, "minconf");
        JsonNode maximum = option(options, "maxconf");
        JsonNode replaceable = option(options, "replaceable");
        JsonNode weight = option(options, "max_tx_weight");
        Payment payment = Payment.to(recipients)
                .addInputs(add.isNull() ? addByDefault : Call.flag(add))
                .includeUnsafe(!unsafe.isNull() && Call.flag(unsafe))
                .depths(
                        minimum.isNull() ? 0 : Call.integer(minimum),
                        maximum.isNull() ? Integer.MAX_VALUE : Call.integer(maximum))
                .replaceable(replaceable.isNull() ? null : (Boolean) Call.flag(replaceable))
                .lockTime(raw.lockTime())
                .version(raw.version())
                .maxWeight(weight.isNull() ? Payment.DEFAULT_MAX_WEIGHT : Call.number(weight))
                .avoidReuse(wallet.is(org.starling.wallet.book.WalletFlag.AVOID_REUSE));
        change(call, payment, options);
        fee(call, wallet, payment, options);
        spend(call, wallet, payment, raw, option(options, "input_weights"));
        Draft draft = call.wallets().payments().draft(wallet, payment, false);
        JsonNode lock = option(options, "lockUnspents", "lock_unspents");
        if (!lock.isNull() && Call.flag(lock)) {
            draft.transaction().inputs().forEach(input -> wallet.freeze(input.previous(), false));
        }
        return draft;
    }

    private static List<Recipient> recipients(Transaction raw, JsonNode payers) {
        List<Integer> paying = new ArrayList<>();
        for (JsonNode index : payers.isNull() ? Json.array() : Call.array(payers)) {
            int at = Call.integer(index);
            if (paying.contains(at)) {
                throw Call.invalid("Invalid parameter, duplicated position: " + at);
            }
            if (at < 0) {
                throw Call.invalid("Invalid parameter, negative position: " + at);
            }
            if (at >= raw.outputs().size()) {
                throw Call.invalid("Invalid parameter, position too large: " + at);
            }
            paying.add(at);
        }
        List<Recipient> recipients = new ArrayList<>();
        for (int i = 0; i < raw.outputs().size(); i++) {
            TxOut output = raw.outputs().get(i);
            recipients.add(new Recipient(output.scriptPubKey(), output.value(), paying.contains(i)));
        }
        return recipients;
    }

    private static void change(Call call, Payment payment, JsonNode options) {
        JsonNode address = option(options, "changeAddress", "change_address");
        JsonNode type = option(options, "change_type");
        JsonNode position = option(options, "changePosition", "change_position");
        if (!address.isNull() && !Call.text(address).isEmpty()) {
            if (!type.isNull()) {
                throw Call.invalid("Cannot specify both change address and address type options");
            }
            var decoded = org.starling.consensus.Address.decode(
                            Call.text(address), call.chain().prefixes())
                    .address();
            if (decoded == null) {
                throw new RpcException(
                        RpcException.INVALID_ADDRESS_OR_KEY, "Change address must be a valid bitcoin address");
            }
            payment.changeScript(decoded.scriptPubKey());
        }
        if (!type.isNull()) {
            payment.changeType(AddressMethods.type(Call.text(type)));
        }
        if (!position.isNull() && Call.integer(position) >= 0) {
            payment.changePosition(Call.integer(position));
        } else if (!position.isNull() && Call.integer(position) < -1) {
            throw Call.invalid("changePosition out of bounds");
        }
    }

    private static void fee(Call call, Wallet wallet, Payment payment, JsonNode options) {
        JsonNode perKilobyte = option(options, "feeRate");
        JsonNode perByte = option(options, "fee_rate");
        JsonNode target = option(options, "conf_target");
        JsonNode mode = option(options, "estimate_mode");
        if (!perKilobyte.isNull()) {
            if (!perByte.isNull()) {
                throw Call.invalid("Cannot specify both fee_rate (sat/vB) and feeRate (BTC/kvB)");
            }
            if (!target.isNull()) {
                throw Call.invalid(
                        "Cannot specify both conf_target and feeRate. Please provide either a confirmation target in"
                                + " blocks for automatic fee estimation, or an explicit fee rate.");
            }
            payment.feerate(new org.starling.mempool.Feerate(Call.amount(perKilobyte)));
        } else {
            PaymentMethods.fee(call, wallet, payment, target, mode, perByte);
        }
    }

    /** Spends the inputs that the transaction has already. */
    private static void spend(Call call, Wallet wallet, Payment payment, Transaction raw, JsonNode weights) {
        Map<OutPoint, TxOut> coins = SigningMethods.coins(call.node(), raw);
        for (TxIn input : raw.inputs()) {
            OutPoint coin = input.previous();
            TxOut own = wallet.output(coin);
            TxOut output = own == null ? coins.get(coin) : own;
            int weight = output == null ? -1 : wallet.inputWeight(output.scriptPubKey());
            for (JsonNode given : weights.isNull() ? Json.array() : weights) {
                boolean same =
                        given.path("txid").asString("").equals(coin.txid().toString())
                                && given.path("vout").asInt(-1) == coin.index();
                weight = same ? Call.integer(given.path("weight")) : weight;
            }
            if (output == null) {
                throw new RpcException(RpcException.WALLET_ERROR, "Not found pre-selected input " + coin);
            }
            if (weight < 0) {
                throw new RpcException(RpcException.WALLET_ERROR, "Not solvable pre-selected input " + coin);
            }
            payment.spend(coin, output, weight, input.sequence());
        }
    }

    private static JsonNode fundRawTransaction(Call call) {
        Wallet wallet = call.wallet();
        Transaction raw = TransactionMethods.decode(call.text("hexstring"), true, true);
        if (raw == null) {
            throw new RpcException(RpcException.DESERIALIZATION_ERROR, "TX decode failed");
        }
        if (raw.outputs().isEmpty()) {
            throw Call.invalid("TX must have at least one output");
        }
        Draft draft = fund(call, wallet, raw, call.get("options"), true);
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
        Draft draft = fund(call, wallet, raw, options, inputs.isEmpty());
        Psbt psbt = updated(call, wallet, Psbt.of(draft.transaction()), call.flag("bip32derivs", true));
        ObjectNode json = Json.object().put("psbt", psbt.encode());
        json.set("fee", Json.amount(draft.fee()));
        return json.put("changepos", draft.changePosition());
    }

    /** The PSBT with what its inputs spend, as wallet and node know it. */
    private static Psbt withSpent(Call call, Wallet wallet, Psbt psbt, KeyRing keys) {
        Map<OutPoint, TxOut> coins = SigningMethods.coins(call.node(), psbt.unsigned());
        psbt.unsigned().inputs().forEach(input -> {
            TxOut own = wallet.output(input.previous());
            if (own != null) {
                coins.putIfAbsent(input.previous(), own);
            }
        });
        return PsbtUpdater.withSpent(
                psbt,
                txid -> {
                    var own = wallet.get(txid);
                    return own == null ? call.node().mempool().get(txid) : own.transaction();
                },
                coins::get,
                keys);
    }

    private static KeyRing keys(Wallet wallet, Psbt psbt, boolean secret) {
        KeyRing keys = new KeyRing();
        for (int i = 0; i < psbt.inputs().size(); i++) {
            TxOut spent = psbt.spent(i);
            TxOut known = spent == null
                    ? wallet.output(psbt.unsigned().inputs().get(i).previous())
                    : spent;
            if (known != null) {
                add(keys, wallet, known.scriptPubKey(), secret);
            }
        }
        psbt.unsigned().outputs().forEach(output -> add(keys, wallet, output.scriptPubKey(), false));
        return keys;
    }

    private static void add(KeyRing keys, Wallet wallet, Bytes script, boolean secret) {
        wallet.expansion(script, secret).ifPresent(keys::add);
    }

    private static Psbt updated(Call call, Wallet wallet, Psbt psbt, boolean origins) {
        KeyRing keys = keys(wallet, psbt, false).publicPart(origins);
        return PsbtUpdater.update(withSpent(call, wallet, psbt, keys), keys);
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
        Psbt known = updated(call, wallet, psbt, origins);
        if (!sign) {
            return PsbtMethods.processed(known);
        }
        KeyRing keys = keys(wallet, known, true);
        return PsbtMethods.processed(
                PsbtMethods.sign(call, known, origins ? keys : keys.withoutOrigins(), rounds, hashType, finalize));
    }

    private static JsonNode sendAll(Call call) {
        Wallet wallet = call.wallet();
        PaymentMethods.requireKeys(wallet);
        JsonNode options = call.get("options");
        JsonNode named = option(options, "inputs");
        JsonNode atLeast = option(options, "minconf");
        JsonNode atMost = option(options, "maxconf");
        JsonNode signals = option(options, "replaceable");
        JsonNode lockTime = option(options, "locktime");
        boolean keep = option(options, "add_to_wallet").isNull() || Call.flag(option(options, "add_to_wallet"));
        boolean worthwhile = !option(options, "send_max").isNull() && Call.flag(option(options, "send_max"));
        Payments payments = call.wallets().payments();
        Draft draft;
        synchronized (wallet) {
            List<WalletCoin> coins = new ArrayList<>();
            for (WalletCoin coin : wallet.coins()) {
                boolean wanted = named.isNull()
                        ? coin.safe()
                                && !coin.frozen()
                                && coin.depth() >= (atLeast.isNull() ? 0 : Call.integer(atLeast))
                                && coin.depth() <= (atMost.isNull() ? Integer.MAX_VALUE : Call.integer(atMost))
                        : isNamed(named, coin.outPoint());
                if (wanted && coin.inputWeight() > 0) {
                    coins.add(coin);
                }
            }
            if (!named.isNull() && coins.size() != named.size()) {
                throw Call.invalid("Input not available. UTXO (" + named + ") was already spent.");
            }
            Payment probe = Payment.to(List.of());
            PaymentMethods.fee(
                    call, wallet, probe, call.get("conf_target"), call.get("estimate_mode"), call.get("fee_rate"));
            if (worthwhile) {
                coins.removeIf(
                        coin -> coin.value() <= payments.rate(wallet, probe).fee(Math.ceilDiv(coin.inputWeight(), 4)));
            }
            long total = coins.stream().mapToLong(WalletCoin::value).sum();
            Payment payment = Payment.to(shares(call, total))
                    .addInputs(false)
                    .replaceable(signals.isNull() ? null : (Boolean) Call.flag(signals))
                    .lockTime(lockTime.isNull() ? null : (Integer) Call.integer(lockTime));
            PaymentMethods.fee(
                    call, wallet, payment, call.get("conf_target"), call.get("estimate_mode"), call.get("fee_rate"));
            coins.forEach(coin -> payment.spend(coin.outPoint(), coin.output(), coin.inputWeight(), null));
            draft = payments.draft(wallet, payment, true);
            if (keep) {
                payments.record(wallet, draft.transaction(), Map.of());
            }
        }
        if (!keep) {
            return Json.object()
                    .put("complete", true)
                    .put("hex", draft.transaction().serialized().hex());
        }
        payments.broadcast(wallet, draft.transaction());
        return Json.object()
                .put("complete", true)
                .put("txid", draft.transaction().txid().toString());
    }

    private static boolean isNamed(JsonNode named, OutPoint coin) {
        return named.valueStream()
                .anyMatch(given ->
                        given.path("txid").asString("").equals(coin.txid().toString())
                                && given.path("vout").asInt(-1) == coin.index());
    }

    /** Whom to pay how much: those without an amount share what the others leave, and pay the fee. */
    private static List<Recipient> shares(Call call, long total) {
        List<JsonNode> given = new ArrayList<>();
        call.get("recipients").forEach(given::add);
        List<TxOut> fixed = new ArrayList<>();
        List<Bytes> open = new ArrayList<>();
        for (JsonNode recipient : given) {
            if (recipient.isString()) {
                var address = org.starling.consensus.Address.decode(
                                recipient.stringValue(), call.chain().prefixes())
                        .address();
                if (address == null) {
                    throw new RpcException(
                            RpcException.INVALID_ADDRESS_OR_KEY, "Invalid Bitcoin address: " + recipient.stringValue());
                }
                open.add(address.scriptPubKey());
            } else {
                fixed.addAll(BuildMethods.outputs(call, Json.array().add(recipient)));
            }
        }
        if (open.isEmpty()) {
            throw Call.invalid("Must provide at least one address without a specified amount");
        }
        long rest = total - fixed.stream().mapToLong(TxOut::value).sum();
        if (rest <= 0) {
            throw new RpcException(
                    RpcException.WALLET_INSUFFICIENT_FUNDS,
                    "Total value of UTXO pool too low to pay for transaction. Try using lower feerate or excluding"
                            + " uneconomic UTXOs with 'send_max' option.");
        }
        List<Recipient> recipients = new ArrayList<>();
        for (int i = 0; i < open.size(); i++) {
            long share = rest / open.size() + (i == 0 ? rest % open.size() : 0);
            recipients.add(new Recipient(open.get(i), share, true));
        }
        fixed.forEach(output -> recipients.add(new Recipient(output.scriptPubKey(), output.value(), false)));
        return recipients;
    }
}
