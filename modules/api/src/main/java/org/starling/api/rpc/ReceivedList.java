package org.starling.api.rpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.TxOut;
import org.starling.wallet.book.Label;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletTx;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What each address, or the addresses of each label, received. */
final class ReceivedList {
    private final Call call;
    private final Wallet wallet;
    private final boolean includeEmpty;
    private final Map<Bytes, Tally> tallies = new TreeMap<>();

    /** What one address received. */
    private static final class Tally {
        long amount;
        int depth = Integer.MAX_VALUE;
        final List<String> txids = new ArrayList<>();

        void add(long value, int confirmations, @Nullable String txid) {
            amount += value;
            depth = Math.min(depth, confirmations);
            if (txid != null) {
                txids.add(txid);
            }
        }
    }

    ReceivedList(Call call) {
        this.call = call;
        this.wallet = call.wallet();
        this.includeEmpty = call.flag("include_empty", false);
        long least = call.number("minconf", 1);
        boolean immature = call.flag("include_immature_coinbase", false);
        for (WalletTx tx : wallet.transactions()) {
            int depth = wallet.depth(tx);
            boolean young = wallet.blocksToMaturity(tx) > 0;
            boolean counts = depth >= least && depth >= 0 && (!young || immature);
            if (counts && !(tx.transaction().isCoinbase() && depth < 1)) {
                for (TxOut output : tx.transaction().outputs()) {
                    if (wallet.isMine(output.scriptPubKey())) {
                        tallies.computeIfAbsent(output.scriptPubKey(), script -> new Tally())
                                .add(output.value(), depth, tx.txid().toString());
                    }
                }
            }
        }
    }

    private static int depthOf(Tally tally) {
        return tally.depth == Integer.MAX_VALUE ? 0 : tally.depth;
    }

    JsonNode byAddress() {
        Bytes only = null;
        if (call.has("address_filter")) {
            String text = call.text("address_filter");
            var address = org.starling.consensus.Address.decode(
                            text, call.chain().prefixes())
                    .address();
            if (address == null) {
                throw new RpcException(RpcException.WALLET_ERROR, "address_filter parameter was invalid");
            }
            only = address.scriptPubKey();
        }
        ArrayNode list = Json.array();
        for (Map.Entry<Bytes, Label> labelled : wallet.labels().entrySet()) {
            Bytes script = labelled.getKey();
            Tally tally = tallies.get(script);
            boolean listed = labelled.getValue().receiving()
                    && (only == null || only.equals(script))
                    && (tally != null || includeEmpty);
            if (listed) {
                Tally known = tally == null ? new Tally() : tally;
                ObjectNode json = list.addObject().put("address", AddressMethods.address(call, script));
                json.set("amount", Json.amount(known.amount));
                json.put("confirmations", depthOf(known))
                        .put("label", labelled.getValue().text());
                json.set("txids", Json.texts(known.txids));
            }
        }
        return list;
    }

    JsonNode byLabel() {
        Map<String, Tally> labels = new TreeMap<>();
        for (Map.Entry<Bytes, Label> labelled : wallet.labels().entrySet()) {
            Tally tally = tallies.get(labelled.getKey());
            if (labelled.getValue().receiving() && (tally != null || includeEmpty)) {
                Tally sum = labels.computeIfAbsent(labelled.getValue().text(), label -> new Tally());
                if (tally != null) {
                    sum.add(tally.amount, tally.depth, null);
                }
            }
        }
        ArrayNode list = Json.array();
        labels.forEach((label, tally) -> {
            ObjectNode json = list.addObject();
            json.set("amount", Json.amount(tally.amount));
            json.put("confirmations", depthOf(tally)).put("label", label);
        });
        return list;
    }
}
