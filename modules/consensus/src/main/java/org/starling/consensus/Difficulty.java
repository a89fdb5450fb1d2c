package org.starling.consensus;

import java.math.BigInteger;
import org.starling.bytes.Hash256;
import org.starling.consensus.ChainParams.Pow;

/** Proof of work and how much of it the next block needs. */
public final class Difficulty {
    /** A retarget changes difficulty by at most this factor, up or down. */
    private static final int MAX_ADJUSTMENT = 4;

    private Difficulty() {}

    /** Whether the bits are a target that the chain allows, and the hash meets it. */
    public static boolean checkProofOfWork(Hash256 hash, int bits, Pow pow) {
        Target target = Target.ofBits(bits, pow.limit());
        return target != null && target.admits(hash);
    }

    /** The bits that a block on top of {@code previous}, with that time in seconds, must have. */
    public static int nextBits(HeaderView previous, long time, Pow pow) {
        if ((previous.height() + 1) % pow.interval() != 0) {
            return pow.allowMinDifficulty() ? nextBitsOnTestNetwork(previous, time, pow) : previous.bits();
        }
        HeaderView first = previous.ancestor(previous.height() - (pow.interval() - 1));
        if (first == null) {
            throw new IllegalStateException("height " + previous.height() + " ends no whole retarget period");
        }
        return retarget(previous, first, pow);
    }

    // A block more than twice the spacing after its parent may be easy; the others have the difficulty of the last
    // block that was not.
    private static int nextBitsOnTestNetwork(HeaderView previous, long time, Pow pow) {
        int easiest = pow.limit().toBits();
        if (time > previous.time() + 2 * pow.targetSpacingSeconds()) {
            return easiest;
        }
        HeaderView at = previous;
        HeaderView parent = at.previous();
        while (parent != null && at.height() % pow.interval() != 0 && at.bits() == easiest) {
            at = parent;
            parent = at.previous();
        }
        return at.bits();
    }

    private static int retarget(HeaderView last, HeaderView first, Pow pow) {
        if (pow.noRetargeting()) {
            return last.bits();
        }
        long timespan = pow.targetTimespanSeconds();
        long actual = Math.clamp(last.time() - first.time(), timespan / MAX_ADJUSTMENT, timespan * MAX_ADJUSTMENT);
        // BIP-0094: the first block of a period cannot be an easy one, so its bits are the true difficulty.
        int base = pow.enforceBip94() ? first.bits() : last.bits();
        return scaled(base, actual, pow).toBits();
    }

    private static Target scaled(int bits, long timespanSeconds, Pow pow) {
        BigInteger product = Target.fromBits(bits).toBigInteger().multiply(BigInteger.valueOf(timespanSeconds));
        BigInteger cut = Uint256.toBigInteger(Uint256.of(product)); // as 256-bit arithmetic has it
        Target target = new Target(Uint256.of(cut.divide(BigInteger.valueOf(pow.targetTimespanSeconds()))));
        return target.compareTo(pow.limit()) > 0 ? pow.limit() : target;
    }

    /**
     * Whether the block at {@code height} can have {@code newBits} if its parent has {@code oldBits}, judged without
     * their times. Bounds the work of headers that are not stored yet.
     */
    public static boolean isPermittedTransition(long height, int oldBits, int newBits, Pow pow) {
        if (pow.allowMinDifficulty()) {
            return true;
        }
        if (height % pow.interval() != 0) {
            return oldBits == newBits;
        }
        long timespan = pow.targetTimespanSeconds();
        Target observed = Target.fromBits(newBits);
        Target easiest = rounded(scaled(oldBits, timespan * MAX_ADJUSTMENT, pow));
        Target hardest = rounded(scaled(oldBits, timespan / MAX_ADJUSTMENT, pow));
        return observed.compareTo(easiest) <= 0 && observed.compareTo(hardest) >= 0;
    }

    private static Target rounded(Target target) {
        return Target.fromBits(target.toBits());
    }

    /**
     * Seconds that the network would need, at the difficulty of {@code bits}, for the work between two points of chains;
     * negative if {@code to} has less work than {@code from}.
     */
    public static long equivalentSeconds(ChainWork from, ChainWork to, int bits, Pow pow) {
        boolean forward = to.compareTo(from) >= 0;
        BigInteger work = (forward ? to.minus(from) : from.minus(to)).toBigInteger();
        BigInteger blockWork = Target.fromBits(bits).work().toBigInteger().max(BigInteger.ONE);
        BigInteger seconds =
                work.multiply(BigInteger.valueOf(pow.targetSpacingSeconds())).divide(blockWork);
        long magnitude = seconds.bitLength() > 63 ? Long.MAX_VALUE : seconds.longValue();
        return forward ? magnitude : -magnitude;
    }

    /** Difficulty as people quote it: how many times harder than the easiest target of the first chain. */
    public static double ratio(int bits) {
        int shift = bits >>> 24;
        double ratio = (double) 0x0000ffff / (bits & 0x00ffffff);
        for (; shift < 29; shift++) {
            ratio *= 256;
        }
        for (; shift > 29; shift--) {
            ratio /= 256;
        }
        return ratio;
    }
}
