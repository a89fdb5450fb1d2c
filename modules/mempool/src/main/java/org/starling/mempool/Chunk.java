package org.starling.mempool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Transactions that a miner wants together or not at all: for each of them to be worth its place, it needs the others. They
 * are held together by ties, which are dependencies that form a tree. Only {@link Chunks} changes it.
 */
final class Chunk {
    /** The best feerate first, among equals the older. Never 0 for different chunks. */
    static final Comparator<Chunk> BEST_FIRST = (left, right) -> {
        int order = right.compareFeerate(left);
        return order == 0 ? Long.compare(left.id, right.id) : order;
    };

    /** The order within a chunk or a part of one: what depends on something comes after it. */
    static final Comparator<Entry> PARENTS_FIRST = (left, right) -> left.ancestorCount != right.ancestorCount
            ? Integer.compare(left.ancestorCount, right.ancestorCount)
            : left.txid().compareTo(right.txid());

    /** That of an entry that is in none. */
    static final Chunk NONE = new Chunk(-1);

    private final long id;
    final List<Entry> members = new ArrayList<>(1);
    long fee;
    long size;

    // Whether Chunks has it in its order; there it must not change.
    boolean ranked;

    /** @param id grows from chunk to chunk */
    Chunk(long id) {
        this.id = id;
    }

    void add(Entry entry) {
        members.add(entry);
        fee += entry.modifiedFee();
        size += entry.virtualSize;
        entry.chunk = this;
    }

    void clear() {
        members.clear();
        fee = 0;
        size = 0;
    }

    int compareFeerate(Chunk other) {
        return FeeSize.compareFeerates(fee, size, other.fee, other.size);
    }

    Feerate feerate() {
        return Feerate.of(fee, size);
    }

    /**
     * The chunk in parts that have its feerate each, as small as its ties tell, those first on which others depend. Each has
     * its parents first. A chain of transactions that pay alike falls into single ones; a parent stays with the child that
     * pays for it.
     */
    List<List<Entry>> parts() {
        if (members.size() == 1) {
            return List.of(members);
        }
        ChunkTree tree = new ChunkTree(this);
        List<List<Entry>> waiting = new ArrayList<>();
        int[] partOf = new int[members.size()];
        for (int at = 0; at < partOf.length; at++) {
            if (at == 0 || tree.isEven(at)) {
                partOf[at] = waiting.size();
                waiting.add(new ArrayList<>());
            } else {
                partOf[at] = partOf[tree.above(at)];
            }
            waiting.get(partOf[at]).add(tree.entry(at));
        }
        return inOrder(waiting, partOf);
    }

    private List<List<Entry>> inOrder(List<List<Entry>> parts, int[] partOf) {
        List<List<Entry>> sorted = new ArrayList<>();
        boolean[] done = new boolean[parts.size()];
        boolean progress = true;
        while (progress) {
            progress = false;
            for (int part = 0; part < done.length; part++) {
                if (!done[part] && dependsOnlyOn(done, part, parts.get(part), partOf)) {
                    done[part] = true;
                    progress = true;
                    sorted.add(parts.get(part));
                }
            }
        }
        List<Entry> entangled = new ArrayList<>();
        for (int part = 0; part < done.length; part++) {
            if (!done[part]) {
                entangled.addAll(parts.get(part));
            }
        }
        if (!entangled.isEmpty()) {
            sorted.add(entangled);
        }
        sorted.forEach(part -> part.sort(PARENTS_FIRST));
        return sorted;
    }

    private boolean dependsOnlyOn(boolean[] done, int own, List<Entry> part, int[] partOf) {
        for (Entry entry : part) {
            for (Entry parent : entry.parents) {
                if (parent.chunk == this && partOf[parent.treePlace] != own && !done[partOf[parent.treePlace]]) {
                    return false;
                }
            }
        }
        return true;
    }
}
