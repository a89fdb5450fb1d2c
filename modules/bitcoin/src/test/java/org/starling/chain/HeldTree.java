package org.starling.chain;

import org.jspecify.annotations.Nullable;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;

/** A tree of headers that a test grows by hand, without a disk. */
public final class HeldTree {
    private final HeaderTree tree;

    public HeldTree(Block genesis) {
        tree = new HeaderTree(genesis.header());
        tree.genesis().add(BlockEntry.HAS_BLOCK | BlockEntry.VALIDATED);
        tree.genesis().setChainTransactionCount(1);
    }

    public HeaderTree tree() {
        return tree;
    }

    /** The entry of the header, added if its parent is known; else null. */
    public @Nullable BlockEntry add(BlockHeader header) {
        BlockEntry known = tree.find(header.hash());
        BlockEntry parent = tree.find(header.previous());
        if (known != null || parent == null) {
            return known;
        }
        BlockEntry entry = tree.add(header, header.hash(), parent);
        if (entry.chainWork().compareTo(tree.bestHeader().chainWork()) > 0) {
            tree.setBestHeader(entry);
        }
        return entry;
    }

    public void stored(BlockEntry entry) {
        entry.add(BlockEntry.HAS_BLOCK);
    }

    public void connected(BlockEntry entry) {
        entry.add(BlockEntry.HAS_BLOCK | BlockEntry.VALIDATED);
        tree.setTip(entry);
    }
}
