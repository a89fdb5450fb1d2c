package org.starling.bitcoin;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.Transaction;

/** The mempool as the peers' code sees it; reads are safe from the core thread while validation goes on. */
public interface MempoolView {
    /**
     * A transaction in the mempool.
     *
     * @param fee in satoshis
     * @param ancestors how many transactions must be known before, this one included
     * @param sequence when it was accepted, among all; 0 if it came back from a block
     */
    record Entry(Transaction transaction, long fee, int virtualSize, int ancestors, long sequence) {}

    @Nullable
    Entry byTxid(Hash256 txid);

    @Nullable
    Entry byWtxid(Hash256 wtxid);

    /** Grows with each transaction that leaves: while it does not, what was there is there. */
    long removals();

    default boolean contains(Hash256 txid) {
        return byTxid(txid) != null;
    }

    default boolean containsWtxid(Hash256 wtxid) {
        return byWtxid(wtxid) != null;
    }

    /** All, in any order. */
    List<Entry> all();

    /** The transactions of all, in any order. */
    List<Transaction> transactions();

    /** A peer has fetched the transaction: from now on somebody else has it. */
    void fetched(Hash256 txid);

    /** What a transaction must pay now to get in, in satoshis per 1000 virtual bytes. */
    long minFeeratePerKvb();
}
