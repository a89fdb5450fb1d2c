package org.starling.chain;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.BlockRules;

/**
 * Finds the records of a block file one after the other. What is no record is skipped up to the next magic and reported;
 * zeros to the end, which Bitcoin Core allocates ahead, are just the end.
 */
final class BlockScanner {
    private static final int MAGIC_BYTES = 4;
    private static final int WINDOW_BYTES = 8 << 20;

    private final ByteSource source;
    private final Bytes magic;
    private final XorKey key;
    private final byte[] window;
    private long windowStart;
    private int windowLength;
    private long at;

    /** What {@link #next} finds. */
    sealed interface Found {
        /** A record; its content, which may be no block, begins at {@code position} of the file. */
        record Content(long position, Bytes bytes) implements Found {}

        /** Bytes from {@code from} up to {@code to} are part of no record. */
        record Damage(long from, long to) implements Found {}
    }

    BlockScanner(ByteSource source, Bytes magic, XorKey key, long start) {
        this.source = source;
        this.magic = magic;
        this.key = key;
        this.window = new byte[Math.clamp(source.size() - start, 1, WINDOW_BYTES)];
        this.at = start;
    }

    /** Bytes looked at so far. */
    long position() {
        return at;
    }

    /** Goes on searching behind the magic of a record that proved to be none. */
    void reject(Found.Content record) {
        at = record.position - BlockFiles.HEADER_BYTES + 1;
    }

    /** The next record or damaged stretch; null at the end. */
    @Nullable
    Found next() {
        long start = at;
        while (at < source.size()) {
            Found.Content record = recordAt(at);
            if (record != null) {
                if (at > start) {
                    return new Found.Damage(start, at);
                }
                at = record.position + record.bytes.length();
                return record;
            }
            if (at == start && isZeroToTheEnd()) {
                at = source.size();
                return null;
            }
            at = nextMagic(at + 1);
        }
        return at > start ? new Found.Damage(start, at) : null;
    }

    private Found.@Nullable Content recordAt(long position) {
        if (!fill(position, BlockFiles.HEADER_BYTES)) {
            return null;
        }
        int offset = (int) (position - windowStart);
        if (!isMagic(offset)) {
            return null;
        }
        int length = Bytes.wrap(window, offset + MAGIC_BYTES, 4).get(0) & 0xff
                | (window[offset + 5] & 0xff) << 8
                | (window[offset + 6] & 0xff) << 16
                | window[offset + 7] << 24;
        long content = position + BlockFiles.HEADER_BYTES;
        if (length <= BlockHeader.BYTES || length > BlockRules.MAX_SERIALIZED_BYTES || !fill(position, length + 8)) {
            return null;
        }
        int from = (int) (content - windowStart);
        return new Found.Content(content, Bytes.wrap(Arrays.copyOfRange(window, from, from + length)));
    }

    private boolean isMagic(int offset) {
        for (int i = 0; i < MAGIC_BYTES; i++) {
            if (window[offset + i] != magic.get(i)) {
                return false;
            }
        }
        return true;
    }

    private long nextMagic(long from) {
        long position = from;
        while (fill(position, MAGIC_BYTES)) {
            int last = windowLength - MAGIC_BYTES;
            for (int offset = (int) (position - windowStart); offset <= last; offset++) {
                if (isMagic(offset)) {
                    return windowStart + offset;
                }
            }
            position = windowStart + last + 1;
        }
        return source.size();
    }

    private boolean isZeroToTheEnd() {
        byte[] raw = new byte[Math.min(1 << 16, window.length)];
        for (long position = at; position < source.size(); ) {
            int count = source.read(position, raw, 0, raw.length);
            for (int i = 0; i < count; i++) {
                if (raw[i] != 0) {
                    return false;
                }
            }
            if (count == 0) {
                break;
            }
            position += count;
        }
        return true;
    }

    /** Makes the window hold that many bytes at that position; false if the source ends before. */
    private boolean fill(long position, int length) {
        if (position >= windowStart && position + length <= windowStart + windowLength) {
            return true;
        }
        if (position + length > source.size() || length > window.length) {
            return false;
        }
        windowStart = position;
        windowLength = source.read(position, window, 0, window.length);
        key.apply(window, 0, windowLength, position);
        return length <= windowLength;
    }
}
