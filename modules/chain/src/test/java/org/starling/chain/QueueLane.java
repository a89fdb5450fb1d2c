package org.starling.chain;

import java.util.ArrayDeque;
import java.util.Deque;
import org.starling.world.Lane;

/** A lane whose tasks wait until a test runs them. */
final class QueueLane implements Lane {
    private final Deque<Runnable> tasks = new ArrayDeque<>();

    @Override
    public boolean execute(Runnable task) {
        return tasks.add(task);
    }

    @Override
    public void appoint(long millis, Runnable task) {
        throw new UnsupportedOperationException("no index looks at the clock");
    }

    /** Does the next task; false if there is none. */
    boolean step() {
        Runnable task = tasks.poll();
        if (task != null) {
            task.run();
        }
        return task != null;
    }

    void drain() {
        while (step()) {}
    }
}
