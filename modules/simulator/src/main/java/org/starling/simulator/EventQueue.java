package org.starling.simulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Events by time and, at the same time, in the order in which they were added. A heap of four children a node over arrays
 * of plain numbers: the simulation spends much of its life here, and comparing must not follow references.
 */
final class EventQueue<E> {
    private static final int CHILDREN = 4;

    // The key of an entry is two words, its time and its number; its event is found by a slot.
    private long[] times = new long[1024];
    private long[] numbers = new long[1024];
    private int[] slots = new int[1024];
    private final List<E> events = new ArrayList<>();
    private int[] free = new int[1024];
    private int freeCount;
    private int size;
    private long added;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** The time of the first event; {@link Long#MAX_VALUE} if there is none. */
    long firstMicros() {
        return size == 0 ? Long.MAX_VALUE : times[0];
    }

    void add(long micros, E event) {
        if (size == times.length) {
            times = Arrays.copyOf(times, 2 * size);
            numbers = Arrays.copyOf(numbers, 2 * size);
            slots = Arrays.copyOf(slots, 2 * size);
        }
        place(size++, micros, added++, keep(event));
    }

    private int keep(E event) {
        if (freeCount == 0) {
            events.add(event);
            return events.size() - 1;
        }
        int slot = free[--freeCount];
        events.set(slot, event);
        return slot;
    }

    /** Takes the first event out. Throws if there is none. */
    @SuppressWarnings("NullAway") // a free slot holds nothing
    E remove() {
        int slot = slots[0];
        E event = events.set(slot, null);
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = slot;
        size--;
        if (size > 0) {
            sink(times[size], numbers[size], slots[size]);
        }
        return event;
    }

    private void place(int start, long time, long number, int slot) {
        int at = start;
        while (at > 0) {
            int parent = (at - 1) / CHILDREN;
            if (!before(time, number, parent)) {
                break;
            }
            move(parent, at);
            at = parent;
        }
        set(at, time, number, slot);
    }

    private void sink(long time, long number, int slot) {
        int at = 0;
        while (true) {
            int first = at * CHILDREN + 1;
            if (first >= size) {
                break;
            }
            int least = first;
            for (int child = first + 1; child < Math.min(first + CHILDREN, size); child++) {
                if (before(times[child], numbers[child], least)) {
                    least = child;
                }
            }
            if (before(time, number, least)) {
                break;
            }
            move(least, at);
            at = least;
        }
        set(at, time, number, slot);
    }

    private boolean before(long time, long number, int other) {
        return time < times[other] || time == times[other] && number < numbers[other];
    }

    private void move(int from, int to) {
        set(to, times[from], numbers[from], slots[from]);
    }

    private void set(int at, long time, long number, int slot) {
        times[at] = time;
        numbers[at] = number;
        slots[at] = slot;
    }
}
