package org.starling.chain;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;

/** Blocks that were checked and stored and wait to be connected: kept, the oldest making room, to save reading them. */
final class RecentBlocks {
    /** Most that is kept, in serialized bytes; in memory a block takes about five times as much. */
    private static final long MAX_BYTES = 32L << 20;

    private final Map<Hash256, Block> blocks = new LinkedHashMap<>();
    private long bytes;

    void add(Block block) {
        if (blocks.put(block.hash(), block) == null) {
            bytes += block.totalLength();
        }
        while (bytes > MAX_BYTES) {
            remove(blocks.keySet().iterator().next());
        }
    }

    @Nullable
    Block get(Hash256 hash) {
        return blocks.get(hash);
    }

    void remove(Hash256 hash) {
        Block block = blocks.remove(hash);
        if (block != null) {
            bytes -= block.totalLength();
        }
    }
}
