package org.starling.mempool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.TxIn;

/**
 * The transactions of the mempool and which spends which. Keeps the sums of each entry over its ancestors and
 * descendants. One thread changes it; look-ups by hash and outpoint are safe from any.
 */
final class EntryGraph {
    private final Map<Hash256, Entry> byTxid = new ConcurrentHashMap<>();
    private final Map<Hash256, Entry> byWtxid = new ConcurrentHashMap<>();
    private final Map<OutPoint, Entry> spenders = new ConcurrentHashMap<>();
    private final Chunks chunks = new Chunks();
    private final EntryHeap byTime = new EntryHeap(Entry::compareByTime) {
        @Override
        int place(Entry entry) {
            return entry.timePlace;
        }

        @Override
        void place(Entry entry, int place) {
            entry.timePlace = place;
        }
    };
    private final AtomicLong removals = new AtomicLong();
    private long usage;
    private long virtualSize;
    private long totalFee;

    @Nullable
    Entry byTxid(Hash256 txid) {
        return byTxid.get(txid);
    }

    /** Those of the transactions that are here. */
    Set<Entry> present(Collection<Hash256> txids) {
        Set<Entry> present = new LinkedHashSet<>();
        for (Hash256 txid : txids) {
            Entry entry = byTxid.get(txid);
            if (entry != null) {
                present.add(entry);
            }
        }
        return present;
    }

    @Nullable
    Entry byWtxid(Hash256 wtxid) {
        return byWtxid.get(wtxid);
    }

    /** The transaction that spends the output. */
    @Nullable
    Entry spender(OutPoint outPoint) {
        return spenders.get(outPoint);
    }

    /** Grows with each entry that is removed. */
    long removals() {
        return removals.get();
    }

    int size() {
        return byTxid.size();
    }

    /** Estimated bytes of memory. */
    long usage() {
        return usage;
    }

    /** Sum of the virtual sizes. */
    long virtualSize() {
        return virtualSize;
    }

    long totalFee() {
        return totalFee;
    }

    /** All entries, in any order. */
    Collection<Entry> entries() {
        return byTxid.values();
    }

    /** All entries, the oldest first; a copy. */
    List<Entry> entriesByTime() {
        List<Entry> sorted = new ArrayList<>(byTxid.values());
        sorted.sort(Entry::compareByTime);
        return sorted;
    }

    /** Those from before that time, in seconds since 1970. */
    List<Entry> olderThan(long seconds) {
        if (byTime.isEmpty() || byTime.first().time >= seconds) {
            return List.of();
        }
        return entriesByTime().stream().filter(entry -> entry.time < seconds).toList();
    }

    /** In the order of mining, and backwards that of dropping. */
    Chunks chunks() {
        return chunks;
    }

    /** The transactions that this one spends from and that are in the mempool. */
    Set<Entry> parentsOf(Iterable<TxIn> inputs) {
        Set<Entry> parents = null;
        for (TxIn input : inputs) {
            Entry parent = byTxid.get(input.previous().txid());
            if (parent != null) {
                parents = parents == null ? new LinkedHashSet<>() : parents;
                parents.add(parent);
            }
        }
        return parents == null ? Set.of() : parents;
    }

    /** These and all that they depend on. */
    static Set<Entry> withAncestors(Collection<Entry> entries) {
        if (entries.isEmpty()) {
            return Set.of();
        }
        Set<Entry> all = new LinkedHashSet<>(entries);
        Deque<Entry> queue = new ArrayDeque<>(entries);
        while (!queue.isEmpty()) {
            for (Entry parent : queue.remove().parents) {
                if (all.add(parent)) {
                    queue.add(parent);
                }
            }
        }
        return all;
    }

    /** These and all that depend on them. */
    static Set<Entry> withDescendants(Collection<Entry> entries) {
        Set<Entry> all = new LinkedHashSet<>(entries);
        Deque<Entry> queue = new ArrayDeque<>(entries);
        while (!queue.isEmpty()) {
            for (Entry child : queue.remove().children) {
                if (all.add(child)) {
                    queue.add(child);
                }
            }
        }
        return all;
    }

    /** Adds an entry that conflicts with none. Its children may be there already, as after a reorganisation. */
    void add(Entry entry) {
        link(entry);
        byTxid.put(entry.txid(), entry);
        byWtxid.put(entry.transaction.wtxid(), entry);
        for (TxIn input : entry.transaction.inputs()) {
            spenders.put(input.previous(), entry);
        }
        usage += entry.usage;
        virtualSize += entry.virtualSize;
        totalFee += entry.fee;
        byTime.add(entry);
        if (entry.children.isEmpty()) {
            for (Entry ancestor : withAncestors(entry.parents)) {
                addToAncestors(entry, ancestor);
                addDescendant(ancestor, entry, 1);
            }
        } else {
            withAncestors(Set.of(entry)).forEach(EntryGraph::sumDescendants);
            withDescendants(Set.of(entry)).forEach(EntryGraph::sumAncestors);
        }
        chunks.add(entry);
    }

    private void link(Entry entry) {
        for (Entry parent : parentsOf(entry.transaction.inputs())) {
            Entry.link(parent, entry);
        }
        for (int i = 0; i < entry.transaction.outputs().size(); i++) {
            Entry child = spenders.get(entry.transaction.outPoint(i));
            if (child != null) {
                Entry.link(entry, child);
            }
        }
    }

    private static void addToAncestors(Entry entry, Entry ancestor) {
        entry.ancestorCount++;
        entry.ancestorSize += ancestor.virtualSize;
        entry.ancestorFees += ancestor.modifiedFee();
        entry.ancestorSigOpsCost += ancestor.sigOpsCost;
    }

    private static void addDescendant(Entry ancestor, Entry entry, int sign) {
        ancestor.descendantCount += sign;
        ancestor.descendantSize += (long) sign * entry.virtualSize;
        ancestor.descendantFees += sign * entry.modifiedFee();
    }

    private static void sumAncestors(Entry entry) {
        entry.ancestorCount = 1;
        entry.ancestorSize = entry.virtualSize;
        entry.ancestorFees = entry.modifiedFee();
        entry.ancestorSigOpsCost = entry.sigOpsCost;
        withAncestors(entry.parents).forEach(ancestor -> addToAncestors(entry, ancestor));
    }

    private static void sumDescendants(Entry entry) {
        entry.descendantCount = 1;
        entry.descendantSize = entry.virtualSize;
        entry.descendantFees = entry.modifiedFee();
        withDescendants(entry.children).forEach(descendant -> addDescendant(entry, descendant, 1));
    }

    /**
     * Removes entries with all that depends on them, or entries that depend on nothing here any more, as a block takes
     * them: what depends on those may stay.
     */
    void remove(Set<Entry> entries) {
        for (Entry entry : entries) {
            for (Entry ancestor : withAncestors(entry.parents)) {
                if (!entries.contains(ancestor)) {
                    addDescendant(ancestor, entry, -1);
                }
            }
            for (Entry descendant : withDescendants(entry.children)) {
                if (!entries.contains(descendant)) {
                    descendant.ancestorCount--;
                    descendant.ancestorSize -= entry.virtualSize;
                    descendant.ancestorFees -= entry.modifiedFee();
                    descendant.ancestorSigOpsCost -= entry.sigOpsCost;
                }
            }
        }
        entries.forEach(this::unlink);
        chunks.remove(entries);
    }

    private void unlink(Entry entry) {
        entry.parents.forEach(parent -> parent.children.remove(entry));
        entry.children.forEach(child -> child.parents.remove(entry));
        byTime.remove(entry);
        byTxid.remove(entry.txid());
        byWtxid.remove(entry.transaction.wtxid());
        removals.incrementAndGet();
        for (TxIn input : entry.transaction.inputs()) {
            spenders.remove(input.previous());
        }
        usage -= entry.usage;
        virtualSize -= entry.virtualSize;
        totalFee -= entry.fee;
    }

    /** Changes what an operator added to the entry's fee. */
    void setFeeDelta(Entry entry, long delta) {
        long change = delta - entry.feeDelta;
        for (Entry descendant : withDescendants(Set.of(entry))) {
            descendant.ancestorFees += change;
        }
        for (Entry ancestor : withAncestors(Set.of(entry))) {
            ancestor.descendantFees += change;
        }
        entry.feeDelta = delta;
        chunks.feeChanged(entry, change);
    }
}
