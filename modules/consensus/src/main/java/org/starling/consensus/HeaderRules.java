package org.starling.consensus;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.Rejection.Kind;

/** What a header must satisfy, alone and on top of its parent. */
public final class HeaderRules {
    /** How far ahead of the node's clock a block's time may be. */
    public static final long MAX_FUTURE_SECONDS = 2 * 60 * 60;

    /** How far before its parent's time the first block of a retarget period may be (BIP-0094). */
    public static final long MAX_TIMEWARP_SECONDS = 600;

    private HeaderRules() {}

    /** Proof of work, the hash being that of the header. */
    public static @Nullable Rejection check(BlockHeader header, Hash256 hash, ChainParams params) {
        return Difficulty.checkProofOfWork(hash, header.bits(), params.pow())
                ? null
                : Rejection.of(Kind.INVALID_HEADER, "high-hash", "proof of work failed");
    }

    /**
     * The rules that look at the chain before the header: difficulty, time and version.
     *
     * @param previous the header's parent
     * @param nowSeconds the node's time, in seconds since 1970
     */
    public static @Nullable Rejection checkInContext(
            BlockHeader header, HeaderView previous, ChainParams params, long nowSeconds) {
        int height = previous.height() + 1;
        if (header.bits() != Difficulty.nextBits(previous, header.time(), params.pow())) {
            return Rejection.of(Kind.INVALID_HEADER, "bad-diffbits", "incorrect proof of work");
        }
        if (header.time() <= previous.medianTimePast()) {
            return Rejection.of(Kind.INVALID_HEADER, "time-too-old", "block's timestamp is too early");
        }
        if (params.pow().enforceBip94()
                && height % params.pow().interval() == 0
                && header.time() < previous.time() - MAX_TIMEWARP_SECONDS) {
            return Rejection.of(
                    Kind.INVALID_HEADER,
                    "time-timewarp-attack",
                    "block's timestamp is too early on diff adjustment block");
        }
        if (header.time() > nowSeconds + MAX_FUTURE_SECONDS) {
            return Rejection.of(Kind.TIME_FUTURE, "time-too-new", "block timestamp too far in the future");
        }
        if (header.version() < minimumVersion(height, params.heights())) {
            return Rejection.of(
                    Kind.INVALID_HEADER,
                    "bad-version(0x%08x)".formatted(header.version()),
                    "rejected nVersion=0x%08x block".formatted(header.version()));
        }
        return null;
    }

    /** The least version that a block at that height may have (BIPs 34, 65, 66). */
    public static int minimumVersion(int height, ChainParams.Heights heights) {
        if (height >= heights.bip65()) {
            return 4;
        }
        if (height >= heights.bip66()) {
            return 3;
        }
        return height >= heights.bip34() ? 2 : Integer.MIN_VALUE;
    }

    /** The least time, in seconds, that a block on top of {@code previous} may have. */
    public static long minimumTime(HeaderView previous, ChainParams params) {
        long minimum = previous.medianTimePast() + 1;
        // Miners keep to the rule against time warps on every chain, before any chain but the tests requires it.
        if ((previous.height() + 1) % params.pow().interval() == 0) {
            minimum = Math.max(minimum, previous.time() - MAX_TIMEWARP_SECONDS);
        }
        return minimum;
    }
}
