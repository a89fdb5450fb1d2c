package org.starling.bitcoin;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.starling.consensus.Transaction;

/**
 * The last few transactions that did not stay in the mempool, or did not get there: a block may have one of them all the
 * same, and then it need not be sent again.
 */
final class ExtraTransactions implements Iterable<Transaction> {
    private final ArrayDeque<Transaction> last = new ArrayDeque<>();

    void add(Transaction transaction) {
        if (transaction.totalLength() > BitcoinLimits.EXTRA_TRANSACTION_BYTES) {
            return;
        }
        last.addLast(transaction.compact());
        if (last.size() > BitcoinLimits.EXTRA_TRANSACTIONS) {
            last.removeFirst();
        }
    }

    @Override
    public Iterator<Transaction> iterator() {
        return last.iterator();
    }
}
