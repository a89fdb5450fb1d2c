package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.AMOUNT;
import static org.starling.api.rpc.Parameter.Type.ARRAY;
import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.HEX;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.OBJECT;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.starling.bytes.Hash256;
import org.starling.consensus.Address;
import org.starling.mempool.Feerate;
import org.starling.node.wallet.Payments;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletFlag;
import org.starling.wallet.book.WalletTx;
import org.starling.wallet.spend.Draft;
import org.starling.wallet.spend.Payment;
import org.starling.wallet.spend.Recipient;
import tools.jackson.databind.JsonNode;

/** Methods by which a wallet pays. */
final class PaymentMethods {
    private PaymentMethods() {}

    static List<RpcMethod> all() {
        String category = "wallet";
        return List.of(
                RpcMethod.of(
                        "sendtoaddress",
                        category,
                        "Pays an address.",
                        PaymentMethods::sendToAddress,
                        required("address", TEXT, "who is paid"),
                        required("amount", AMOUNT, "BTC"),
                        optional("comment", TEXT, "what it is for; kept in the wallet only"),
                        optional("comment_to", TEXT, "whom it is to; kept in the wallet only"),
                        optional("subtractfeefromamount", FLAG, "whether the fee is taken from the amount"),
                        optional("replaceable", FLAG, "whether it can be replaced by one that pays more (BIP-0125)"),
                        optional("conf_target", NUMBER, "blocks within which it is to confirm"),
                        optional("estimate_mode", TEXT, "unset, economical or conservative"),
                        optional("avoid_reuse", FLAG, "whether coins are left out that are kept apart"),
                        optional("fee_rate", AMOUNT, "sat/vB"),
                        optional("verbose", FLAG, "whether to tell where the fee comes from")),
                RpcMethod.of(
                        "sendmany",
                        category,
                        "Pays several addresses in one transaction.",
                        PaymentMethods::sendMany,
                        optional("dummy", TEXT, "empty"),
                        required("amounts", OBJECT, "addresses, and BTC for each"),
                        optional("minconf", NUMBER, "has no effect"),
                        optional("comment", TEXT, "what it is for; kept in the wallet only"),
                        optional("subtractfeefrom", ARRAY, "addresses that share the fee"),
                        optional("replaceable", FLAG, "whether it can be replaced by one that pays more (BIP-0125)"),
                        optional("conf_target", NUMBER, "blocks within which it is to confirm"),
                        optional("estimate_mode", TEXT, "unset, economical or conservative"),
                        optional("fee_rate", AMOUNT, "sat/vB"),
                        optional("verbose", FLAG, "whether to tell where the fee comes from")),
                RpcMethod.of(
                        "settxfee",
                        category,
                        "What is paid if nothing else is said, until the node stops.",
                        PaymentMethods::setTxFee,
                        required("amount", AMOUNT, "BTC/kvB; 0 to estimate")),
                RpcMethod.of(
                        "bumpfee",
                        category,
                        "Replaces a payment that is in no block by one that pays more.",
                        call -> new BumpCall(call, false).run(),
                        required("txid", TEXT, "the payment"),
                        BumpCall.options()),
                RpcMethod.of(
                        "psbtbumpfee",
                        category,
                        "As bumpfee, but gives the replacement as a PSBT that is neither signed nor sent.",
                        call -> new BumpCall(call, true).run(),
                        required("txid", TEXT, "the payment"),
                        BumpCall.options()),
                RpcMethod.of(
                        "signrawtransactionwithwallet",
                        category,
                        "Signs the inputs of a transaction for which the wallet has the keys.",
                        call -> new WalletSigning(call).run(),
                        required("hexstring", HEX, "the transaction"),
                        optional("prevtxs", ARRAY, "outputs that are spent and not yet known"),
                        optional("sighashtype", TEXT, "DEFAULT, ALL, NONE or SINGLE, perhaps with |ANYONECANPAY")));
    }

    private static Recipient recipient(Call call, String name, JsonNode amount, boolean paysFee) {
        Address address = Address.decode(name, call.chain().prefixes()).address();
        if (address == null) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Invalid Bitcoin address: " + name);
        }
        long satoshis = Call.amount(amount);
        if (satoshis == 0) {
            throw new RpcException(RpcException.TYPE_ERROR, "Invalid amount for send");
        }
        return new Recipient(address.scriptPubKey(), satoshis, paysFee);
    }

    /** A rate in sat/vB with at most three decimals. */
    static Feerate perVbyte(JsonNode given) {
        if (!given.isNumber() && !given.isString()) {
            throw new RpcException(RpcException.TYPE_ERROR, "Amount is not a number or string");
        }
        long rate = Call.decimal(given.asString(), 3)
                .orElseThrow(() -> new RpcException(RpcException.TYPE_ERROR, "Invalid amount"));
        if (rate < 0 || rate > 21_000_000L * Json.COIN) {
            throw new RpcException(RpcException.TYPE_ERROR, "Amount out of range");
        }
        return new Feerate(rate);
    }

    /** What is said of the fee: a rate, a target, or neither. */
    static void fee(Call call, Wallet wallet, Payment payment, JsonNode target, JsonNode mode, JsonNode rate) {
        String name = mode.isMissingNode() || mode.isNull() ? "" : Call.text(mode);
        boolean hasTarget = !target.isMissingNode() && !target.isNull();
        if (!rate.isMissingNode() && !rate.isNull()) {
            if (hasTarget) {
                throw Call.invalid(
                        "Cannot specify both conf_target and fee_rate. Please provide either a confirmation target in"
                                + " blocks for automatic fee estimation, or an explicit fee rate.");
            }
            if (!name.isEmpty() && !name.equals("unset")) {
                throw Call.invalid("Cannot specify both estimate_mode and fee_rate");
            }
            payment.feerate(perVbyte(rate));
            payment.replaceableByDefault();
            return;
        }
        boolean careful = FeeMethods.conservative(mode);
        if (hasTarget) {
            payment.target(FeeMethods.target(target), careful);
        } else if (call.wallets().payFee(wallet).satoshisPerKvb() > 0) {
            payment.feerate(call.wallets().payFee(wallet));
        } else {
            payment.target(null, careful);
        }
    }

    private static JsonNode sendToAddress(Call call) {
        Wallet wallet = call.wallet();
        boolean paysFee = call.flag("subtractfeefromamount", false);
        Recipient recipient = recipient(call, call.text("address"), call.get("amount"), paysFee);
        Payment payment = Payment.to(List.of(recipient))
                .replaceable(call.has("replaceable") ? call.flag("replaceable", true) : null)
                .avoidReuse(HoldingMethods.avoidReuse(wallet, call.get("avoid_reuse")))
                .wholeAddresses(wallet.options().avoidPartialSpends() || wallet.is(WalletFlag.AVOID_REUSE));
        fee(call, wallet, payment, call.get("conf_target"), call.get("estimate_mode"), call.get("fee_rate"));
        Map<String, String> notes = new TreeMap<>();
        if (!call.text("comment", "").isEmpty()) {
            notes.put(WalletTx.Note.COMMENT, call.text("comment"));
        }
        if (!call.text("comment_to", "").isEmpty()) {
            notes.put(WalletTx.Note.TO, call.text("comment_to"));
        }
        return pay(call, wallet, payment, notes);
    }

    private static JsonNode pay(Call call, Wallet wallet, Payment payment, Map<String, String> notes) {
        requireKeys(wallet);
        Payments payments = call.wallets().payments();
        Draft draft;
        Hash256 txid;
        synchronized (wallet) {
            draft = draft(payments, wallet, payment);
            payments.record(wallet, draft.transaction(), notes);
            txid = draft.transaction().txid();
        }
        payments.broadcast(wallet, draft.transaction());
        if (!call.flag("verbose", false)) {
            return Json.hash(txid);
        }
        return Json.object().put("txid", txid.toString()).put("fee_reason", draft.feeReason());
    }

    // Whatever keeps a payment from being made has one code in these methods.
    private static Draft draft(Payments payments, Wallet wallet, Payment payment) {
        try {
            return payments.draft(wallet, payment, true);
        } catch (WalletException e) {
            throw e.kind() == WalletException.Kind.GENERAL
                    ? new RpcException(RpcException.WALLET_INSUFFICIENT_FUNDS, String.valueOf(e.getMessage()))
                    : WalletErrors.of(e);
        }
    }

    /** Throws if the wallet can only watch. */
    static void requireKeys(Wallet wallet) {
        wallet.requireUnlocked();
        if (wallet.is(WalletFlag.DISABLE_PRIVATE_KEYS)) {
            throw new RpcException(RpcException.WALLET_ERROR, "Error: Private keys are disabled for this wallet");
        }
    }

    private static JsonNode sendMany(Call call) {
        Wallet wallet = call.wallet();
        if (!call.text("dummy", "").isEmpty()) {
            throw Call.invalid("Dummy value must be set to \"\"");
        }
        List<String> names = BuildMethods.names(call.get("amounts"));
        List<Recipient> recipients =
                Funding.recipients(BuildMethods.outputs(call, call.get("amounts")), names, call.get("subtractfeefrom"));
        Payment payment = Payment.to(recipients)
                .replaceable(call.has("replaceable") ? call.flag("replaceable", true) : null)
                .avoidReuse(wallet.is(WalletFlag.AVOID_REUSE))
                .wholeAddresses(wallet.options().avoidPartialSpends() || wallet.is(WalletFlag.AVOID_REUSE));
        fee(call, wallet, payment, call.get("conf_target"), call.get("estimate_mode"), call.get("fee_rate"));
        Map<String, String> notes = new TreeMap<>();
        if (!call.text("comment", "").isEmpty()) {
            notes.put(WalletTx.Note.COMMENT, call.text("comment"));
        }
        return pay(call, wallet, payment, notes);
    }

    private static JsonNode setTxFee(Call call) {
        Wallet wallet = call.wallet();
        Feerate rate = new Feerate(Call.amount(call.get("amount")));
        Feerate relay = call.wallets().payments().facts().relayMinimum();
        Feerate least = wallet.options().minFee();
        if (rate.satoshisPerKvb() > 0 && rate.compareTo(relay) < 0) {
            throw Call.invalid("txfee cannot be less than min relay tx fee (" + relay + ")");
        }
        if (rate.satoshisPerKvb() > 0 && rate.compareTo(least) < 0) {
            throw Call.invalid("txfee cannot be less than wallet min fee (" + least + ")");
        }
        if (rate.satoshisPerKvb() > wallet.options().maxFee()) {
            throw Call.invalid("txfee cannot be more than wallet max tx fee ("
                    + new Feerate(wallet.options().maxFee()) + ")");
        }
        call.wallets().payFee(wallet, rate);
        return Json.flag(true);
    }
}
