package org.starling.world;

/** Where the time comes from. Only the edge asks it; what decides gets {@code now} handed in. */
public interface Clock {
    /** Milliseconds since 1970-01-01T00:00:00Z, as the node believes it (a mocked time included). */
    long millis();
}
