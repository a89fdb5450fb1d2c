package org.starling.simulator;

import java.security.MessageDigest;
import java.util.ArrayDeque;
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

    /** What the trace has not hashed yet goes in such portions. */
    private static final int TRACE_BYTES = 32_768;

    private final EventQueue<Event> queue = new EventQueue<>();
    // What happens at the present moment, after all that was in line for it before it came: most events, so they have a
    // line of their own.
    private final ArrayDeque<Event> present = new ArrayDeque<>();
    private final MessageDigest trace = Sha256.newDigest();
    private final ByteWriter record = new ByteWriter();
    private long nowMicros;
    private long delivered;
    private boolean running;
    private boolean inLane;

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

    /** Whether an event is being delivered, and not, as its effect, a lane's task done. */
    boolean isOutsideOfLanes() {
        return running && !inLane;
    }

    /** Does a task of a lane, as an event or a part of one. */
    void inLane(Runnable task) {
        inLane = true;
        try {
            task.run();
        } finally {
            inLane = false;
        }
    }

    /** Puts an event in line, for that time or, if that has passed, for now. */
    void at(long micros, Kind kind, long subject, Bytes content, Runnable action) {
        Event event = new Event(kind, subject, content, action);
        if (micros <= nowMicros) {
            present.add(event);
        } else {
            queue.add(micros, event);
        }
    }

    /** Delivers events until the condition holds or time is up; returns whether it holds. */
    boolean runUntil(BooleanSupplier condition, long endMicros) {
        if (running) {
            throw new IllegalStateException("an event cannot wait for another");
        }
        running = true;
        try {
            while (!condition.getAsBoolean()) {
                if (!present.isEmpty() && queue.firstMicros() > nowMicros) {
                    deliver(present.remove());
                } else if (queue.firstMicros() <= endMicros) {
                    nowMicros = queue.firstMicros();
                    deliver(queue.remove());
                } else {
                    nowMicros = Math.max(nowMicros, endMicros);
                    return condition.getAsBoolean();
                }
            }
            return true;
        } finally {
            running = false;
        }
    }

    private void deliver(Event event) {
        delivered++;
        record.i64(nowMicros).u8(event.kind.code).i64(event.subject).i32(event.content.length());
        record.bytes(event.content);
        if (record.length() >= TRACE_BYTES) {
            hash();
        }
        event.action.run();
    }

    private void hash() {
        trace.update(record.sharedArray(), 0, record.length());
        record.clear();
    }

    /** The hash of all events so far. */
    Hash256 trace() {
        hash();
        try {
            return Hash256.of(((MessageDigest) trace.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("the JDK's SHA-256 can be cloned", e);
        }
    }
}
