package org.starling.app.fuzz;

import java.util.Arrays;
import java.util.List;

/**
 * What Jazzer calls. An input begins with the number of its target, so that one run reaches all; with the property
 * {@code starling.fuzz.target} all inputs are that target's.
 */
public final class Fuzzer {
    private static final List<Target> TARGETS = List.copyOf(Targets.ALL.values());

    private Fuzzer() {}

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        if (input.length > 0) {
            String only = System.getProperty("starling.fuzz.target", "");
            Target target = only.isEmpty() ? TARGETS.get((input[0] & 0xff) % TARGETS.size()) : Targets.ALL.get(only);
            target.accept(Arrays.copyOfRange(input, 1, input.length));
        }
    }
}
