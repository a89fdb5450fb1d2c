package org.starling.api.rpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.wallet.book.Wallet;
import tools.jackson.databind.JsonNode;

/** A call of {@code signrawtransactionwithwallet}. */
final class WalletSigning {
    private final Call call;
    private final Wallet wallet;

    WalletSigning(Call call) {
        this.call = call;
        this.wallet = call.wallet();
    }

    JsonNode run() {
        Transaction transaction = TransactionMethods.decode(call.text("hexstring"), true, true);
        if (transaction == null) {
            throw new RpcException(
                    RpcException.DESERIALIZATION_ERROR, "TX decode failed. Make sure the tx has at least one input.");
        }
        wallet.requireUnlocked();
        Map<OutPoint, TxOut> coins = SigningMethods.coins(call.node(), transaction);
        transaction.inputs().forEach(input -> {
            TxOut own = wallet.output(input.previous());
            if (own != null) {
                coins.putIfAbsent(input.previous(), own);
            }
        });
        for (JsonNode given : call.has("prevtxs") ? call.get("prevtxs") : Json.array()) {
            SigningMethods.addOutput(given, coins, null);
        }
        int type = SigningMethods.hashType(call);
        List<@Nullable TxOut> spent = new ArrayList<>();
        transaction.inputs().forEach(input -> spent.add(coins.get(input.previous())));
        return SigningMethods.report(wallet.sign(transaction, spent, type), spent);
    }
}
