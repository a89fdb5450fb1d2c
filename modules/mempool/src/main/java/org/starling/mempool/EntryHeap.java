package org.starling.mempool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Entries of which the first by some order can be had. Each knows its place, so that it can be taken out wherever it is; one
 * whose place in the order is about to change is taken out and put back.
 */
abstract class EntryHeap {
    private final Comparator<Entry> order;
    private final List<Entry> heap = new ArrayList<>();

    EntryHeap(Comparator<Entry> order) {
        this.order = order;
    }

    /** Where in the heap the entry is. */
    abstract int place(Entry entry);

    /** Notes with the entry where it is. */
    abstract void place(Entry entry, int place);

    boolean isEmpty() {
        return heap.isEmpty();
    }

    /** The first; there is one. */
    Entry first() {
        return heap.getFirst();
    }

    void add(Entry entry) {
        heap.add(entry);
        rise(entry, heap.size() - 1);
    }

    /** Takes out an entry that is in. */
    void remove(Entry entry) {
        int at = place(entry);
        Entry last = heap.removeLast();
        if (last != entry) {
            rise(last, at);
            sink(last, place(last));
        }
    }

    private void rise(Entry entry, int from) {
        int at = from;
        while (at > 0 && order.compare(entry, heap.get((at - 1) / 2)) < 0) {
            set(at, heap.get((at - 1) / 2));
            at = (at - 1) / 2;
        }
        set(at, entry);
    }

    private void sink(Entry entry, int from) {
        int at = from;
        for (int child = 2 * at + 1; child < heap.size(); child = 2 * at + 1) {
            if (child + 1 < heap.size() && order.compare(heap.get(child + 1), heap.get(child)) < 0) {
                child++;
            }
            if (order.compare(heap.get(child), entry) >= 0) {
                break;
            }
            set(at, heap.get(child));
            at = child;
        }
        set(at, entry);
    }

    private void set(int at, Entry entry) {
        heap.set(at, entry);
        place(entry, at);
    }
}
