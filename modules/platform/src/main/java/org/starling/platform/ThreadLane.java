package org.starling.platform;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.starling.world.Clock;
import org.starling.world.Lane;

/**
 * A {@link Lane} on a thread of its own. A task that throws is a broken invariant or a failing disk: the lane runs
 * nothing more and says so once.
 */
public final class ThreadLane implements Lane, AutoCloseable {
    private final Clock clock;
    private final Consumer<Throwable> onFailure;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final LongAdder done = new LongAdder();
    private final LongAdder busyNanos = new LongAdder();
    private @Nullable Runnable appointment;
    private long appointedMillis;
    private boolean ending;

    /**
     * @param clock real time, in which appointments are given
     * @param onFailure told what ended the lane early, on the lane's thread
     */
    public ThreadLane(String name, Clock clock, Consumer<Throwable> onFailure) {
        this.clock = clock;
        this.onFailure = onFailure;
        thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::run);
        thread.start();
    }

    @Override
    public boolean execute(Runnable task) {
        lock.lock();
        try {
            if (!ending) {
                tasks.add(task);
                changed.signal();
            }
            return !ending;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void appoint(long millis, Runnable task) {
        lock.lock();
        try {
            appointment = task;
            appointedMillis = millis;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Tasks done so far. */
    public long done() {
        return done.sum();
    }

    /** Nanoseconds spent on them. */
    public long busyNanos() {
        return busyNanos.sum();
    }

    /** Tasks in line. */
    public int waiting() {
        lock.lock();
        try {
            return tasks.size();
        } finally {
            lock.unlock();
        }
    }

    /** Does what is in line, takes nothing more, and returns when the thread has ended. */
    @Override
    public void close() {
        lock.lock();
        try {
            ending = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        if (Thread.currentThread() == thread) {
            return;
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            for (Runnable task = next(); task != null; task = next()) {
                long began = System.nanoTime();
                task.run();
                busyNanos.add(System.nanoTime() - began);
                done.increment();
            }
        } catch (Throwable failure) {
            lock.lock();
            try {
                ending = true;
                tasks.clear();
            } finally {
                lock.unlock();
            }
            onFailure.accept(failure);
        }
    }

    /** The next task when it is there or due; null when the lane has ended and the line is empty. */
    private @Nullable Runnable next() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                Runnable due = appointment;
                long waitMillis = due == null ? Long.MAX_VALUE : appointedMillis - clock.millis();
                if (due != null && waitMillis <= 0 && !ending) {
                    appointment = null;
                    return due;
                }
                Runnable first = tasks.poll();
                if (first != null) {
                    return first;
                }
                if (ending) {
                    return null;
                }
                if (due == null) {
                    changed.await();
                } else {
                    changed.await(waitMillis, TimeUnit.MILLISECONDS);
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
