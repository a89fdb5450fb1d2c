package org.starling.node;

import java.util.concurrent.atomic.AtomicLong;
import org.starling.world.Clock;

/** The node's time: the world's, or one that an operator set for a test ({@code setmocktime}). Safe from any thread. */
public final class NodeClock implements Clock {
    private final Clock world;
    private final AtomicLong mockedMillis = new AtomicLong();

    NodeClock(Clock world) {
        this.world = world;
    }

    @Override
    public long millis() {
        long mocked = mockedMillis.get();
        return mocked == 0 ? world.millis() : mocked;
    }

    public long seconds() {
        return Math.floorDiv(millis(), 1000);
    }

    /** Stops the clock at that time, in seconds since 1970; 0 lets it run again. */
    void mock(long seconds) {
        mockedMillis.set(Math.multiplyExact(seconds, 1000L));
    }

    /** Moves a stopped clock forward. */
    void advance(long seconds) {
        mockedMillis.addAndGet(Math.multiplyExact(seconds, 1000L));
    }

    public boolean isMocked() {
        return mockedMillis.get() != 0;
    }

    /** When, by the world's clock, this clock will show that time; a stopped one never will. */
    long worldMillis(long millis) {
        return isMocked() ? Long.MAX_VALUE : millis;
    }
}
