package org.starling.world;

import java.util.List;
import java.util.concurrent.Callable;

/**
 * Runs independent pure work (script checks, hashing) on all cores. In simulation the work runs in place, and the
 * world adds a modelled delay where the result is delivered.
 */
public interface Workers {
    /** How many tasks run at once. */
    int parallelism();

    /** Starts the tasks and returns at once; the handle waits for them. */
    <T> Pending<T> submit(List<? extends Callable<T>> tasks);

    /** Tasks under way. */
    interface Pending<T> {
        /** Waits for all and gives the results in the order of the tasks; rethrows what a task threw. */
        List<T> await();
    }
}
