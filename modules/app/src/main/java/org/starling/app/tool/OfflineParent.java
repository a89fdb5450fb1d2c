package org.starling.app.tool;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.HeaderView;

/**
 * Stands in for the headers before a block of which nothing but the height is known. Every rule that asks them gets the
 * answer that lets the most blocks pass: the latest median time that the block's own time allows, and old ancestors.
 */
record OfflineParent(Hash256 hash, int height, int version, long time, int bits) implements HeaderView {
    /** The parent of a block at {@code height}. */
    static OfflineParent of(Block block, int height) {
        return new OfflineParent(
                block.header().previous(),
                height - 1,
                block.header().version(),
                block.header().time() - 1,
                block.header().bits());
    }

    @Override
    public @Nullable HeaderView previous() {
        return null;
    }

    @Override
    public @Nullable HeaderView ancestor(int wanted) {
        if (wanted < 0 || wanted > height) {
            return null;
        }
        return wanted == height ? this : new OfflineParent(Hash256.ZERO, wanted, version, 0, bits);
    }
}
