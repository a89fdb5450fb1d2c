package org.starling.mempool;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.starling.consensus.Coin;
import org.starling.consensus.HeaderView;
import org.starling.consensus.OutPoint;
import org.starling.consensus.SequenceLocks;
import org.starling.consensus.Transaction;
import org.starling.consensus.TransactionRules;
import org.starling.consensus.TxIn;

/**
 * What a reorganisation leaves in the mempool that cannot stay.
 *
 * @param unfit what no block on the new tip may hold: a coin is gone or not mature, or a lock is closed
 * @param tooLong what depends on more unconfirmed transactions than is allowed, since some returned from blocks
 */
record Reorganisation(List<Entry> unfit, List<Entry> tooLong) {
    /** @param coins as the mempool leaves them */
    static Reorganisation of(
            EntryGraph graph, Function<OutPoint, @Nullable Coin> coins, HeaderView tip, MempoolOptions.Limits limits) {
        List<Entry> unfit = new ArrayList<>();
        List<Entry> tooLong = new ArrayList<>();
        for (Entry entry : graph.entriesByTime()) {
            if (!fitsNextBlock(entry.transaction, coins, tip)) {
                unfit.add(entry);
            } else if (entry.ancestorCount > limits.ancestors() || entry.ancestorSize > limits.ancestorBytes()) {
                tooLong.add(entry);
            }
        }
        return new Reorganisation(unfit, tooLong);
    }

    /** What waits and spends the transaction's outputs. */
    static Set<Entry> childrenOf(Transaction transaction, EntryGraph graph) {
        Set<Entry> children = new LinkedHashSet<>();
        for (int i = 0; i < transaction.outputs().size(); i++) {
            Entry child = graph.spender(transaction.outPoint(i));
            if (child != null) {
                children.add(child);
            }
        }
        return children;
    }

    // Whether all coins are there, mature, and all locks are open, for a block on top of the tip.
    private static boolean fitsNextBlock(
            Transaction transaction, Function<OutPoint, @Nullable Coin> coins, HeaderView tip) {
        int height = tip.height() + 1;
        List<Coin> spent = new ArrayList<>();
        for (TxIn input : transaction.inputs()) {
            Coin coin = coins.apply(input.previous());
            if (coin == null || coin.coinbase() && height - coin.height() < TransactionRules.COINBASE_MATURITY) {
                return false;
            }
            spent.add(coin);
        }
        return TransactionRules.isFinal(transaction, height, tip.medianTimePast())
                && SequenceLocks.of(transaction, spent, tip).areSatisfiedAfter(tip);
    }
}
