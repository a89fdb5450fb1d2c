package org.starling.mempool;

import java.util.LinkedHashSet;
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

    // Where the heaps of the graph have it.
    int timePlace;
    int evictionPlace;

    long feeDelta;
    final Set<Entry> parents = new LinkedHashSet<>();
    final Set<Entry> children = new LinkedHashSet<>();

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

    /**
     * Which of two is dropped first from a full mempool: the one with the lower feerate, where a transaction counts with
     * its descendants if that is better. Never 0 for different transactions.
     */
    static int compareForEviction(Entry left, Entry right) {
        boolean leftWithDescendants =
                (double) left.descendantFees * left.virtualSize > (double) left.modifiedFee() * left.descendantSize;
        boolean rightWithDescendants =
                (double) right.descendantFees * right.virtualSize > (double) right.modifiedFee() * right.descendantSize;
        double leftFee = leftWithDescendants ? left.descendantFees : left.modifiedFee();
        double leftSize = leftWithDescendants ? left.descendantSize : left.virtualSize;
        double rightFee = rightWithDescendants ? right.descendantFees : right.modifiedFee();
        double rightSize = rightWithDescendants ? right.descendantSize : right.virtualSize;
        int order = Double.compare(leftFee * rightSize, rightFee * leftSize);
        if (order == 0) {
            order = Long.compare(right.time, left.time);
        }
        return order == 0 ? left.txid().compareTo(right.txid()) : order;
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
