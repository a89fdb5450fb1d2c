package org.starling.chain;

import org.starling.consensus.Block;
import org.starling.consensus.Rejection;

/**
 * Learns how the active chain changes, on the validation thread, in order. While events of one change arrive the coins
 * may already be further; they are those of the tip again at {@link #chainChanged}. Implementations do not call back
 * into the writer.
 */
public interface ChainListener {
    /** The block is the tip now; all its scripts are checked. */
    default void blockConnected(BlockEntry entry, Block block, BlockUndo undo) {}

    /** The block was the tip; its parent is now. */
    default void blockDisconnected(BlockEntry entry, Block block, BlockUndo undo) {}

    /** A reorganisation or extension is complete: {@code fork} is the last block that old and new chain share. */
    default void chainChanged(BlockEntry tip, BlockEntry fork) {}

    /** The header with the most work is another one. */
    default void bestHeaderChanged(BlockEntry bestHeader) {}

    /** A stored block turned out to be invalid when it was to be connected. */
    default void blockRejected(BlockEntry entry, Rejection rejection) {}
}
