package org.starling.api.rpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.TxOut;
import org.starling.mempool.Feerate;
import org.starling.node.wallet.Payments;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletFlag;
import org.starling.wallet.book.WalletTx;
import org.starling.wallet.psbt.Psbt;
import org.starling.wallet.spend.FeeBump;
import org.starling.wallet.spend.Recipient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A call of {@code bumpfee} or {@code psbtbumpfee}. */
final class BumpCall {
    private static final Map<String, String> TYPES = Map.of(
            "confTarget", "number",
            "conf_target", "number",
            "fee_rate", "",
            "replaceable", "bool",
            "estimate_mode", "string",
            "outputs", "",
            "original_change_index", "number");

    private final Call call;
    private final Wallet wallet;
    private final boolean asPsbt;

    /** @param asPsbt whether the replacement is given for others to sign, and not sent */
    BumpCall(Call call, boolean asPsbt) {
        this.call = call;
        this.asPsbt = asPsbt;
        this.wallet = call.wallet();
    }

    static Parameter options() {
        return Parameter.options(
                "options",
                "fee_rate (sat/vB), conf_target, estimate_mode, replaceable, outputs (whom to pay instead),"
                        + " original_change_index",
                "conf_target",
                "fee_rate",
                "replaceable",
                "estimate_mode",
                "outputs",
                "original_change_index");
    }

    JsonNode run() {
        if (!asPsbt && wallet.is(WalletFlag.DISABLE_PRIVATE_KEYS)) {
            throw new RpcException(
                    RpcException.WALLET_ERROR,
                    "bumpfee is not available with wallets that have private keys disabled. Use psbtbumpfee instead.");
        }
        Hash256 txid = Call.hash(call.get("txid"), "txid");
        FeeBump.Wish wish = wish();
        wallet.requireUnlocked();
        Payments payments = call.wallets().payments();
        FeeBump.Replacement replacement;
        ObjectNode json = Json.object();
        if (asPsbt) {
            replacement = replacement(txid, wish);
            Psbt psbt = Psbt.of(replacement.draft().transaction());
            json.put("psbt", WalletPsbts.updated(call, wallet, psbt, true).encode());
        } else {
            synchronized (wallet) {
                replacement = replacement(txid, wish);
                WalletTx old = wallet.get(txid);
                Map<String, String> notes = new TreeMap<>(old == null ? Map.of() : old.notes());
                notes.put(WalletTx.Note.REPLACES, txid.toString());
                payments.record(wallet, replacement.draft().transaction(), notes);
            }
            payments.broadcast(wallet, replacement.draft().transaction());
            json.put("txid", replacement.draft().transaction().txid().toString());
        }
        json.set("origfee", Json.amount(replacement.oldFee()));
        json.set("fee", Json.amount(replacement.draft().fee()));
        json.putArray("errors");
        return json;
    }

    private FeeBump.Replacement replacement(Hash256 txid, FeeBump.Wish wish) {
        try {
            return call.wallets().payments().bump(wallet, txid, wish, !asPsbt);
        } catch (WalletException e) {
            throw e.kind() == WalletException.Kind.INSUFFICIENT_FUNDS
                    ? new RpcException(RpcException.WALLET_ERROR, String.valueOf(e.getMessage()))
                    : WalletErrors.of(e);
        }
    }

    private FeeBump.Wish wish() {
        JsonNode options = call.get("options");
        Funding.requireTypes(options, TYPES);
        if (options.has("confTarget") && options.has("conf_target")) {
            throw Call.invalid(
                    "confTarget and conf_target options should not both be set. Use conf_target (confTarget is"
                            + " deprecated).");
        }
        JsonNode target = options.path(options.has("confTarget") ? "confTarget" : "conf_target");
        JsonNode rate = options.path("fee_rate");
        JsonNode mode = options.path("estimate_mode");
        boolean hasRate = !rate.isMissingNode() && !rate.isNull();
        boolean hasTarget = !target.isMissingNode() && !target.isNull();
        if (hasRate && hasTarget) {
            throw Call.invalid(
                    "Cannot specify both conf_target and fee_rate. Please provide either a confirmation target in blocks"
                            + " for automatic fee estimation, or an explicit fee rate.");
        }
        boolean hasMode = !mode.isMissingNode() && !mode.isNull();
        if (hasRate && hasMode && !Call.text(mode).equals("unset")) {
            throw Call.invalid("Cannot specify both estimate_mode and fee_rate");
        }
        Feerate feerate = hasRate ? PaymentMethods.perVbyte(rate) : null;
        Integer blocks = hasTarget ? FeeMethods.target(target) : null;
        boolean careful = FeeMethods.conservative(mode);
        JsonNode signals = options.path("replaceable");
        return new FeeBump.Wish(
                feerate,
                blocks,
                careful,
                signals.isMissingNode() || signals.isNull() ? null : (Boolean) Call.flag(signals),
                outputs(options.path("outputs")),
                changeIndex(options.path("original_change_index")));
    }

    private List<Recipient> outputs(@Nullable JsonNode given) {
        List<Recipient> recipients = new ArrayList<>();
        if (given == null || given.isMissingNode() || given.isNull()) {
            return recipients;
        }
        if (given.isEmpty()) {
            throw Call.invalid("Invalid parameter, output argument cannot be an empty array");
        }
        for (TxOut output : BuildMethods.outputs(call, given)) {
            recipients.add(new Recipient(output.scriptPubKey(), output.value(), false));
        }
        return recipients;
    }

    private static OptionalInt changeIndex(JsonNode given) {
        if (given.isMissingNode() || given.isNull()) {
            return OptionalInt.empty();
        }
        int index = Call.integer(given);
        if (index < 0) {
            throw new RpcException(RpcException.MISC_ERROR, "JSON integer out of range");
        }
        return OptionalInt.of(index);
    }
}
