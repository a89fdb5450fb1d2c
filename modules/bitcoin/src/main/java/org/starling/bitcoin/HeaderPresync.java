package org.starling.bitcoin;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.HeaderTree;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainWork;
import org.starling.consensus.Target;
import org.starling.crypto.SipHash;
import org.starling.world.Randomness;

/**
 * Takes in a long chain of headers without keeping any before it is known to have enough work, so that cheap headers
 * cannot fill our memory. The chain is fetched twice:
 *
 * <pre>
 *   COUNTING --enough work--> FETCHING --all of it checked and handed out--> done
 *      \___________chain ends, or is not what it was___________/--> failed
 * </pre>
 *
 * While counting, one secretly keyed bit of every {@link #COMMITMENT_PERIOD}th header is kept; while fetching, the bits must
 * come again, and headers are handed out only after so many bits on top of them that a different chain would
 * have been found out.
 */
final class HeaderPresync {
    /** Headers for each of which one bit is kept. */
    static final int COMMITMENT_PERIOD = 600;

    /** Headers held back while fetching. */
    static final int BUFFER = 14_400;

    /** Most blocks per second that a chain can have, by the rule on median times. */
    private static final int BLOCKS_PER_SECOND = 6;

    private static final long FUTURE_SECONDS = 2 * 60 * 60;
    private static final int MAX_RETARGET_FACTOR = 4;

    private final ChainParams params;
    private final BlockEntry start;
    private final ChainWork minimum;
    private final SipHash hasher;
    private final int offset;
    private final long maxCommitments;
    private final BitSet commitments = new BitSet();
    private final ArrayDeque<BlockHeader> buffer = new ArrayDeque<>();
    private int commitmentCount;
    private int commitmentsSeen;
    private boolean fetching;
    private boolean enough;
    private Hash256 lastHash;
    private int lastBits;
    private int height;
    private ChainWork work;

    /**
     * What came of a message.
     *
     * @param headers to be taken in now
     * @param goOn whether {@link #locator} is to be asked for
     * @param failed why the chain is given up; null if it is not
     * @param answered whether the message is what was asked for, if only it had more work behind it
     */
    record Step(
            List<BlockHeader> headers,
            boolean goOn,
            @Nullable String failed,
            boolean answered) {}

    /** A sync of what follows {@code start}, which must reach {@code minimum}. */
    HeaderPresync(ChainParams params, BlockEntry start, ChainWork minimum, long nowSeconds, Randomness random) {
        this.params = params;
        this.start = start;
        this.minimum = minimum;
        this.hasher = new SipHash(random.nextLong(), random.nextLong());
        this.offset = random.below(COMMITMENT_PERIOD);
        long seconds = Math.max(0, nowSeconds - start.medianTimePast() + FUTURE_SECONDS);
        this.maxCommitments = BLOCKS_PER_SECOND * seconds / COMMITMENT_PERIOD;
        lastHash = start.hash();
        lastBits = start.bits();
        height = start.height();
        work = start.chainWork();
    }

    private void rewind() {
        lastHash = start.hash();
        lastBits = start.bits();
        height = start.height();
        work = start.chainWork();
    }

    /** Height counted so far, or -1 once the headers come for good. */
    int countedHeight() {
        return fetching ? -1 : height;
    }

    /** Asks for what is next. */
    List<Hash256> locator(HeaderTree tree) {
        List<Hash256> locator = new ArrayList<>();
        locator.add(lastHash);
        locator.addAll(tree.locator(start));
        return locator;
    }

    /**
     * Takes in headers whose proof of work and continuity are checked.
     *
     * @param full whether there were as many as a message holds, so that more follow
     */
    Step process(List<BlockHeader> headers, boolean full) {
        if (!headers.getFirst().previous().equals(lastHash)) {
            return failed("headers that do not continue the chain");
        }
        return fetching ? fetch(headers, full) : count(headers, full);
    }

    private static Step failed(String why) {
        return new Step(List.of(), false, why, false);
    }

    private Step count(List<BlockHeader> headers, boolean full) {
        for (BlockHeader header : headers) {
            if (!advance(header)) {
                return failed("difficulty changed against the rules at height " + height);
            }
            if (height % COMMITMENT_PERIOD == offset) {
                commitments.set(commitmentCount++, commitment());
                if (commitmentCount > maxCommitments) {
                    return failed("a chain longer than time allows");
                }
            }
            if (work.compareTo(minimum) >= 0) {
                fetching = true;
                rewind();
                return new Step(List.of(), true, null, true);
            }
        }
        return full
                ? new Step(List.of(), true, null, true)
                : new Step(List.of(), false, "the chain ends with too little work", true);
    }

    private Step fetch(List<BlockHeader> headers, boolean full) {
        List<BlockHeader> released = new ArrayList<>();
        for (BlockHeader header : headers) {
            if (!advance(header)) {
                return failed("difficulty changed against the rules at height " + height);
            }
            enough |= work.compareTo(minimum) >= 0;
            if (!enough && height % COMMITMENT_PERIOD == offset) {
                if (commitmentsSeen >= commitmentCount || commitments.get(commitmentsSeen) != commitment()) {
                    return failed("the chain is not the one that was counted");
                }
                commitmentsSeen++;
            }
            buffer.add(header);
            while (!buffer.isEmpty() && (enough || buffer.size() > BUFFER)) {
                released.add(buffer.remove());
            }
        }
        if (enough) {
            return new Step(released, false, null, true);
        }
        return full ? new Step(released, true, null, true) : failed("the chain ends before it did when it was counted");
    }

    /** Whether the peer has shown all that it promised; what follows is handled as usual. */
    boolean isDone() {
        return enough;
    }

    private boolean commitment() {
        return (hasher.hash(lastHash) & 1) != 0;
    }

    private boolean advance(BlockHeader header) {
        height++;
        if (!isPermitted(header.bits())) {
            return false;
        }
        lastHash = header.hash();
        lastBits = header.bits();
        work = work.plus(Target.fromBits(header.bits()).work());
        return true;
    }

    /** Whether the difficulty may change so at this height, whatever the times in the headers say. */
    private boolean isPermitted(int bits) {
        ChainParams.Pow pow = params.pow();
        if (pow.allowMinDifficulty()) {
            return true;
        }
        if (height % pow.interval() != 0) {
            return bits == lastBits;
        }
        BigInteger old = Target.fromBits(lastBits).toBigInteger();
        BigInteger target = Target.fromBits(bits).toBigInteger();
        BigInteger factor = BigInteger.valueOf(MAX_RETARGET_FACTOR);
        BigInteger easiest = rounded(old.multiply(factor).min(pow.limit().toBigInteger()));
        BigInteger hardest = rounded(old.divide(factor));
        return target.compareTo(easiest) <= 0 && target.compareTo(hardest) >= 0;
    }

    /** As precise as the compact form is. */
    private static BigInteger rounded(BigInteger target) {
        byte[] magnitude = target.toByteArray();
        byte[] bytes = new byte[Hash256.BYTES];
        for (int i = 0; i < Math.min(magnitude.length, bytes.length); i++) {
            bytes[i] = magnitude[magnitude.length - 1 - i];
        }
        return Target.fromBits(new Target(Hash256.of(bytes)).toBits()).toBigInteger();
    }
}
