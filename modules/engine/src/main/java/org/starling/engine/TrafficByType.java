package org.starling.engine;

import java.util.HashMap;
import java.util.SortedMap;
import java.util.TreeMap;

/** Messages and bytes by type of message. */
public final class TrafficByType {
    /** What of one type went over. */
    public record Sum(long messages, long bytes) {}

    private static final class Counter {
        private long messages;
        private long bytes;
    }

    static final String OTHER = "*other*";

    private final HashMap<String, Counter> counters = new HashMap<>();

    /** Counts a message; beyond {@link Limits#COUNTED_TYPES} types under {@code *other*}. */
    void count(String type, long bytes) {
        add(type, 1, bytes);
    }

    void addAll(TrafficByType others) {
        others.counters.forEach((type, counter) -> add(type, counter.messages, counter.bytes));
    }

    private void add(String type, long messages, long bytes) {
        Counter counter = counters.get(type);
        if (counter == null) {
            String name = counters.size() < Limits.COUNTED_TYPES ? type : OTHER;
            counter = counters.computeIfAbsent(name, key -> new Counter());
        }
        counter.messages += messages;
        counter.bytes += bytes;
    }

    /** The sums by type, sorted; a copy. */
    public SortedMap<String, Sum> sums() {
        TreeMap<String, Sum> sums = new TreeMap<>();
        counters.forEach((type, counter) -> sums.put(type, new Sum(counter.messages, counter.bytes)));
        return sums;
    }

    /** Only the bytes, by type, sorted; a copy. */
    SortedMap<String, Long> bytes() {
        TreeMap<String, Long> bytes = new TreeMap<>();
        counters.forEach((type, counter) -> bytes.put(type, counter.bytes));
        return bytes;
    }
}
