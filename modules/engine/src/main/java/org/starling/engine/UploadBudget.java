package org.starling.engine;

/**
 * How much may go out in a day ({@code -maxuploadtarget}). A part of it is kept for what is new, so that serving old things
 * never keeps us from passing those on. A day begins with the first byte sent after the one before has ended.
 */
public final class UploadBudget {
    public static final long CYCLE_SECONDS = 24 * 60 * 60;
    private static final long SLOT_SECONDS = 10 * 60;

    private final long targetBytes;
    private final long bytesPerSlot;
    private long cycleStartSeconds;
    private long sentBytes;

    /**
     * @param targetBytes the limit; 0 for none
     * @param bytesPerSlot what is kept for new things, for each ten minutes that are left of the day
     */
    public UploadBudget(long targetBytes, long bytesPerSlot) {
        this.targetBytes = targetBytes;
        this.bytesPerSlot = bytesPerSlot;
    }

    void sent(long nowMillis, long bytes) {
        long now = nowMillis / 1000;
        if (cycleStartSeconds + CYCLE_SECONDS < now) {
            cycleStartSeconds = now;
            sentBytes = 0;
        }
        sentBytes += bytes;
    }

    /** The limit in bytes; 0 for none. */
    public long targetBytes() {
        return targetBytes;
    }

    /** Whether the whole of it is spent. */
    public boolean isSpent() {
        return targetBytes != 0 && sentBytes >= targetBytes;
    }

    /** Whether only what is kept for new things is left. */
    public boolean isSpentForOld(long nowMillis) {
        if (targetBytes == 0) {
            return false;
        }
        long kept = secondsLeft(nowMillis) / SLOT_SECONDS * bytesPerSlot;
        return kept >= targetBytes || sentBytes >= targetBytes - kept;
    }

    /** What is left of it in this day; 0 also if there is no limit. */
    public long bytesLeft() {
        return Math.max(0, targetBytes - sentBytes);
    }

    /** What is left of this day; all of it while nothing was sent, 0 if there is no limit. */
    public long secondsLeft(long nowMillis) {
        if (targetBytes == 0) {
            return 0;
        }
        return cycleStartSeconds == 0
                ? CYCLE_SECONDS
                : Math.max(0, cycleStartSeconds + CYCLE_SECONDS - nowMillis / 1000);
    }
}
