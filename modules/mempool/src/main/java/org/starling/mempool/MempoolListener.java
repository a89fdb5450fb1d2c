package org.starling.mempool;

import org.starling.consensus.Transaction;

/** Learns of changes of the mempool, on the validation thread, in order. Implementations do not call back into it. */
public interface MempoolListener {
    /** The transaction is in the mempool; {@code sequence} grows with each change. */
    default void added(Transaction transaction, long sequence) {}

    default void removed(Transaction transaction, RemovalReason reason, long sequence) {}

    /** The mempool was full, and its minimum feerate rose to this. */
    default void minimumFeeRaised(Feerate minimum) {}
}
