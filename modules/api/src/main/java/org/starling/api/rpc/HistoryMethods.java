package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.HeaderTree;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletTx;
import org.starling.world.StorageException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods about what happened in a wallet. */
final class HistoryMethods {
    private HistoryMethods() {}

    static List<RpcMethod> all() {
        String category = "wallet";
        return List.of(
                RpcMethod.of(
                        "listtransactions",
                        category,
                        "The latest payments from and to the wallet, the newest last.",
                        HistoryMethods::listTransactions,
                        optional("label|dummy", TEXT, "only payments to addresses called so; * for all"),
                        optional("count", NUMBER, "how many; 10 by default"),
                        optional("skip", NUMBER, "how many of the latest to leave out"),
                        optional("include_watchonly", FLAG, "has no effect")),
                RpcMethod.of(
                        "listsinceblock",
                        category,
                        "Payments since a block, and those that a reorganisation took out of blocks since.",
                        HistoryMethods::listSinceBlock,
                        optional("blockhash", TEXT, "the block; all by default"),
                        optional(
                                "target_confirmations",
                                NUMBER,
                                "confirmations of the block given as lastblock; 1 by default"),
                        optional("include_watchonly", FLAG, "has no effect"),
                        optional("include_removed", FLAG, "whether to list what left its block; yes by default"),
                        optional("include_change", FLAG, "whether to list change; no by default"),
                        optional("label", TEXT, "only payments to addresses called so")),
                RpcMethod.of(
                        "gettransaction",
                        category,
                        "What the wallet knows of a transaction.",
                        HistoryMethods::getTransaction,
                        required("txid", TEXT, "the transaction"),
                        optional("include_watchonly", FLAG, "has no effect"),
                        optional("verbose", FLAG, "whether to decode it")),
                RpcMethod.of(
                                "abandontransaction",
                                category,
                                "Gives up a payment that is in no block and not in the mempool, so that its coins can be spent"
                                        + " otherwise.",
                                HistoryMethods::abandonTransaction,
                                required("txid", TEXT, "the transaction"))
                        .differing(
                                "A payment that a reorganisation put back is offered to the network again by itself, where Core leaves that to the mempool."),
                RpcMethod.of(
                        "rescanblockchain",
                        category,
                        "Looks for the wallet's transactions in blocks again.",
                        HistoryMethods::rescan,
                        optional("start_height", NUMBER, "the first block; 0 by default"),
                        optional("stop_height", NUMBER, "the last block; the tip by default")),
                RpcMethod.of(
                        "abortrescan",
                        category,
                        "Ends the rescan that is under way; false if none is.",
                        call -> Json.flag(call.wallets().abortRescan(call.wallet()))));
    }

    private static JsonNode listTransactions(Call call) {
        Wallet wallet = call.wallet();
        String label = call.has("label") && !call.text("label").equals("*") ? call.text("label") : null;
        if (label != null && label.isEmpty()) {
            throw Call.invalid("Label argument must be a valid label name or \"*\".");
        }
        long count = call.number("count", 10);
        long skip = call.number("skip", 0);
        if (count < 0) {
            throw Call.invalid("Negative count");
        }
        if (skip < 0) {
            throw Call.invalid("Negative from");
        }
        HistoryJson history = new HistoryJson(call, wallet);
        List<ObjectNode> newest = new ArrayList<>();
        for (WalletTx tx : wallet.transactions().reversed()) {
            List<ObjectNode> entries = history.entries(tx, label, false);
            newest.addAll(entries.reversed());
            if (newest.size() >= count + skip) {
                break;
            }
        }
        int from = (int) Math.min(skip, newest.size());
        int to = (int) Math.min(skip + count, newest.size());
        ArrayNode list = Json.array();
        newest.subList(from, to).reversed().forEach(list::add);
        return list;
    }

    private static JsonNode listSinceBlock(Call call) {
        Wallet wallet = call.wallet();
        HeaderTree tree = call.node().headers();
        long confirmations = call.number("target_confirmations", 1);
        if (confirmations < 1) {
            throw Call.invalid("Invalid parameter");
        }
        String label = call.has("label") ? AddressMethods.label(call.text("label")) : null;
        boolean change = call.flag("include_change", false);
        BlockEntry since = null;
        BlockEntry given = null;
        if (call.has("blockhash") && !call.text("blockhash").isEmpty()) {
            given = tree.find(Call.hash(call.get("blockhash"), "blockhash"));
            if (given == null) {
                throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Block not found");
            }
            since = given.forkWith(tree.tip());
        }
        int depth = since == null ? -1 : 1 + wallet.height() - since.height();
        HistoryJson history = new HistoryJson(call, wallet);
        ArrayNode list = Json.array();
        for (WalletTx tx : wallet.transactions()) {
            if (depth == -1 || Math.abs(wallet.depth(tx)) < depth) {
                history.entries(tx, label, change).forEach(list::add);
            }
        }
        ObjectNode json = Json.object();
        json.set("transactions", list);
        if (call.flag("include_removed", true)) {
            ArrayNode removed = json.putArray("removed");
            for (BlockEntry at = given; at != null && since != null && at != since; at = at.previous()) {
                Block block = read(call, at);
                for (Transaction transaction : block.transactions()) {
                    WalletTx tx = wallet.get(transaction.txid());
                    if (tx != null) {
                        history.entries(tx, label, change).forEach(removed::add);
                    }
                }
            }
        }
        BlockEntry last = tree.activeAt((int) Math.max(0, wallet.height() + 1 - confirmations));
        return json.put(
                "lastblock",
                last == null ? Hash256.ZERO.toString() : last.hash().toString());
    }

    private static Block read(Call call, BlockEntry entry) {
        try {
            return ChainMethods.readBlock(call.node().chain(), entry);
        } catch (RpcException | IllegalStateException | StorageException e) {
            throw new RpcException(RpcException.INTERNAL_ERROR, "Can't read block from disk");
        }
    }

    private static WalletTx transaction(Call call, Wallet wallet) {
        WalletTx tx = wallet.get(Call.hash(call.get("txid"), "txid"));
        if (tx == null) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Invalid or non-wallet transaction id");
        }
        return tx;
    }

    private static JsonNode getTransaction(Call call) {
        Wallet wallet = call.wallet();
        WalletTx tx = transaction(call, wallet);
        HistoryJson history = new HistoryJson(call, wallet);
        long debit = wallet.debit(tx.transaction());
        long credit = wallet.blocksToMaturity(tx) > 0 ? 0 : wallet.credit(tx.transaction());
        long sent = tx.transaction().outputs().stream()
                .mapToLong(output -> output.value())
                .sum();
        long fee = debit > 0 ? sent - debit : 0;
        ObjectNode json = Json.object();
        json.set("amount", Json.amount(credit - debit - fee));
        if (debit > 0) {
            json.set("fee", Json.amount(fee));
        }
        history.addState(json, tx);
        ArrayNode details = json.putArray("details");
        for (ObjectNode entry : history.details(tx, null, false)) {
            details.add(entry);
        }
        json.put("hex", tx.transaction().serialized().hex());
        if (call.flag("verbose", false)) {
            json.set(
                    "decoded", TransactionJson.of(tx.transaction(), call.chain().prefixes()));
        }
        WalletMethods.addPlace(json, call, wallet);
        return json;
    }

    private static JsonNode abandonTransaction(Call call) {
        Wallet wallet = call.wallet();
        wallet.abandon(transaction(call, wallet).txid());
        return Json.nothing();
    }

    private static JsonNode rescan(Call call) {
        Wallet wallet = call.wallet();
        int from = call.integer("start_height", 0);
        int tip = wallet.height();
        if (from < 0 || from > tip) {
            throw Call.invalid("Invalid start_height");
        }
        int to = call.has("stop_height") ? call.integer("stop_height") : tip;
        if (to < 0 || to > tip) {
            throw Call.invalid("Invalid stop_height");
        }
        if (to < from) {
            throw Call.invalid("stop_height must be greater than start_height");
        }
        int last = call.wallets().rescan(wallet, from, to);
        if (last < to) {
            throw new RpcException(RpcException.MISC_ERROR, "Rescan aborted.");
        }
        return Json.object().put("start_height", from).put("stop_height", last);
    }
}
