package org.starling.chain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Hash256;
import org.starling.consensus.Rejection;

/** The blocks found invalid: marks them in the index, tells the listeners, and remembers the reasons of the latest. */
final class InvalidBlocks {
    /** Blocks whose reasons are remembered. */
    private static final int MAX_REASONS = 288;

    private static final Logger LOG = LoggerFactory.getLogger(Chain.class);
    private static final Logger REFUSALS = LoggerFactory.getLogger("validation");

    private final BlockIndex index;
    private final List<ChainListener> listeners;
    private final Map<Hash256, Rejection> reasons = new LinkedHashMap<>();

    InvalidBlocks(BlockIndex index, List<ChainListener> listeners) {
        this.index = index;
        this.listeners = listeners;
    }

    void add(BlockEntry entry, Rejection rejection) {
        LOG.warn("Block validation error: {}, block {}", rejection, entry);
        reasons.put(entry.hash(), rejection);
        if (reasons.size() > MAX_REASONS) {
            reasons.remove(reasons.keySet().iterator().next());
        }
        index.fail(entry);
        listeners.forEach(listener -> listener.blockRejected(entry, rejection));
    }

    /** Null if the block was not found invalid, or that is forgotten. */
    @Nullable
    Rejection reason(Hash256 block) {
        return reasons.get(block);
    }

    /** The verdict on a block or header of that hash, which is logged. */
    static Acceptance refuse(Hash256 hash, Rejection rejection) {
        REFUSALS.debug("{}, {}", hash, rejection);
        return new Acceptance.Refused(rejection);
    }

    static Acceptance refuse(Rejection.Kind kind, String reason) {
        return new Acceptance.Refused(Rejection.of(kind, reason));
    }
}
