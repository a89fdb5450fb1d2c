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
import org.starling.wallet.book.WalletTx;
import org.starling.wallet.spend.FeeBump;
import org.starling.wallet.spend.Recipient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A call of {@code bumpfee}. */
final class BumpCall {
    private final Call call;
    private final Wallet wallet;

    BumpCall(Call call) {
        this.call = call;
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
        PaymentMethods.requireKeys(wallet);
        Hash256 txid = Call.hash(call.get("txid"), "txid");
        FeeBump.Wish wish = wish();
        Payments payments = call.wallets().payments();
        FeeBump.Replacement replacement;
        synchronized (wallet) {
            replacement = payments.bump(wallet, txid, wish, true);
            WalletTx old = wallet.get(txid);
            Map<String, String> notes = new TreeMap<>(old == null ? Map.of() : old.notes());
            notes.put(WalletTx.Note.REPLACES, txid.toString());
            payments.record(wallet, replacement.draft().transaction(), notes);
        }
        payments.broadcast(wallet, replacement.draft().transaction());
        ObjectNode json = Json.object()
                .put("txid", replacement.draft().transaction().txid().toString());
        json.set("origfee", Json.amount(replacement.oldFee()));
        json.set("fee", Json.amount(replacement.draft().fee()));
        json.putArray("errors");
        return json;
    }

    private FeeBump.Wish wish() {
        JsonNode options = call.get("options");
        JsonNode target = options.path("conf_target");
        JsonNode rate = options.path("fee_rate");
        JsonNode mode = options.path("estimate_mode");
        for (String name : options.isNull() ? List.<String>of() : List.copyOf(options.propertyNames())) {
            boolean known = List.of(
                            "conf_target",
                            "fee_rate",
                            "replaceable",
                            "estimate_mode",
                            "outputs",
                            "original_change_index")
                    .contains(name);
            if (!known) {
                throw new RpcException(RpcException.TYPE_ERROR, "Unexpected key " + name);
            }
        }
        boolean hasRate = !rate.isMissingNode() && !rate.isNull();
        boolean hasTarget = !target.isMissingNode() && !target.isNull();
        if (hasRate && hasTarget) {
            throw Call.invalid(
                    "Cannot specify both conf_target and fee_rate. Please provide either a confirmation target in blocks"
                            + " for automatic fee estimation, or an explicit fee rate.");
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
            throw Call.invalid("Change position is out of range");
        }
        return OptionalInt.of(index);
    }
}
