package org.starling.simulator;

import java.security.MessageDigest;
import java.util.function.BooleanSupplier;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.crypto.Sha256;

/**
 * Simulated time and what happens in it. Events happen one after the other, ordered by time and, at the same time, by
 * when they were put in line. The trace is a running hash of every event: its time, its kind and what it carried.
 */
final class Scheduler {
    private static final long MICROS = 1_000;

    private final EventQueue<Event> queue = new EventQueue<>();
    private final MessageDigest trace = Sha256.newDigest();
    private final ByteWriter record = new ByteWriter();
    private long nowMicros;
    private long delivered;
    private boolean running;

    private record Event(Kind kind, long subject, Bytes content, Runnable action) {}

    /** What an event is; part of the trace. */
    enum Kind {
        LANE(1),
        APPOINTMENT(2),
        OPENED(3),
        BYTES(4),
        DRAINED(5),
        CLOSED(6),
        SCENARIO(7);

        private final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    Scheduler(long startMillis) {
        nowMicros = startMillis * MICROS;
    }

    long micros() {
        return nowMicros;
    }

    long millis() {
        return nowMicros / MICROS;
    }

    long delivered() {
        return delivered;
    }

    boolean isRunning() {
        return running;
    }

    /** Puts an event in line, for that time or, if that has passed, for now. */
    void at(long micros, Kind kind, long subject, Bytes content, Runnable action) {
        queue.add(Math.max(micros, nowMicros), new Event(kind, subject, content, action));
    }

    /** Delivers events until the condition holds or time is up; returns whether it holds. */
    boolean runUntil(BooleanSupplier condition, long endMicros) {
        if (running) {
            throw new IllegalStateException("an event cannot wait for another");
        }
        running = true;
        try {
            while (!condition.getAsBoolean()) {
                if (queue.firstMicros() > endMicros) {
                    nowMicros = Math.max(nowMicros, endMicros);
                    return condition.getAsBoolean();
                }
                nowMicros = queue.firstMicros();
                deliver(queue.remove());
            }
            return true;
        } finally {
            running = false;
        }
    }

    private void deliver(Event event) {
        delivered++;
        record.clear().i64(nowMicros).u8(event.kind.code).i64(event.subject).i32(event.content.length());
        trace.update(record.sharedArray(), 0, record.length());
        trace.update(event.content.sharedArray(), event.content.arrayOffset(), event.content.length());
        event.action.run();
    }

    /** The hash of all events so far. */
    Hash256 trace() {
        try {
            return Hash256.of(((MessageDigest) trace.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("the JDK's SHA-256 can be cloned", e);
        }
    }
}
