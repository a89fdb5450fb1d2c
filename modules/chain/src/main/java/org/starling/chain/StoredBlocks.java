package org.starling.chain;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Block;
import org.starling.world.StorageException;

/** Reads blocks and their undo data by their entries, from any thread, while old files may be removed. */
final class StoredBlocks {
    private final BlockFiles blockFiles;

    StoredBlocks(BlockFiles blockFiles) {
        this.blockFiles = blockFiles;
    }

    /** As {@link Chain#readBlock}. */
    Block block(BlockEntry entry) {
        try {
            Block block = Block.parse(raw(entry));
            if (block.hash().equals(entry.hash())) {
                return block;
            }
            throw new StorageException("Another block is stored in the place of block " + entry);
        } catch (MalformedException e) {
            throw new StorageException("Block " + entry + " is damaged on disk: " + e.getMessage(), e);
        }
    }

    /** As {@link Chain#readRawBlock}. */
    Bytes raw(BlockEntry entry) {
        return read(entry, () -> blockFiles.readBlock(entry.fileNumber(), entry.blockPosition()));
    }

    /** As {@link Chain#readBlockPart}. */
    Bytes part(BlockEntry entry, int from, int length) {
        return read(entry, () -> blockFiles.readBlockPart(entry.fileNumber(), entry.blockPosition(), from, length));
    }

    private static Bytes read(BlockEntry entry, Supplier<Bytes> reading) {
        if (entry.hasBlock()) {
            try {
                return reading.get();
            } catch (StorageException e) {
                // The file may have been pruned since; what is gone on purpose is no failure.
                if (entry.hasBlock()) {
                    throw e;
                }
            }
        }
        throw new IllegalStateException("block " + entry + " is not stored");
    }

    /** As {@link Chain#readUndo}. */
    @Nullable
    BlockUndo undo(BlockEntry entry) {
        BlockEntry previous = entry.previous();
        if (previous == null) {
            return new BlockUndo(List.of());
        }
        if (entry.hasUndo()) {
            try {
                return blockFiles.readUndo(entry.fileNumber(), entry.undoPosition(), previous.hash());
            } catch (StorageException e) {
                if (entry.hasUndo()) {
                    throw e;
                }
            }
        }
        return null;
    }
}
