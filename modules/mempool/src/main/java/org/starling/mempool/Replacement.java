package org.starling.mempool;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.Money;
import org.starling.consensus.Rejection;
import org.starling.consensus.Rejection.Kind;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;

/** When a transaction may take the place of others that spend the same (BIP-0125, without the need to signal). */
final class Replacement {
    /** Most transactions that one may replace, descendants counted. */
    static final int MAX_CANDIDATES = 100;

    private Replacement() {}

    /** What a replacement would remove, or why it may not. */
    record Plan(Set<Entry> removed, @Nullable Rejection rejection) {}

    /**
     * Judges a replacement.
     *
     * @param conflicts the direct conflicts
     * @param withSibling whether one of them is no conflict but a sibling of version 3
     */
    static Plan plan(
            Transaction transaction,
            long modifiedFee,
            int virtualSize,
            Set<Entry> conflicts,
            boolean withSibling,
            EntryGraph graph,
            Feerate incremental) {
        String suffix = withSibling ? " (including sibling eviction)" : "";
        Hash256 txid = transaction.txid();
        Feerate feerate = Feerate.of(modifiedFee, virtualSize);
        for (Entry conflict : conflicts) {
            if (feerate.compareTo(conflict.feerate()) <= 0) {
                return refused(
                        Kind.RECONSIDERABLE,
                        "insufficient fee" + suffix,
                        "rejecting replacement " + txid + "; new feerate " + feerate + " <= old feerate "
                                + conflict.feerate());
            }
        }
        String tooMany = tooMany(txid, conflicts);
        if (tooMany != null) {
            return refused(Kind.MEMPOOL_POLICY, "too many potential replacements" + suffix, tooMany);
        }
        Set<Entry> removed = EntryGraph.withDescendants(conflicts);
        int fresh = newUnconfirmedInput(transaction, removed, graph);
        if (fresh >= 0) {
            return refused(
                    Kind.MEMPOOL_POLICY,
                    "replacement-adds-unconfirmed" + suffix,
                    "replacement " + txid + " adds unconfirmed input, idx " + fresh);
        }
        String unpaid = unpaid(txid, modifiedFee, virtualSize, removed, incremental);
        return unpaid == null
                ? new Plan(removed, null)
                : refused(Kind.RECONSIDERABLE, "insufficient fee" + suffix, unpaid);
    }

    /** Why so much cannot be replaced at once; null if it can. One that several conflicts share counts for each. */
    static @Nullable String tooMany(Hash256 txid, Set<Entry> conflicts) {
        int candidates = 0;
        for (Entry conflict : conflicts) {
            candidates += conflict.descendantCount;
            if (candidates > MAX_CANDIDATES) {
                return "rejecting replacement " + txid + "; too many potential replacements (" + candidates + " > "
                        + MAX_CANDIDATES + ")\n"; // Bitcoin Core ends this message so, and clients compare it
            }
        }
        return null;
    }

    // An input that spends an unconfirmed transaction from which nothing replaced did; -1 if there is none.
    private static int newUnconfirmedInput(Transaction transaction, Set<Entry> removed, EntryGraph graph) {
        Set<Hash256> old = new HashSet<>();
        for (Entry entry : removed) {
            entry.transaction.inputs().forEach(input -> old.add(input.previous().txid()));
        }
        List<TxIn> inputs = transaction.inputs();
        for (int i = 0; i < inputs.size(); i++) {
            Hash256 parent = inputs.get(i).previous().txid();
            if (!old.contains(parent) && graph.byTxid(parent) != null) {
                return i;
            }
        }
        return -1;
    }

    /** What is missing of the fees of what is removed and the cost of relaying the new; null if they are paid. */
    static @Nullable String unpaid(
            Hash256 txid, long modifiedFee, long virtualSize, Set<Entry> removed, Feerate incremental) {
        long oldFees = 0;
        for (Entry entry : removed) {
            oldFees += entry.modifiedFee();
        }
        if (modifiedFee < oldFees) {
            return "rejecting replacement " + txid + ", less fees than conflicting txs; " + Money.format(modifiedFee)
                    + " < " + Money.format(oldFees);
        }
        long more = modifiedFee - oldFees;
        long relay = incremental.fee(virtualSize);
        return more < relay
                ? "rejecting replacement " + txid + ", not enough additional fees to relay; " + Money.format(more)
                        + " < " + Money.format(relay)
                : null;
    }

    private static Plan refused(Kind kind, String reason, String message) {
        return new Plan(Set.of(), Rejection.of(kind, reason, message));
    }
}
