package org.starling.api.rpc;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.consensus.Coin;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Transactions as JSON. */
final class TransactionJson {
    private TransactionJson() {}

    /** The whole transaction, without hex. */
    static ObjectNode of(Transaction transaction, AddressPrefixes prefixes) {
        return of(transaction, prefixes, null, false);
    }

    /**
     * The whole transaction, without hex.
     *
     * @param spent the coins that its inputs spend if they are known, from which the fee follows
     * @param showSpent whether the coins are shown with the inputs
     */
    static ObjectNode of(
            Transaction transaction, AddressPrefixes prefixes, @Nullable List<Coin> spent, boolean showSpent) {
        ObjectNode json = Json.object()
                .put("txid", transaction.txid().toString())
                .put("hash", transaction.wtxid().toString())
                .put("version", Integer.toUnsignedLong(transaction.version()))
                .put("size", transaction.totalLength())
                .put("vsize", transaction.virtualSize())
                .put("weight", transaction.weight())
                .put("locktime", Integer.toUnsignedLong(transaction.lockTime()));
        ArrayNode inputs = json.putArray("vin");
        for (int i = 0; i < transaction.inputs().size(); i++) {
            inputs.add(input(transaction, i, prefixes, showSpent && spent != null ? spent.get(i) : null));
        }
        ArrayNode outputs = json.putArray("vout");
        for (int i = 0; i < transaction.outputs().size(); i++) {
            outputs.add(output(transaction.outputs().get(i), i, prefixes));
        }
        if (spent != null) {
            long in = spent.stream().mapToLong(coin -> coin.output().value()).sum();
            long out = transaction.outputs().stream().mapToLong(TxOut::value).sum();
            json.set("fee", Json.amount(in - out));
        }
        return json;
    }

    private static ObjectNode input(
            Transaction transaction, int index, AddressPrefixes prefixes, @Nullable Coin spent) {
        TxIn input = transaction.inputs().get(index);
        ObjectNode json = Json.object();
        if (transaction.isCoinbase()) {
            json.put("coinbase", input.scriptSig().hex());
        } else {
            json.put("txid", input.previous().txid().toString());
            json.put("vout", Integer.toUnsignedLong(input.previous().index()));
            json.set("scriptSig", ScriptJson.input(input.scriptSig()));
        }
        if (input.hasWitness()) {
            json.set("txinwitness", Json.texts(input.witness()));
        }
        if (spent != null) {
            ObjectNode coin =
                    json.putObject("prevout").put("generated", spent.coinbase()).put("height", spent.height());
            coin.set("value", Json.amount(spent.output().value()));
            coin.set("scriptPubKey", ScriptJson.output(spent.output().scriptPubKey(), prefixes, true));
        }
        return json.put("sequence", Integer.toUnsignedLong(input.sequence()));
    }

    private static ObjectNode output(TxOut output, int index, AddressPrefixes prefixes) {
        ObjectNode json = Json.object();
        json.set("value", Json.amount(output.value()));
        json.put("n", index);
        json.set("scriptPubKey", ScriptJson.output(output.scriptPubKey(), prefixes, true));
        return json;
    }
}
