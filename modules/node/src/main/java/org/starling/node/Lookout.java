package org.starling.node;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bitcoin.PeerListener;
import org.starling.chain.BlockEntry;
import org.starling.chain.ChainListener;
import org.starling.chain.HeaderTree;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainWork;
import org.starling.consensus.Rejection;
import org.starling.consensus.Target;
import org.starling.consensus.UnknownRules;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;
import org.starling.node.Warnings.Kind;

/** Watches chain and peers for signs that this node and the network disagree, and raises {@link Warnings}. */
final class Lookout implements ChainListener {
    private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);

    /** An invalid chain that is ahead by the work of so many blocks is no accident. */
    private static final int AHEAD_BLOCKS = 6;

    private final HeaderTree tree;
    private final SyncState sync;
    private final UnknownRules rules;
    private final Warnings warnings;
    private @Nullable BlockEntry strongestInvalid;
    private int announcedBits;

    Lookout(ChainParams params, HeaderTree tree, SyncState sync, Warnings warnings) {
        this.tree = tree;
        this.sync = sync;
        this.rules = new UnknownRules(params);
        this.warnings = warnings;
    }

    // The validation lane

    @Override
    public void chainChanged(BlockEntry tip, BlockEntry fork) {
        if (!sync.isInitialBlockDownload()) {
            lookAtSignals(tip);
            lookAtInvalid(tip);
        }
    }

    @Override
    public void blockRejected(BlockEntry entry, Rejection rejection) {
        strongestInvalid = tree.tips().stream()
                .filter(BlockEntry::isInvalid)
                .max(Comparator.comparing(BlockEntry::chainWork))
                .orElse(entry);
        if (!sync.isInitialBlockDownload()) {
            lookAtInvalid(tree.tip());
        }
    }

    private void lookAtSignals(BlockEntry tip) {
        UnknownRules.Found found = rules.after(tip);
        int fresh = found.lockedIn() & ~announcedBits;
        announcedBits |= found.lockedIn();
        for (int bits = fresh; bits != 0; bits &= bits - 1) {
            LOG.warn(
                    "Rules that this program does not know become active in the next period (versionbit {}): look for a"
                            + " new release",
                    Integer.numberOfTrailingZeros(bits));
        }
        if (found.active() == 0) {
            warnings.withdraw(Kind.UNKNOWN_RULES);
        } else {
            warnings.raise(
                    Kind.UNKNOWN_RULES,
                    "Unknown new rules activated (versionbit " + Integer.numberOfTrailingZeros(found.active()) + ")");
        }
    }

    private void lookAtInvalid(BlockEntry tip) {
        BlockEntry invalid = strongestInvalid;
        if (invalid != null && invalid.isInvalid() && isFarAhead(invalid, tip)) {
            warnings.raise(
                    Kind.STRONGER_INVALID_CHAIN,
                    "A chain with much more work than ours, up to block " + invalid.height()
                            + ", breaks our rules. Either this program is too old or others run a broken one: look for"
                            + " news before you trust confirmations.");
        } else {
            warnings.withdraw(Kind.STRONGER_INVALID_CHAIN);
        }
    }

    private static boolean isFarAhead(BlockEntry invalid, BlockEntry tip) {
        ChainWork one = Target.fromBits(tip.bits()).work();
        ChainWork limit = tip.chainWork();
        for (int i = 0; i < AHEAD_BLOCKS; i++) {
            limit = limit.plus(one);
        }
        return invalid.chainWork().compareTo(limit) > 0;
    }

    /** What the clocks of the peers that we connected to say of ours. On the core lane. */
    static final class Clocks implements PeerListener {
        private static final int MOST = 50;
        private static final int FEWEST = 5;
        private static final long TOLERANCE_SECONDS = 600;

        private final Warnings warnings;
        private final Deque<Long> offsets = new ArrayDeque<>();

        Clocks(Warnings warnings) {
            this.warnings = warnings;
        }

        @Override
        public void greeted(long id, NetAddress address, LinkKind kind, long clockOffsetSeconds) {
            if (kind.isInbound()) {
                return; // whoever comes to us could say anything in any number
            }
            if (offsets.size() == MOST) {
                offsets.removeFirst();
            }
            offsets.addLast(clockOffsetSeconds);
            long median = medianSeconds();
            if (median < -TOLERANCE_SECONDS || median > TOLERANCE_SECONDS) {
                warnings.raise(
                        Kind.CLOCK,
                        "The clocks of most peers differ from this machine's by more than " + TOLERANCE_SECONDS / 60
                                + " minutes. Check its date, time and time zone: with a wrong clock the node may refuse"
                                + " good blocks.");
            } else {
                warnings.withdraw(Kind.CLOCK);
            }
        }

        /** How far the others' clocks are ahead of ours; 0 while too few are known. */
        long medianSeconds() {
            return offsets.size() < FEWEST
                    ? 0
                    : offsets.stream()
                            .sorted()
                            .skip(offsets.size() / 2)
                            .findFirst()
                            .orElse(0L);
        }
    }
}
