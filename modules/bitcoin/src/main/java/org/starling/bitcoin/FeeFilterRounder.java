package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.List;
import org.starling.world.Randomness;

/** Rounds our minimum feerate to one of few values before it is told, so that it does not give us away. */
final class FeeFilterRounder {
    /** The same steps at every node, whatever its operator chose, in satoshis per 1000 virtual bytes. */
    private static final double LEAST = 500;

    private static final double LARGEST = 1e7;
    private static final double SPACING = 1.1;

    private final Randomness random;
    private final List<Double> steps = new ArrayList<>();

    FeeFilterRounder(Randomness random) {
        this.random = random;
        steps.add(0.0);
        for (double step = LEAST; step <= LARGEST; step *= SPACING) {
            steps.add(step);
        }
    }

    /** What the largest feerate is rounded to: the peer is to send nothing. */
    long most() {
        return steps.getLast().longValue();
    }

    /** The next step above or, in two of three cases, the one below. */
    long round(long feeratePerKvb) {
        int at = 0;
        while (at < steps.size() && steps.get(at) < feeratePerKvb) {
            at++;
        }
        if (at == steps.size() || at > 0 && random.below(3) != 0) {
            at--;
        }
        return steps.get(at).longValue();
    }
}
