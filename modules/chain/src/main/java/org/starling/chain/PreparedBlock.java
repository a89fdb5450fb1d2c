package org.starling.chain;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;

/**
 * A block with all done for its connection that needs neither the coins nor the chain: pure work, done ahead by workers.
 *
 * @param rejection what the rules without context say; null if they hold
 * @param made for each transaction the coins that it makes, without those that no one can spend
 * @param spent what the block spends and does not make itself, in order
 */
record PreparedBlock(Block block, @Nullable Rejection rejection, List<List<NewCoin>> made, List<OutPoint> spent) {
    /** A coin and where it is found. Its script is in an array of its own. */
    record NewCoin(OutPoint outPoint, Coin coin) {}

    static PreparedBlock of(Block block, int height, @Nullable Rejection rejection) {
        if (rejection != null) {
            return new PreparedBlock(block, rejection, List.of(), List.of());
        }
        List<Transaction> transactions = block.transactions();
        List<List<NewCoin>> made = new ArrayList<>(transactions.size());
        Set<Hash256> own = HashSet.newHashSet(transactions.size());
        for (int i = 0; i < transactions.size(); i++) {
            Transaction transaction = transactions.get(i);
            made.add(coinsOf(transaction, height, i == 0));
            own.add(transaction.txid());
        }
        List<OutPoint> spent = new ArrayList<>(2 * transactions.size());
        for (Transaction transaction : transactions.subList(1, transactions.size())) {
            for (TxIn input : transaction.inputs()) {
                if (!own.contains(input.previous().txid())) {
                    spent.add(input.previous());
                }
            }
        }
        return new PreparedBlock(block, null, made, spent);
    }

    static List<NewCoin> coinsOf(Transaction transaction, int height, boolean coinbase) {
        List<TxOut> outputs = transaction.outputs();
        List<NewCoin> coins = new ArrayList<>(outputs.size());
        for (int i = 0; i < outputs.size(); i++) {
            TxOut output = outputs.get(i);
            if (!Script.isUnspendable(output.scriptPubKey())) {
                TxOut own = new TxOut(output.value(), output.scriptPubKey().compact());
                coins.add(new NewCoin(transaction.outPoint(i), new Coin(own, height, coinbase)));
            }
        }
        return coins;
    }
}
