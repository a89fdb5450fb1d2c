package org.starling.world;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@link Workers} that does each task in the submitting thread, at once: for simulation and tests. */
public final class SameThreadWorkers implements Workers {
    @Override
    public int parallelism() {
        return 1;
    }

    @Override
    public <T> Pending<T> submit(List<? extends Callable<T>> tasks) {
        List<T> results = new ArrayList<>(tasks.size());
        for (Callable<T> task : tasks) {
            results.add(run(task));
        }
        return () -> results;
    }

    private static <T> T run(Callable<T> task) {
        try {
            return task.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
