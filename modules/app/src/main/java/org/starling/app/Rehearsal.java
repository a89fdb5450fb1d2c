package org.starling.app;

import java.util.List;

/** The run from which the launcher makes the JVM's ahead-of-time cache: does briefly what every start does. */
final class Rehearsal {
    private Rehearsal() {}

    static int run() {
        return Main.run(List.of());
    }
}
