package org.starling.chain;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;

/** What a block file and its undo file hold. Of the validation thread alone. */
final class BlockFileInfo {
    int blocks;
    int size;
    int undoSize;
    int lowestHeight = Integer.MAX_VALUE;
    int highestHeight;

    /** Counts a block that ends at {@code end} of the file. */
    void addBlock(int height, int end) {
        blocks++;
        size = Math.max(size, end);
        lowestHeight = Math.min(lowestHeight, height);
        highestHeight = Math.max(highestHeight, height);
    }

    static BlockFileInfo read(ByteReader reader) throws MalformedException {
        BlockFileInfo info = new BlockFileInfo();
        info.blocks = reader.i32();
        info.size = reader.i32();
        info.undoSize = reader.i32();
        info.lowestHeight = reader.i32();
        info.highestHeight = reader.i32();
        return info;
    }

    byte[] encoded() {
        return new ByteWriter(20)
                .i32(blocks)
                .i32(size)
                .i32(undoSize)
                .i32(lowestHeight)
                .i32(highestHeight)
                .toArray();
    }
}
