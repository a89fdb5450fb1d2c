package org.starling.simulator;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.world.Lane;

/**
 * A lane as a place in the schedule: a task starts when those before it are done, and its effects show when the modelled
 * time that it takes is over. One that takes no time and is not given by another lane's task needs no event of its own.
 */
final class SimulatedLane implements Lane {
    /** A call from outside of the run that takes longer than this by simulated time has gone wrong. */
    private static final long CALL_LIMIT_MICROS = 3_600_000_000L;

    private final Scheduler scheduler;
    private final long id;
    private final LongSupplier costMicros;
    private long freeAtMicros;
    private long busyMicros;
    private long appointedMicros = Long.MAX_VALUE;
    private @Nullable Runnable appointed;
    private long alarmMicros = Long.MAX_VALUE;
    private int waiting;
    private boolean ended;

    /** @param costMicros draws how long the next task takes */
    SimulatedLane(Scheduler scheduler, long id, LongSupplier costMicros) {
        this.scheduler = scheduler;
        this.id = id;
        this.costMicros = costMicros;
    }

    @Override
    public boolean execute(Runnable task) {
        if (ended) {
            return false;
        }
        long cost = costMicros.getAsLong();
        if (cost == 0 && waiting == 0 && freeAtMicros <= scheduler.micros() && scheduler.isOutsideOfLanes()) {
            scheduler.inLane(task);
            return true;
        }
        busyMicros += cost;
        freeAtMicros = Math.max(freeAtMicros, scheduler.micros()) + cost;
        waiting++;
        scheduler.at(freeAtMicros, Scheduler.Kind.LANE, id, Bytes.EMPTY, () -> {
            waiting--;
            if (!ended) {
                scheduler.inLane(task);
            }
        });
        return true;
    }

    @Override
    public void appoint(long millis, Runnable task) {
        appointedMicros = millis > Long.MAX_VALUE / 1_000 ? Long.MAX_VALUE : millis * 1_000;
        appointed = task;
        if (appointedMicros < alarmMicros) {
            setAlarm();
        }
    }

    /** One alarm is enough: one that rings too early for a later appointment is set again. */
    private void setAlarm() {
        long mine = Math.max(appointedMicros, scheduler.micros());
        alarmMicros = mine;
        scheduler.at(mine, Scheduler.Kind.APPOINTMENT, id, Bytes.EMPTY, () -> {
            if (mine == alarmMicros && !ended) {
                ring();
            }
        });
    }

    private void ring() {
        alarmMicros = Long.MAX_VALUE;
        Runnable task = appointed;
        if (appointedMicros > scheduler.micros()) {
            if (appointedMicros != Long.MAX_VALUE) {
                setAlarm();
            }
        } else if (task != null) {
            appointed = null;
            appointedMicros = Long.MAX_VALUE;
            execute(task);
        }
    }

    /** From outside of the run, lets the world go on until the task is done. */
    @Override
    public <T> CompletableFuture<T> call(Callable<T> task) {
        CompletableFuture<T> result = Lane.super.call(task);
        if (!scheduler.isRunning()) {
            scheduler.runUntil(result::isDone, scheduler.micros() + CALL_LIMIT_MICROS);
        }
        return result;
    }

    /** What all tasks so far take together. */
    long busyMicros() {
        return busyMicros;
    }

    /** Nothing in line is done any more. */
    void end() {
        ended = true;
    }
}
