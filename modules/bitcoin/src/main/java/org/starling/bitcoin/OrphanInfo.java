package org.starling.bitcoin;

import java.util.List;
import org.starling.consensus.Transaction;

/**
 * A transaction whose parents are not known.
 *
 * @param peers ids of those that sent or announced it
 * @param entryMillis when it came
 * @param expiryMillis when it is given up
 */
public record OrphanInfo(Transaction transaction, List<Long> peers, long entryMillis, long expiryMillis) {
    public OrphanInfo {
        peers = List.copyOf(peers);
    }
}
