package org.starling.api.rpc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.consensus.TxOut;
import org.starling.mempool.MempoolEntry;
import org.starling.mempool.Policy;
import org.starling.wallet.book.Label;
import org.starling.wallet.book.TxState;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletTx;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Transactions of a wallet as lists show them: an entry for each output that was sent or received. */
final class HistoryJson {
    private final Call call;
    private final Wallet wallet;

    HistoryJson(Call call, Wallet wallet) {
        this.call = call;
        this.wallet = wallet;
    }

    /** The entries of a transaction, each with its state. */
    List<ObjectNode> entries(WalletTx tx, @Nullable String label, boolean change) {
        List<ObjectNode> entries = details(tx, label, change);
        for (ObjectNode entry : entries) {
            var abandoned = entry.remove("abandoned");
            addState(entry, tx);
            if (abandoned != null) {
                entry.set("abandoned", abandoned);
            }
        }
        return entries;
    }

    /**
     * The entries of a transaction without what is common to them: first what was sent, then what was received.
     *
     * @param label only outputs to addresses called so; null for all
     * @param change whether outputs are listed that are change
     */
    List<ObjectNode> details(WalletTx tx, @Nullable String label, boolean change) {
        List<ObjectNode> sent = new ArrayList<>();
        List<ObjectNode> received = new ArrayList<>();
        List<TxOut> outputs = tx.transaction().outputs();
        long debit = wallet.debit(tx.transaction());
        long fee = debit == 0 ? 0 : outputs.stream().mapToLong(TxOut::value).sum() - debit;
        for (int i = 0; i < outputs.size(); i++) {
            Bytes script = outputs.get(i).scriptPubKey();
            Label given = wallet.label(script);
            boolean mine = wallet.isMine(script);
            boolean listed = label == null || given != null && given.text().equals(label);
            if (!listed) {
                continue;
            }
            boolean isChange = wallet.isChange(script);
            if (debit > 0 && label == null && (change || !isChange)) {
                ObjectNode json = entry(script, "send", -outputs.get(i).value(), given, i);
                json.set("fee", Json.amount(fee));
                json.put("abandoned", tx.isAbandoned());
                sent.add(json);
            }
            // What a block contradicts was not received.
            if (mine && wallet.depth(tx) >= 0 && (debit == 0 || change || !isChange)) {
                ObjectNode json = entry(script, category(tx), outputs.get(i).value(), given, i);
                addParents(json, script);
                json.put("abandoned", tx.isAbandoned());
                received.add(json);
            }
        }
        sent.addAll(received);
        return sent;
    }

    private String category(WalletTx tx) {
        if (!tx.transaction().isCoinbase()) {
            return "receive";
        }
        return wallet.depth(tx) < 1 ? "orphan" : wallet.blocksToMaturity(tx) > 0 ? "immature" : "generate";
    }

    private ObjectNode entry(Bytes script, String category, long amount, @Nullable Label label, int index) {
        ObjectNode json = Json.object();
        String address = AddressMethods.address(call, script);
        if (!address.isEmpty()) {
            json.put("address", address);
        }
        json.put("category", category);
        json.set("amount", Json.amount(amount));
        if (label != null) {
            json.put("label", label.text());
        }
        return json.put("vout", index);
    }

    private void addParents(ObjectNode json, Bytes script) {
        Wallet.Position position = wallet.position(script);
        if (position != null) {
            json.putArray("parent_descs").add(position.keychain().descriptor().text());
        }
    }

    /** What is common to the entries of a transaction: where it stands, and what is written beside it. */
    void addState(ObjectNode json, WalletTx tx) {
        json.put("confirmations", wallet.depth(tx));
        if (tx.transaction().isCoinbase()) {
            json.put("generated", true);
        }
        switch (tx.state()) {
            case TxState.Confirmed(Hash256 block, int height, int index) -> {
                BlockEntry entry = call.node().headers().find(block);
                json.put("blockhash", block.toString())
                        .put("blockheight", height)
                        .put("blockindex", index);
                if (entry != null) {
                    json.put("blocktime", entry.time());
                }
            }
            case TxState.Conflicted _, TxState.InMempool _, TxState.Inactive _ ->
                json.put("trusted", wallet.isTrusted(tx));
        }
        json.put("txid", tx.txid().toString())
                .put("wtxid", tx.transaction().wtxid().toString());
        ArrayNode conflicts = json.putArray("walletconflicts");
        for (Hash256 other : wallet.conflicts(tx.transaction())) {
            WalletTx rival = wallet.get(other);
            if (rival != null) {
                conflicts.add(other.toString());
            }
        }
        json.set("mempoolconflicts", Json.texts(wallet.mempoolConflicts(tx.txid())));
        json.put("time", tx.time()).put("timereceived", tx.received());
        json.put("bip125-replaceable", replaceable(tx));
        tx.notes().forEach((name, note) -> {
            if (!note.isEmpty()) {
                json.put(name, note);
            }
        });
    }

    private String replaceable(WalletTx tx) {
        if (wallet.depth(tx) > 0) {
            return "no";
        }
        MempoolEntry entry = call.node().mempool().entry(tx.txid());
        if (Policy.signalsReplaceability(tx.transaction())) {
            return "yes";
        }
        return entry == null ? "unknown" : entry.replaceable() ? "yes" : "no";
    }
}
