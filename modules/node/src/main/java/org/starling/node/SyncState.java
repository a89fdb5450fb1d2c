package org.starling.node;

import org.starling.bitcoin.ChainView;
import org.starling.chain.BlockEntry;
import org.starling.chain.HeaderTree;
import org.starling.consensus.ChainWork;

/**
 * Whether the node is still far behind: until its tip has once had the least work that its chain must have and been young
 * enough. Safe from any thread.
 */
final class SyncState implements ChainView {
    private final HeaderTree tree;
    private final ChainWork minimumWork;
    private final long maxTipAgeSeconds;
    private final NodeClock clock;
    private volatile boolean caughtUp;

    SyncState(HeaderTree tree, ChainWork minimumWork, long maxTipAgeSeconds, NodeClock clock) {
        this.tree = tree;
        this.minimumWork = minimumWork;
        this.maxTipAgeSeconds = maxTipAgeSeconds;
        this.clock = clock;
    }

    @Override
    public HeaderTree headers() {
        return tree;
    }

    @Override
    public boolean isInitialBlockDownload() {
        if (!caughtUp) {
            BlockEntry tip = tree.tip();
            caughtUp = tip.chainWork().compareTo(minimumWork) >= 0 && tip.time() >= clock.seconds() - maxTipAgeSeconds;
        }
        return !caughtUp;
    }
}
