package org.starling.world;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/**
 * A line of tasks done one after another, never two at once, each seeing what those before it did. A node has two: the
 * core (all that concerns peers) and validation (chain and mempool). In production a lane is a thread; in simulation it is
 * a place in the schedule, and a task may take modelled time.
 *
 * <p>A lane holds no limit of its own: whoever adds tasks for outsiders holds them to one.
 */
public interface Lane {
    /** Puts a task at the end of the line and returns at once; false, dropping it, if the lane has ended. */
    boolean execute(Runnable task);

    /**
     * Runs the task on this lane at that time or soon after. A lane keeps one such appointment: a new one replaces it.
     *
     * @param millis time by the world's clock, since 1970
     */
    void appoint(long millis, Runnable task);

    /**
     * As {@link #execute}, and the future has the outcome. What the task throws is the caller's, but a failing disk also
     * ends the lane. Cancelled if the lane has ended.
     */
    default <T> CompletableFuture<T> call(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        boolean accepted = execute(() -> {
            try {
                result.complete(task.call());
            } catch (StorageException e) {
                result.completeExceptionally(e);
                throw e;
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        if (!accepted) {
            result.cancel(false);
        }
        return result;
    }
}
