package org.starling.mempool;

import org.starling.bytes.Hash256;
import org.starling.consensus.Transaction;

/** Learns of changes of the mempool, on the validation thread, in order. Implementations do not call back into it. */
public interface MempoolListener {
    /** The transaction is in the mempool; {@code sequence} grows with each change. */
    default void added(Transaction transaction, long sequence) {}

    /**
     * The transaction that was just added got in by its own feerate: it came neither from a block nor with others, and
     * nothing that it spends waits here.
     *
     * @param feerate without what an operator added
     * @param height of the tip
     */
    default void addedAlone(Hash256 txid, Feerate feerate, int height) {}

    default void removed(Transaction transaction, RemovalReason reason, long sequence) {}

    /** A transaction that was submitted here was removed before any peer had fetched it. */
    default void removedUnfetched(Hash256 txid) {}

    /** The mempool was full, and its minimum feerate rose to this. */
    default void minimumFeeRaised(Feerate minimum) {}
}
