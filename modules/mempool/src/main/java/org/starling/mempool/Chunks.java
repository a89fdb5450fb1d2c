package org.starling.mempool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The transactions of the mempool in the one order that blocks take them in and a full mempool drops them in, from its other
 * end.
 *
 * <p>Transactions that depend on each other, directly or through others, are a cluster. Each cluster is kept in a
 * linearization, an order with parents first, which is seen as chunks of falling feerates. A linearization is as good as
 * it can be if no other gives more fees for any size; then the best chunk of all clusters is always what to mine next.
 *
 * <p>The linearization is kept as a forest: some dependencies are ties, and transactions that ties connect are a chunk. Three
 * things can be wrong with such a forest, and to mend one never makes the order worse:
 *
 * <pre>
 * a chunk depends on another that pays no better  → a tie makes them one
 * a tie's upper side pays better than its lower   → the tie goes, which makes them two
 * </pre>
 *
 * <p>If neither is there, each cluster is in its best order. (This is the simplex algorithm on the problem of the subset of
 * best feerate; see the public discussions of spanning-forest linearization.) A change touches only its own chunk and what
 * that merges with, not the cluster, which may have thousands of transactions. The first kind is always mended, unless the
 * chunk would become too large; looking for the second kind stops when {@link #IMPROVEMENT_BUDGET} is used up, and goes on
 * with the next change.
 */
final class Chunks {
    /**
     * Most transactions in a chunk, so that the work of a change is bounded. A chunk that is not merged for this may pay
     * better than one that it depends on: who goes along the order must look whether all is there.
     */
    static final int MAX_MEMBERS = 128;

    /** Transactions that are looked at for one change to find ties that should go. */
    static final int IMPROVEMENT_BUDGET = 20_000;

    private final TreeSet<Chunk> order = new TreeSet<>(Chunk.BEST_FIRST);
    private final List<Chunk> unranked = new ArrayList<>();
    private long made;
    private long work;

    /** All chunks, the best first. */
    Collection<Chunk> bestFirst() {
        return Collections.unmodifiableSet(order);
    }

    /** The one that pays least; there is one. */
    Chunk worst() {
        return order.last();
    }

    /** Transactions and dependencies that were looked at so far, as a measure of work. */
    long work() {
        return work;
    }

    /** Takes in an entry that has its neighbours. */
    void add(Entry entry) {
        make().add(entry);
        mend(new ArrayDeque<>(List.of(entry)));
    }

    /** Takes out entries that are nobody's neighbours any more. */
    void remove(Set<Entry> entries) {
        Deque<Entry> changed = new ArrayDeque<>();
        for (Entry entry : entries) {
            if (!entry.chunk.members.isEmpty()) {
                dissolve(entry.chunk, entries, changed);
            }
        }
        mend(changed);
    }

    /** Notes that what the entry counts as paying has changed by so much. */
    void feeChanged(Entry entry, long change) {
        unrank(entry.chunk);
        entry.chunk.fee += change;
        mend(new ArrayDeque<>(List.of(entry)));
    }

    private Chunk make() {
        Chunk chunk = new Chunk(made++);
        unranked.add(chunk);
        return chunk;
    }

    // A chunk leaves the order before it changes, and comes back when all is done.
    private void unrank(Chunk chunk) {
        if (chunk.ranked) {
            order.remove(chunk);
            chunk.ranked = false;
            unranked.add(chunk);
        }
    }

    // What is left of the chunk without those entries becomes chunks that are connected.
    private void dissolve(Chunk chunk, Set<Entry> without, Deque<Entry> changed) {
        unrank(chunk);
        List<Entry> left = new ArrayList<>(chunk.members);
        left.removeIf(without::contains);
        chunk.clear();
        for (Entry entry : left) {
            entry.untie(without);
        }
        for (Entry entry : left) {
            if (entry.chunk == chunk) {
                gather(entry, make());
                changed.add(entry);
            }
        }
    }

    private static void gather(Entry first, Chunk into) {
        into.add(first);
        for (int i = 0; i < into.members.size(); i++) {
            Entry entry = into.members.get(i);
            for (Entry parent : entry.tiedParents) {
                if (parent.chunk != into) {
                    into.add(parent);
                }
            }
            for (Entry child : entry.tiedChildren) {
                if (child.chunk != into) {
                    into.add(child);
                }
            }
        }
    }

    // Mends all that is wrong with the chunks of these entries.
    private void mend(Deque<Entry> changed) {
        changed.forEach(this::settle);
        long end = work + IMPROVEMENT_BUDGET;
        while (!changed.isEmpty() && work < end) {
            Entry entry = changed.remove();
            if (entry.chunk.members.size() > 1) {
                improve(entry.chunk, changed);
            }
        }
        for (Chunk chunk : unranked) {
            if (!chunk.members.isEmpty()) {
                chunk.ranked = true;
                order.add(chunk);
            }
        }
        unranked.clear();
    }

    private void improve(Chunk chunk, Deque<Entry> changed) {
        work += chunk.members.size();
        ChunkTree tree = new ChunkTree(chunk);
        int cut = tree.bestCut();
        if (cut > 0) {
            Entry parent = tree.tieParent(cut);
            Entry child = tree.tieChild(cut);
            split(chunk, tree, cut);
            settle(parent);
            settle(child);
            changed.add(parent);
            changed.add(child);
        }
    }

    private void split(Chunk chunk, ChunkTree tree, int cut) {
        tree.tieParent(cut).tiedChildren.remove(tree.tieChild(cut));
        tree.tieChild(cut).tiedParents.remove(tree.tieParent(cut));
        unrank(chunk);
        int all = chunk.members.size();
        chunk.clear();
        Chunk other = make();
        for (int at = 0; at < all; at++) {
            boolean behind = at >= cut && at < cut + tree.count(cut);
            (behind ? other : chunk).add(tree.entry(at));
        }
    }

    // Merges the entry's chunk until it depends on none that pays no better, and no such depends on it.
    private void settle(Entry entry) {
        boolean merged = true;
        while (merged) {
            merged = mergeWithParent(entry.chunk) || mergeWithChild(entry.chunk);
        }
    }

    private boolean mergeWithParent(Chunk chunk) {
        Entry upper = null;
        Entry lower = null;
        for (Entry member : chunk.members) {
            work += 1 + member.parents.size();
            for (Entry parent : member.parents) {
                Chunk other = parent.chunk;
                if (isMergeable(chunk, other)
                        && other.compareFeerate(upper == null ? chunk : upper.chunk) <= 0
                        && (upper == null || other != upper.chunk)) {
                    upper = parent;
                    lower = member;
                }
            }
        }
        if (upper != null && lower != null) {
            merge(upper, lower);
        }
        return upper != null;
    }

    private boolean mergeWithChild(Chunk chunk) {
        Entry upper = null;
        Entry lower = null;
        for (Entry member : chunk.members) {
            work += 1 + member.children.size();
            for (Entry child : member.children) {
                Chunk other = child.chunk;
                if (isMergeable(chunk, other)
                        && other.compareFeerate(lower == null ? chunk : lower.chunk) >= 0
                        && (lower == null || other != lower.chunk)) {
                    upper = member;
                    lower = child;
                }
            }
        }
        if (upper != null && lower != null) {
            merge(upper, lower);
        }
        return upper != null;
    }

    private static boolean isMergeable(Chunk chunk, Chunk other) {
        return other != chunk && other.members.size() + chunk.members.size() <= MAX_MEMBERS;
    }

    private void merge(Entry parent, Entry child) {
        Entry.tie(parent, child);
        boolean intoParents = parent.chunk.members.size() >= child.chunk.members.size();
        Chunk into = intoParents ? parent.chunk : child.chunk;
        Chunk from = intoParents ? child.chunk : parent.chunk;
        unrank(into);
        unrank(from);
        from.members.forEach(into::add);
        from.clear();
    }
}
