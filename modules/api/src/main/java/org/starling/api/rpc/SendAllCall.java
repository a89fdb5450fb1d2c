package org.starling.api.rpc;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.starling.bytes.Bytes;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.mempool.Feerate;
import org.starling.node.wallet.Payments;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletCoin;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletFlag;
import org.starling.wallet.spend.Payment;
import org.starling.wallet.spend.Sweep;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** A call of {@code sendall}. */
final class SendAllCall {
    private static final int REPLACEABLE = 0xfffffffd;

    private final Call call;
    private final Wallet wallet;

    SendAllCall(Call call) {
        this.call = call;
        this.wallet = call.wallet();
    }

    static Parameter options() {
        return Parameter.options(
                "options",
                "inputs (just these coins), send_max (leave out coins that cost more than they hold), minconf, maxconf;"
                        + " whether to send",
                "add_to_wallet",
                "include_watching",
                "inputs",
                "locktime",
                "lock_unspents",
                "psbt",
                "send_max",
                "minconf",
                "maxconf",
                "conf_target",
                "estimate_mode",
                "fee_rate",
                "replaceable",
                "solving_data");
    }

    JsonNode run() {
        JsonNode options = SendCall.withFee(call);
        Funding.refuseOldNames(options);
        Set<Bytes> open = new HashSet<>();
        ArrayNode recipients = recipients(open);
        if (open.isEmpty()) {
            throw Call.invalid("Must provide at least one address without a specified amount");
        }
        Payment asked = Payment.to(List.of());
        PaymentMethods.fee(
                call,
                wallet,
                asked,
                Funding.option(options, "conf_target"),
                Funding.option(options, "estimate_mode"),
                Funding.option(options, "fee_rate"));
        int least = depth(options, "minconf", 0);
        int most = depth(options, "maxconf", Integer.MAX_VALUE);
        if (least < 0) {
            throw Call.invalid("Invalid minconf (minconf cannot be negative): " + least);
        }
        if (most < least) {
            throw Call.invalid("maxconf can't be lower than minconf: " + most + " < " + least);
        }
        Feerate rate = rate(asked, !Funding.option(options, "fee_rate").isNull());
        boolean replaceable = Funding.flag(options, wallet.options().replaceable(), "replaceable");
        JsonNode named = Funding.option(options, "inputs");
        JsonNode lockTime = Funding.option(options, "locktime");
        Transaction raw = BuildMethods.transaction(
                call,
                named.isNull() ? Json.array() : Call.array(named),
                recipients,
                lockTime.isNull() ? 0 : Call.number(lockTime),
                replaceable);
        if (!named.isNull() && options.has("send_max")) {
            throw Call.invalid("Cannot combine send_max with specific inputs.");
        }
        if (!named.isNull() && (options.has("minconf") || options.has("maxconf"))) {
            throw Call.invalid("Cannot combine minconf or maxconf with specific inputs.");
        }
        boolean worthwhile = Funding.flag(options, false, "send_max");
        Transaction unsigned;
        synchronized (wallet) {
            List<Sweep.Coin> coins = named.isNull()
                    ? available(rate, worthwhile, least, most, replaceable ? REPLACEABLE : TxIn.SEQUENCE_FINAL)
                    : named(raw);
            unsigned = draft(coins, raw, open, rate, worthwhile);
            if (Funding.flag(options, false, "lock_unspents")) {
                unsigned.inputs().forEach(input -> wallet.freeze(input.previous(), false));
            }
        }
        return WalletPsbts.finish(call, wallet, options, unsigned);
    }

    /** All recipients with amounts, those without one with nothing; their scripts are added to the open ones. */
    private ArrayNode recipients(Set<Bytes> open) {
        ArrayNode recipients = Json.array();
        for (JsonNode recipient : call.get("recipients")) {
            if (recipient.isString()) {
                JsonNode alone = Json.object().put(recipient.stringValue(), 0);
                open.add(BuildMethods.outputs(call, alone).getFirst().scriptPubKey());
                recipients.add(alone);
            } else {
                recipients.add(recipient);
            }
        }
        return recipients;
    }

    private static int depth(JsonNode options, String name, int byDefault) {
        JsonNode given = Funding.option(options, name);
        return given.isNull() ? byDefault : Call.integer(given);
    }

    private Feerate rate(Payment asked, boolean explicit) {
        try {
            return call.wallets().payments().rate(wallet, asked);
        } catch (WalletException e) {
            throw explicit ? Call.invalid(String.valueOf(e.getMessage())) : WalletErrors.of(e);
        }
    }

    private Transaction draft(
            List<Sweep.Coin> coins, Transaction raw, Set<Bytes> open, Feerate rate, boolean worthwhile) {
        Payments payments = call.wallets().payments();
        Sweep sweep = new Sweep(wallet.options(), payments.facts());
        Transaction made = sweep.draft(coins, raw.outputs(), open, rate, raw.version(), raw.lockTime(), worthwhile);
        for (TxOut output : raw.outputs()) {
            if (!open.contains(output.scriptPubKey()) && sweep.isDust(output)) {
                throw Call.invalid("Specified output amount to " + AddressMethods.address(call, output.scriptPubKey())
                        + " is below dust threshold.");
            }
        }
        return made;
    }

    private List<Sweep.Coin> available(Feerate rate, boolean worthwhile, int least, int most, int sequence) {
        List<Sweep.Coin> coins = new ArrayList<>();
        boolean apart = wallet.is(WalletFlag.AVOID_REUSE);
        for (WalletCoin coin : wallet.coins()) {
            boolean pays = rate.fee(Math.ceilDiv(coin.inputWeight(), 4)) <= coin.value();
            if (coin.safe()
                    && !coin.frozen()
                    && coin.inputWeight() > 0
                    && coin.depth() >= least
                    && coin.depth() <= most
                    && !(apart && coin.reused())
                    && (pays || !worthwhile)) {
                coins.add(new Sweep.Coin(
                        new TxIn(coin.outPoint(), Bytes.EMPTY, sequence), coin.output(), coin.inputWeight()));
            }
        }
        return coins;
    }

    private List<Sweep.Coin> named(Transaction raw) {
        Map<OutPoint, Sweep.Coin> coins = new LinkedHashMap<>();
        for (TxIn input : raw.inputs()) {
            OutPoint coin = input.previous();
            String name = coin.txid() + ":" + Integer.toUnsignedString(coin.index());
            if (wallet.isSpent(coin)) {
                throw Call.invalid("Input not available. UTXO (" + name + ") was already spent.");
            }
            TxOut output = wallet.output(coin);
            int weight = output == null ? -1 : wallet.inputWeight(output.scriptPubKey());
            if (output == null || weight < 0) {
                throw Call.invalid("Input not found. UTXO (" + name + ") is not part of wallet.");
            }
            coins.put(coin, new Sweep.Coin(input, output, weight));
        }
        return List.copyOf(coins.values());
    }
}
