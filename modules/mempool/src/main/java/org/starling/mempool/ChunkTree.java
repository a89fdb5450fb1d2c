package org.starling.mempool;

/**
 * A chunk laid out along its ties, from any member outwards, so that what hangs behind each tie is a run of places. Valid
 * until the chunk changes.
 */
final class ChunkTree {
    private final Entry[] entries;
    private final int[] above;
    private final boolean[] isBelow;
    private final int[] counts;
    private final long[] fees;
    private final long[] sizes;
    private int open;

    ChunkTree(Chunk chunk) {
        int count = chunk.members.size();
        entries = new Entry[count];
        above = new int[count];
        isBelow = new boolean[count];
        counts = new int[count];
        fees = new long[count];
        sizes = new long[count];
        layOut(chunk.members.getFirst());
        for (int at = count - 1; at > 0; at--) {
            counts[above[at]] += counts[at];
            fees[above[at]] += fees[at];
            sizes[above[at]] += sizes[at];
        }
    }

    private void layOut(Entry root) {
        Entry[] stack = new Entry[entries.length];
        int[] from = new int[entries.length];
        boolean[] downwards = new boolean[entries.length];
        stack[0] = root;
        open = 1;
        for (int at = 0; at < entries.length; at++) {
            open--;
            Entry entry = stack[open];
            entries[at] = entry;
            above[at] = from[open];
            isBelow[at] = downwards[open];
            counts[at] = 1;
            fees[at] = entry.modifiedFee();
            sizes[at] = entry.virtualSize;
            entry.treePlace = at;
            Entry origin = at == 0 ? null : entries[above[at]];
            for (Entry parent : entry.tiedParents) {
                if (parent != origin) {
                    push(stack, from, downwards, parent, at, false);
                }
            }
            for (Entry child : entry.tiedChildren) {
                if (child != origin) {
                    push(stack, from, downwards, child, at, true);
                }
            }
        }
    }

    private void push(Entry[] stack, int[] from, boolean[] downwards, Entry entry, int at, boolean down) {
        stack[open] = entry;
        from[open] = at;
        downwards[open] = down;
        open++;
    }

    Entry entry(int place) {
        return entries[place];
    }

    /** Where the other end of the tie is by which the entry at this place was reached. */
    int above(int place) {
        return above[place];
    }

    /** How many places, from this one, hold what hangs behind the tie by which it was reached. */
    int count(int place) {
        return counts[place];
    }

    /** The end of that tie on which the other depends. */
    Entry tieParent(int place) {
        return entries[isBelow[place] ? above[place] : place];
    }

    /** The end of that tie that depends on the other. */
    Entry tieChild(int place) {
        return entries[isBelow[place] ? place : above[place]];
    }

    /** Whether both sides of the tie by which this place was reached have the same feerate. */
    boolean isEven(int place) {
        return FeeSize.compareFeerates(fees[place], sizes[place], fees[0], sizes[0]) == 0;
    }

    /**
     * The place behind the tie that should go, for its parents' side has the better feerate and could come earlier: the one
     * where most is won. 0 if there is none, and then the chunk is as good as it can be.
     */
    int bestCut() {
        int best = 0;
        double most = 0;
        for (int at = 1; at < entries.length; at++) {
            long restFee = fees[0] - fees[at];
            long restSize = sizes[0] - sizes[at];
            int comparison = FeeSize.compareFeerates(restFee, restSize, fees[at], sizes[at]);
            if (isBelow[at] ? comparison > 0 : comparison < 0) {
                double won = Math.abs((double) restFee * sizes[at] - (double) fees[at] * restSize);
                if (best == 0 || won > most) {
                    best = at;
                    most = won;
                }
            }
        }
        return best;
    }
}
