package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.ARRAY;
import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.mempool.MempoolEntry;
import org.starling.wallet.DescriptorException;
import org.starling.wallet.Expansion;
import org.starling.wallet.book.Balance;
import org.starling.wallet.book.Label;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletCoin;
import org.starling.wallet.book.WalletFlag;
import org.starling.wallet.book.WalletTx;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods about what a wallet holds: balances, coins, and which of them are kept out of payments. */
final class HoldingMethods {
    private HoldingMethods() {}

    static List<RpcMethod> all() {
        String category = "wallet";
        return List.of(
                RpcMethod.of(
                        "getbalance",
                        category,
                        "What can be spent, in BTC.",
                        HoldingMethods::getBalance,
                        optional("dummy", TEXT, "left out, or *"),
                        optional("minconf", NUMBER, "confirmations that count; 0 by default"),
                        optional("include_watchonly", FLAG, "has no effect"),
                        optional("avoid_reuse", FLAG, "whether coins count that are kept apart; no by default")),
                RpcMethod.of("getbalances", category, "What the wallet holds, in BTC.", HoldingMethods::getBalances),
                RpcMethod.of(
                        "getunconfirmedbalance",
                        category,
                        "What others pay in transactions that are in no block yet, in BTC.",
                        call -> Json.amount(call.wallet().balance(0).pending())),
                RpcMethod.of(
                        "listunspent",
                        category,
                        "The coins that can be spent.",
                        HoldingMethods::listUnspent,
                        optional("minconf", NUMBER, "confirmations at least; 1 by default"),
                        optional("maxconf", NUMBER, "confirmations at most"),
                        optional("addresses", ARRAY, "only on these addresses"),
                        optional(
                                "include_unsafe",
                                FLAG,
                                "whether coins count that others can make vanish; yes by default"),
                        Parameter.options(
                                "query_options",
                                "bounds: minimumAmount, maximumAmount, maximumCount, minimumSumAmount,"
                                        + " include_immature_coinbase",
                                "minimumAmount",
                                "maximumAmount",
                                "maximumCount",
                                "minimumSumAmount",
                                "include_immature_coinbase")),
                RpcMethod.of(
                        "lockunspent",
                        category,
                        "Keeps coins out of payments, or lets them in again.",
                        HoldingMethods::lockUnspent,
                        required("unlock", FLAG, "whether to let them in"),
                        optional("transactions", ARRAY, "objects with txid and vout; all when letting in by default"),
                        optional("persistent", FLAG, "whether it holds over a restart")),
                RpcMethod.of(
                        "simulaterawtransaction",
                        category,
                        "By how much transactions would change the balance if they were signed and sent in this order.",
                        HoldingMethods::simulate,
                        optional("rawtxs", ARRAY, "the transactions in hex"),
                        Parameter.options("options", "include_watchonly: has no effect", "include_watchonly")),
                RpcMethod.of(
                        "listlockunspent", category, "The coins kept out of payments.", HoldingMethods::listLocked));
    }

    private static JsonNode getBalance(Call call) {
        Wallet wallet = call.wallet();
        if (call.has("dummy") && !call.text("dummy").equals("*")) {
            throw new RpcException(
                    RpcException.METHOD_DEPRECATED, "dummy first argument must be excluded or set to \"*\".");
        }
        boolean apart = avoidReuse(wallet, call.get("avoid_reuse"));
        return Json.amount(wallet.balance(call.integer("minconf", 0), apart).trusted());
    }

    /** Whether coins that are kept apart are left out. */
    static boolean avoidReuse(Wallet wallet, JsonNode given) {
        boolean can = wallet.is(WalletFlag.AVOID_REUSE);
        boolean asked = given.isNull() || given.isMissingNode() ? can : Call.flag(given);
        if (asked && !can) {
            throw new RpcException(
                    RpcException.WALLET_ERROR, "wallet does not have the \"avoid reuse\" feature enabled");
        }
        return asked;
    }

    private static JsonNode getBalances(Call call) {
        Wallet wallet = call.wallet();
        Balance balance = wallet.balance(0);
        ObjectNode json = Json.object();
        ObjectNode mine = json.putObject("mine");
        mine.set("trusted", Json.amount(balance.trusted()));
        mine.set("untrusted_pending", Json.amount(balance.pending()));
        mine.set("immature", Json.amount(balance.immature()));
        if (wallet.is(WalletFlag.AVOID_REUSE)) {
            mine.set("used", Json.amount(balance.used()));
        }
        WalletMethods.addPlace(json, call, wallet);
        return json;
    }

    private static JsonNode listUnspent(Call call) {
        Wallet wallet = call.wallet();
        int least = call.integer("minconf", 1);
        int most = call.integer("maxconf", 9999999);
        boolean unsafe = call.flag("include_unsafe", true);
        Set<Bytes> only = addresses(call);
        JsonNode options = call.get("query_options");
        long minimum = options.has("minimumAmount") ? Call.amount(options.path("minimumAmount")) : 0;
        long maximum = options.has("maximumAmount") ? Call.amount(options.path("maximumAmount")) : Long.MAX_VALUE;
        long enough = options.has("minimumSumAmount") ? Call.amount(options.path("minimumSumAmount")) : Long.MAX_VALUE;
        long count = options.has("maximumCount") ? Call.number(options.path("maximumCount")) : Long.MAX_VALUE;
        boolean immature =
                options.has("include_immature_coinbase") && Call.flag(options.path("include_immature_coinbase"));
        ArrayNode list = Json.array();
        long sum = 0;
        List<WalletCoin> coins = immature ? wallet.coinsWithImmature() : wallet.coins();
        for (WalletCoin coin : coins) {
            boolean listed = coin.depth() >= least
                    && coin.depth() <= most
                    && (coin.safe() || unsafe)
                    && !coin.frozen()
                    && coin.value() >= minimum
                    && coin.value() <= maximum
                    && (only == null || only.contains(coin.output().scriptPubKey()));
            if (listed) {
                list.add(json(call, wallet, coin));
                sum += coin.value();
                if (list.size() >= count || sum >= enough) {
                    break;
                }
            }
        }
        return list;
    }

    private static @Nullable Set<Bytes> addresses(Call call) {
        if (!call.has("addresses") || call.get("addresses").isEmpty()) {
            return null;
        }
        Set<Bytes> scripts = new HashSet<>();
        for (JsonNode text : call.get("addresses")) {
            String given = Call.text(text);
            Address address = Address.decode(given, call.chain().prefixes()).address();
            if (address == null) {
                throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Invalid Bitcoin address: " + given);
            }
            if (!scripts.add(address.scriptPubKey())) {
                throw Call.invalid("Invalid parameter, duplicated address: " + given);
            }
        }
        return scripts;
    }

    private static ObjectNode json(Call call, Wallet wallet, WalletCoin coin) {
        Bytes script = coin.output().scriptPubKey();
        ObjectNode json = Json.object()
                .put("txid", coin.outPoint().txid().toString())
                .put("vout", coin.outPoint().index());
        String address = AddressMethods.address(call, script);
        if (!address.isEmpty()) {
            json.put("address", address);
            Label label = wallet.label(script);
            if (label != null) {
                json.put("label", label.text());
            }
        }
        json.put("scriptPubKey", script.hex());
        json.set("amount", Json.amount(coin.value()));
        json.put("confirmations", coin.depth());
        MempoolEntry entry =
                coin.depth() == 0 ? call.node().mempool().entry(coin.outPoint().txid()) : null;
        if (entry != null) {
            json.put("ancestorcount", entry.ancestorCount())
                    .put("ancestorsize", entry.ancestorSize())
                    .put("ancestorfees", entry.ancestorFees());
        }
        Wallet.Position position = wallet.position(script);
        boolean solvable = position != null && position.keychain().descriptor().isSolvable();
        json.put("spendable", !wallet.is(WalletFlag.DISABLE_PRIVATE_KEYS)).put("solvable", solvable);
        if (position != null) {
            addDescriptor(json, position, script, solvable);
        }
        if (wallet.is(WalletFlag.AVOID_REUSE)) {
            json.put("reused", coin.reused());
        }
        return json.put("safe", coin.safe());
    }

    private static void addDescriptor(ObjectNode json, Wallet.Position position, Bytes script, boolean solvable) {
        try {
            Expansion expansion = position.keychain().descriptor().expand(position.index());
            List<Bytes> inner = expansion.inner();
            if (!inner.isEmpty() && inner.getFirst().length() != 22) {
                json.put(
                        org.starling.consensus.script.Script.isP2sh(script) ? "redeemScript" : "witnessScript",
                        inner.getFirst().hex());
                if (inner.size() > 1) {
                    json.put("witnessScript", inner.get(1).hex());
                }
            } else if (!inner.isEmpty() && org.starling.consensus.script.Script.isP2sh(script)) {
                json.put("redeemScript", inner.getFirst().hex());
            }
            if (solvable) {
                json.put("desc", position.keychain().descriptor().textAt(position.index(), script));
            }
        } catch (DescriptorException e) {
            // Its keys are locked; the script says enough.
        }
        json.putArray("parent_descs").add(position.keychain().descriptor().text());
    }

    private static JsonNode simulate(Call call) {
        Wallet wallet = call.wallet();
        Call.requireNoOther(call.get("options"), "include_watchonly");
        long change = 0;
        Map<OutPoint, Long> made = new HashMap<>();
        Set<OutPoint> spent = new HashSet<>();
        for (JsonNode text : Call.array(call.get("rawtxs"))) {
            Transaction transaction = TransactionMethods.decode(Call.text(text), true, true);
            if (transaction == null) {
                throw new RpcException(RpcException.DESERIALIZATION_ERROR, "Transaction hex string decoding failure.");
            }
            Map<OutPoint, TxOut> coins = SigningMethods.coins(call.node(), transaction);
            for (TxIn input : transaction.inputs()) {
                OutPoint coin = input.previous();
                if (!spent.add(coin)) {
                    throw Call.invalid("Transaction(s) are spending the same output more than once");
                }
                Long before = made.remove(coin);
                if (before == null && !coins.containsKey(coin)) {
                    throw Call.invalid("One or more transaction inputs are missing or have been spent already");
                }
                TxOut own = wallet.output(coin);
                change -= before != null ? before : own == null ? 0 : own.value();
            }
            for (int i = 0; i < transaction.outputs().size(); i++) {
                TxOut output = transaction.outputs().get(i);
                long value = wallet.isMine(output.scriptPubKey()) ? output.value() : 0;
                made.put(transaction.outPoint(i), value);
                change += value;
            }
        }
        ObjectNode json = Json.object();
        json.set("balance_change", Json.amount(change));
        return json;
    }

    private static JsonNode lockUnspent(Call call) {
        Wallet wallet = call.wallet();
        boolean unlock = call.flag("unlock", false);
        boolean keep = call.flag("persistent", false);
        if (!call.has("transactions")) {
            if (unlock) {
                wallet.frozen().forEach(wallet::thaw);
            }
            return Json.flag(true);
        }
        List<OutPoint> coins = new ArrayList<>();
        for (JsonNode given : call.get("transactions")) {
            coins.add(coin(wallet, Call.object(given), unlock, keep));
        }
        coins.forEach(coin -> {
            if (unlock) {
                boolean _ = wallet.thaw(coin);
            } else {
                wallet.freeze(coin, keep);
            }
        });
        return Json.flag(true);
    }

    private static OutPoint coin(Wallet wallet, JsonNode given, boolean unlock, boolean keep) {
        Call.requireField(given, "txid", given.path("txid").isString(), "string");
        Call.requireField(given, "vout", given.path("vout").isNumber(), "number");
        int index = Call.integer(given.path("vout"));
        if (index < 0) {
            throw Call.invalid("Invalid parameter, vout cannot be negative");
        }
        OutPoint coin = new OutPoint(Call.hash(given.path("txid"), "txid"), index);
        WalletTx tx = wallet.get(coin.txid());
        if (tx == null) {
            throw Call.invalid("Invalid parameter, unknown transaction");
        }
        if (index >= tx.transaction().outputs().size()) {
            throw Call.invalid("Invalid parameter, vout index out of bounds");
        }
        if (wallet.isSpent(coin)) {
            throw Call.invalid("Invalid parameter, expected unspent output");
        }
        boolean frozen = wallet.frozen().contains(coin);
        if (unlock && !frozen) {
            throw Call.invalid("Invalid parameter, expected locked output");
        }
        if (!unlock && frozen && !(keep && !wallet.isFrozenForGood(coin))) {
            throw Call.invalid("Invalid parameter, output already locked");
        }
        return coin;
    }

    private static JsonNode listLocked(Call call) {
        ArrayNode list = Json.array();
        for (OutPoint coin : call.wallet().frozen()) {
            list.addObject().put("txid", coin.txid().toString()).put("vout", coin.index());
        }
        return list;
    }
}
