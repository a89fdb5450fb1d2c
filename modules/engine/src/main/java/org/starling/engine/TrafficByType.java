package org.starling.engine;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/** Messages and bytes by type of message. */
public final class TrafficByType {
    /** What of one type went over. */
    public record Sum(long messages, long bytes) {}

    static final String OTHER = "*other*";

    // A handful of types: a search through them is faster than hashing the name, and this is done for each message.
    private String[] types = new String[8];
    // Messages and bytes of each, side by side.
    private long[] sums = new long[16];
    private int count;

    /** Counts a message; beyond {@link Limits#COUNTED_TYPES} types under {@code *other*}. */
    void count(String type, long size) {
        add(type, 1, size);
    }

    void addAll(TrafficByType others) {
        for (int i = 0; i < others.count; i++) {
            add(others.types[i], others.sums[2 * i], others.sums[2 * i + 1]);
        }
    }

    private void add(String type, long moreMessages, long moreBytes) {
        int at = find(type);
        if (at == count && count >= Limits.COUNTED_TYPES) {
            at = find(OTHER);
            append(at, OTHER);
        } else {
            append(at, type);
        }
        sums[2 * at] += moreMessages;
        sums[2 * at + 1] += moreBytes;
    }

    private int find(String type) {
        int at = 0;
        while (at < count && !types[at].equals(type)) {
            at++;
        }
        return at;
    }

    private void append(int at, String type) {
        if (at < count) {
            return;
        }
        if (count == types.length) {
            types = Arrays.copyOf(types, 2 * count);
            sums = Arrays.copyOf(sums, 4 * count);
        }
        types[count++] = type;
    }

    /** The sums by type, sorted; a copy. */
    public SortedMap<String, Sum> sums() {
        TreeMap<String, Sum> copy = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            copy.put(types[i], sum(i));
        }
        return copy;
    }

    /** Only the bytes, by type, sorted; a copy. */
    SortedMap<String, Long> bytes() {
        TreeMap<String, Long> copy = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            copy.put(types[i], sums[2 * i + 1]);
        }
        return copy;
    }

    /** The sum of one type. */
    public Sum of(String type) {
        int at = find(type);
        return at == count ? new Sum(0, 0) : sum(at);
    }

    private Sum sum(int at) {
        return new Sum(sums[2 * at], sums[2 * at + 1]);
    }
}
