package org.starling.simulator;

/**
 * What the simulated network and machines are like.
 *
 * @param lossRate share of pieces lost on their way and sent again, 0 (inclusive) to 1 (exclusive)
 * @param bytesPerSecond what each node can send
 * @param jitterMillis mean of what is added to each piece's way
 * @param taskMillis mean of the time that a task of validation or of the disk takes
 */
public record Conditions(double lossRate, long bytesPerSecond, double jitterMillis, double taskMillis) {
    /** Home connections: 2 % loss, 20 Mbit/s upstream. */
    public static final Conditions ORDINARY = new Conditions(0.02, 2_500_000, 5, 2);

    public Conditions {
        if (!(lossRate >= 0 && lossRate < 1)) {
            throw new IllegalArgumentException("loss rate " + lossRate + " is not in 0 to 1");
        }
    }

    public Conditions withLossRate(double rate) {
        return new Conditions(rate, bytesPerSecond, jitterMillis, taskMillis);
    }
}
