package org.starling.engine;

/**
 * How much work one peer may still have us do, in units of about a microsecond of one core: so many at first
 * ({@link Limits#WORK_BURST}), and {@link Limits#WORK_PER_SECOND} more each second. What was begun is finished, so a budget may
 * be overdrawn; while it is spent, what the peer says next is not read.
 */
public final class WorkBudget {
    private long units = Limits.WORK_BURST;
    private long sinceMillis = Long.MIN_VALUE;

    /** Takes away what something costs. */
    public void spend(long now, long cost) {
        refill(now);
        units -= cost;
    }

    /** Whether nothing is left. */
    public boolean isSpent(long now) {
        refill(now);
        return units <= 0;
    }

    /** A clock that was set back brings nothing. */
    private void refill(long now) {
        if (now > sinceMillis && sinceMillis != Long.MIN_VALUE) {
            long passed = Math.min(now - sinceMillis, Limits.WORK_FULL_MILLIS);
            units = Math.min(Limits.WORK_BURST, units + passed * Limits.WORK_PER_SECOND / 1000);
        }
        sinceMillis = now;
    }
}
