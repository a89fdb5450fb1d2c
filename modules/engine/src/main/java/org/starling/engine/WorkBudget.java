package org.starling.engine;

/**
 * How much work one peer may still have us do, in units of about a microsecond of one core: so many at first
 * ({@link Limits#WORK_BURST}), and {@link Limits#WORK_PER_SECOND} more each second. What was begun is finished, so a budget may
 * be overdrawn; while it is spent, what the peer says next is not read.
 */
public final class WorkBudget {
    private long units = Limits.WORK_BURST;

    public void spend(long cost) {
        units -= cost;
    }

    public boolean isSpent() {
        return units <= 0;
    }

    /** So much time has passed. */
    public void refill(long millis) {
        long gained = Math.min(millis, Limits.WORK_FULL_MILLIS) * Limits.WORK_PER_SECOND / 1000;
        units = Math.min(Limits.WORK_BURST, units + gained);
    }
}
