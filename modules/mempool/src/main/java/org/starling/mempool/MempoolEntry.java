package org.starling.mempool;

import java.util.List;
import java.util.Set;
import org.starling.bytes.Hash256;
import org.starling.consensus.Transaction;

/**
 * What is known of a transaction in the mempool at one moment. Sums over ancestors and descendants count the
 * transaction itself; fees in them include what an operator added.
 *
 * @param fee in satoshis
 * @param modifiedFee the fee with what an operator added
 * @param virtualSize as the mempool counts it
 * @param time when it was accepted, in seconds since 1970
 * @param height of the tip then
 * @param sequence when it was accepted, among the mempool's changes
 * @param depends parents in the mempool, by txid
 * @param spentBy children in the mempool, by txid
 * @param replaceable whether it or an ancestor signals so (BIP-0125)
 * @param unbroadcast whether no peer has asked for it yet since it was submitted here
 */
public record MempoolEntry(
        Transaction transaction,
        long fee,
        long modifiedFee,
        int virtualSize,
        long time,
        int height,
        long sequence,
        long sigOpsCost,
        int ancestorCount,
        long ancestorSize,
        long ancestorFees,
        int descendantCount,
        long descendantSize,
        long descendantFees,
        List<Hash256> depends,
        List<Hash256> spentBy,
        boolean replaceable,
        boolean unbroadcast) {
    public MempoolEntry {
        depends = List.copyOf(depends);
        spentBy = List.copyOf(spentBy);
    }

    static MempoolEntry of(Entry entry, boolean unbroadcast) {
        boolean replaceable = false;
        for (Entry each : EntryGraph.withAncestors(Set.of(entry))) {
            replaceable |= Policy.signalsReplaceability(each.transaction);
        }
        return new MempoolEntry(
                entry.transaction,
                entry.fee,
                entry.modifiedFee(),
                entry.virtualSize,
                entry.time,
                entry.height,
                entry.sequence,
                entry.sigOpsCost,
                entry.ancestorCount,
                entry.ancestorSize,
                entry.ancestorFees,
                entry.descendantCount,
                entry.descendantSize,
                entry.descendantFees,
                entry.parents.stream().map(Entry::txid).toList(),
                entry.children.stream().map(Entry::txid).toList(),
                replaceable,
                unbroadcast);
    }

    public Hash256 txid() {
        return transaction.txid();
    }
}
