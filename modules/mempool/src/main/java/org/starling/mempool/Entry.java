package org.starling.mempool;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;

/**
 * A transaction in the mempool, its neighbours there and sums over its ancestors and descendants, itself counted in
 * each. Only {@link EntryGraph} changes it.
 */
final class Entry {
    // What the parts of an entry take in Bitcoin Core, on whose scale operators size the mempool (-maxmempool). The
    // objects here take about as much.
    private static final int ENTRY_BYTES = 416 + 192 + 40;
    private static final int INPUT_BYTES = 104;
    private static final int SPENT_OUTPOINT_BYTES = 64;
    private static final int OUTPUT_BYTES = 40;
    private static final int WITNESS_ITEM_BYTES = 24;
    private static final int SCRIPT_BYTES_WITHIN = 28;

    final Transaction transaction;
    final long fee;
    final long time;
    final int height;
    final long sequence;
    final long sigOpsCost;
    final int virtualSize;
    final boolean spendsCoinbase;
    final long usage;

    // Where the graph's heap has it.
    int timePlace;

    // What Chunks knows of it: the dependencies that hold its chunk together are ties.
    Chunk chunk = Chunk.NONE;
    List<Entry> tiedParents = List.of();
    List<Entry> tiedChildren = List.of();
    int treePlace;

    long feeDelta;
    Set<Entry> parents = Set.of();
    Set<Entry> children = Set.of();

    int ancestorCount = 1;
    long ancestorSize;
    long ancestorFees;
    long ancestorSigOpsCost;
    int descendantCount = 1;
    long descendantSize;
    long descendantFees;

    /**
     * Creates an entry without neighbours.
     *
     * @param time when it was accepted, in seconds since 1970
     * @param height of the tip then
     * @param sequence orders entries by when they were accepted; 0 for those that come back from a block
     */
    Entry(
            Transaction transaction,
            long fee,
            long feeDelta,
            long time,
            int height,
            long sequence,
            long sigOpsCost,
            int virtualSize,
            boolean spendsCoinbase) {
        this.transaction = transaction;
        this.fee = fee;
        this.feeDelta = feeDelta;
        this.time = time;
        this.height = height;
        this.sequence = sequence;
        this.sigOpsCost = sigOpsCost;
        this.virtualSize = virtualSize;
        this.spendsCoinbase = spendsCoinbase;
        this.usage = usageOf(transaction);
        ancestorSize = virtualSize;
        ancestorFees = fee + feeDelta;
        ancestorSigOpsCost = sigOpsCost;
        descendantSize = virtualSize;
        descendantFees = fee + feeDelta;
    }

    Hash256 txid() {
        return transaction.txid();
    }

    /** The fee with what an operator added or took. */
    long modifiedFee() {
        return fee + feeDelta;
    }

    Feerate feerate() {
        return Feerate.of(modifiedFee(), virtualSize);
    }

    /** Without what an operator added or took. */
    Feerate ownFeerate() {
        return Feerate.of(fee, virtualSize);
    }

    static long usageOf(Transaction transaction) {
        int inputs = transaction.inputs().size();
        long usage = ENTRY_BYTES
                + allocated((long) INPUT_BYTES * inputs)
                + (long) SPENT_OUTPOINT_BYTES * inputs
                + allocated((long) OUTPUT_BYTES * transaction.outputs().size());
        for (TxIn input : transaction.inputs()) {
            usage += script(input.scriptSig())
                    + allocated((long) WITNESS_ITEM_BYTES * input.witness().size());
            for (Bytes item : input.witness()) {
                usage += allocated(item.length());
            }
        }
        for (TxOut output : transaction.outputs()) {
            usage += script(output.scriptPubKey());
        }
        return usage;
    }

    private static long script(Bytes script) {
        return script.length() > SCRIPT_BYTES_WITHIN ? allocated(script.length()) : 0;
    }

    // With the overhead of an allocation on 64 bits.
    private static long allocated(long bytes) {
        return bytes == 0 ? 0 : bytes + 31 & ~15L;
    }

    /** Makes neighbours of two. */
    static void link(Entry parent, Entry child) {
        parent.children = with(parent.children, child);
        child.parents = with(child.parents, parent);
    }

    // Most entries have no neighbours, and so no set of their own.
    private static Set<Entry> with(Set<Entry> neighbours, Entry more) {
        Set<Entry> own = neighbours.isEmpty() ? new LinkedHashSet<>(2) : neighbours;
        own.add(more);
        return own;
    }

    /** Makes a tie of a dependency. */
    static void tie(Entry parent, Entry child) {
        parent.tiedChildren = with(parent.tiedChildren, child);
        child.tiedParents = with(child.tiedParents, parent);
    }

    /** Forgets ties with those. */
    void untie(Set<Entry> those) {
        if (!tiedParents.isEmpty()) {
            tiedParents.removeIf(those::contains);
        }
        if (!tiedChildren.isEmpty()) {
            tiedChildren.removeIf(those::contains);
        }
    }

    // Most entries never have a tie, and so no list of their own.
    private static List<Entry> with(List<Entry> ties, Entry more) {
        List<Entry> own = ties instanceof ArrayList ? ties : new ArrayList<>(2);
        own.add(more);
        return own;
    }

    /** The oldest first. Never 0 for different transactions. */
    static int compareByTime(Entry left, Entry right) {
        int order = Long.compare(left.time, right.time);
        return order == 0 ? left.txid().compareTo(right.txid()) : order;
    }

    @Override
    public String toString() {
        return transaction.txid().toString();
    }
}
