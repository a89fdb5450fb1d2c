package org.starling.consensus;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;

/**
 * Soft forks that this program does not know of, told from the version bits (BIP-0009) of a chain: bits that no deployment
 * of ours explains, and that as many blocks of a period set as it takes to lock rules in. One period later they are
 * active. A pure function of the chain, remembered per period. For one thread.
 */
public final class UnknownRules {
    private static final int BITS = 29;

    /**
     * What holds for the block after a given one.
     *
     * @param active the bits (bit n of the mask for bit n of a version) whose rules are active
     * @param lockedIn the bits whose rules will be active in the next period
     */
    public record Found(int active, int lockedIn) {}

    private final ChainParams params;
    private final VersionBits known;
    private final int firstHeight;
    // The bits that reached the threshold in a period or in one before it, by the hash of its last block.
    private final Map<Hash256, Integer> reached = new HashMap<>();

    public UnknownRules(ChainParams params) {
        this.params = params;
        this.known = new VersionBits(params);
        // Earlier signals were for what is long part of the rules.
        int segwit = params.heights().segwit();
        this.firstHeight = segwit <= 1 ? 0 : segwit + params.signalling().period();
    }

    /** What the chain up to and with {@code tip} says. */
    public Found after(HeaderView tip) {
        HeaderView end = known.endOfPeriod(tip);
        if (end == null) {
            return new Found(0, 0);
        }
        int all = reachedBy(end);
        HeaderView before = periodBefore(end);
        int active = before == null ? 0 : reachedBy(before);
        return new Found(active, all & ~active);
    }

    private @Nullable HeaderView periodBefore(HeaderView end) {
        return end.ancestor(end.height() - params.signalling().period());
    }

    private int reachedBy(HeaderView end) {
        Deque<HeaderView> unread = new ArrayDeque<>();
        HeaderView at = end;
        Integer seen = null;
        while (at != null && at.height() >= firstHeight) {
            seen = reached.get(at.hash());
            if (seen != null) {
                break;
            }
            unread.push(at);
            at = periodBefore(at);
        }
        int mask = seen == null ? 0 : seen;
        for (HeaderView next : unread) {
            mask |= reachedIn(next);
            reached.put(next.hash(), mask);
        }
        return mask;
    }

    // The bits of one period. The first of a chain does not count: signalling starts with the period after it.
    private int reachedIn(HeaderView end) {
        HeaderView before = periodBefore(end);
        if (before == null) {
            return 0;
        }
        int ours = known.blockVersion(before);
        int[] counts = new int[BITS];
        for (HeaderView at = end; at != null && at.height() > before.height(); at = at.previous()) {
            int version = at.version();
            if ((version & VersionBits.TOP_MASK) == VersionBits.TOP_BITS && at.height() >= firstHeight) {
                for (int unexplained = version & ~ours & ~VersionBits.TOP_MASK;
                        unexplained != 0;
                        unexplained &= unexplained - 1) {
                    counts[Integer.numberOfTrailingZeros(unexplained)]++;
                }
            }
        }
        int mask = 0;
        for (int bit = 0; bit < BITS; bit++) {
            mask |= counts[bit] >= params.signalling().threshold() ? 1 << bit : 0;
        }
        return mask;
    }
}
