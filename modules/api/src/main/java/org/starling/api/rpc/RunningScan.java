package org.starling.api.rpc;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The one scan of its kind that may be under way, as its {@code start}, {@code status} and {@code abort} see it. */
final class RunningScan {
    private final AtomicReference<@Nullable Progress> running = new AtomicReference<>();

    /** How far a scan is, written by the call that scans and read by others. */
    static final class Progress {
        private volatile int percent;
        private volatile int height;
        private volatile boolean aborted;

        int percent() {
            return percent;
        }

        int height() {
            return height;
        }

        boolean isAborted() {
            return aborted;
        }

        void reach(int newPercent, int newHeight) {
            percent = newPercent;
            height = newHeight;
        }
    }

    /** Begins a scan, to be ended by {@link #end}. Throws error -8 if one is under way. */
    Progress begin() {
        Progress progress = new Progress();
        if (!running.compareAndSet(null, progress)) {
            throw Call.invalid("Scan already in progress, use action \"abort\" or \"status\"");
        }
        return progress;
    }

    void end() {
        running.set(null);
    }

    /** The scan under way, or null. */
    @Nullable
    Progress progress() {
        return running.get();
    }

    /** Asks the scan under way to end; false if there is none. */
    boolean abort() {
        Progress progress = running.get();
        if (progress != null) {
            progress.aborted = true;
        }
        return progress != null;
    }
}
