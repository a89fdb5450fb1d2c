package org.starling.engine;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some things by the numbers that they were given, in the order of these numbers. For a few dozen of them, which mostly
 * come with growing numbers and are looked up at every message: the numbers stand together in memory.
 */
public final class IdTable<T> {
    private long[] ids = new long[8];
    private Object[] values = new Object[8];
    private int size;
    private int recent;

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** What has that number, or null. */
    @SuppressWarnings("unchecked") // only such were put in
    public @Nullable T get(long id) {
        int at = find(id);
        return at < 0 ? null : (T) values[at];
    }

    /** Gives a thing a number that nothing has yet. Throws {@link IllegalArgumentException} if it is taken. */
    public void add(long id, T value) {
        int found = find(id);
        if (found >= 0) {
            throw new IllegalArgumentException("the number " + id + " is taken");
        }
        int at = -found - 1;
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
        }
        System.arraycopy(ids, at, ids, at + 1, size - at);
        System.arraycopy(values, at, values, at + 1, size - at);
        ids[at] = id;
        values[at] = value;
        size++;
    }

    /** Takes out what has that number, or returns null. */
    @SuppressWarnings("unchecked") // only such were put in
    public @Nullable T remove(long id) {
        int at = find(id);
        if (at < 0) {
            return null;
        }
        T removed = (T) values[at];
        size--;
        System.arraycopy(ids, at + 1, ids, at, size - at);
        System.arraycopy(values, at + 1, values, at, size - at);
        forget();
        return removed;
    }

    @SuppressWarnings("NullAway") // beyond the size there is nothing
    private void forget() {
        values[size] = null;
    }

    /** All, in the order of their numbers; a copy. */
    @SuppressWarnings("unchecked") // only such were put in
    public List<T> values() {
        return List.of((T[]) Arrays.copyOf(values, size));
    }

    /** The numbers, ascending; a copy. */
    public long[] ids() {
        return Arrays.copyOf(ids, size);
    }

    private int find(long id) {
        // Who was asked for is asked for again.
        if (recent < size && ids[recent] == id) {
            return recent;
        }
        int at = Arrays.binarySearch(ids, 0, size, id);
        recent = Math.max(at, 0);
        return at;
    }
}
