package org.starling.chain;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.ChainWork;
import org.starling.consensus.HeaderView;

/**
 * A header at its place in the tree of headers, and what is known and stored of its block. The place never changes, so
 * that a chain is described by its last entry alone. What is known of the block is written by the validation thread
 * and may be read by any; each fact is current, but two facts read one after the other may be of different moments.
 *
 * <pre>
 *   header only --block stored--> has block --connected once--> validated
 *        \________________any rule broken_______________/
 *                               v
 *               failed; all entries on top: invalid ancestor
 * </pre>
 */
public final class BlockEntry implements HeaderView {
    static final int HAS_BLOCK = 1;
    static final int HAS_UNDO = 2;
    static final int VALIDATED = 4;
    static final int FAILED = 8;
    static final int INVALID_ANCESTOR = 16;

    private final BlockHeader header;
    private final Hash256 hash;
    private final int height;
    private final long maxTime;
    private final ChainWork chainWork;
    private final @Nullable BlockEntry previous;
    // An ancestor some way back, such that any ancestor is a logarithmic number of steps away.
    private final @Nullable BlockEntry skip;

    private volatile int status;
    private volatile int transactionCount;
    private volatile long chainTransactionCount;
    private volatile int fileNumber = -1;
    private volatile int blockPosition;
    private volatile int undoPosition;
    // Orders entries of equal work: the lower was there first. Of the validation thread alone.
    private int sequence;

    BlockEntry(BlockHeader header, Hash256 hash, @Nullable BlockEntry previous, ChainWork work) {
        this.header = header;
        this.hash = hash;
        this.previous = previous;
        if (previous == null) {
            height = 0;
            maxTime = header.time();
            chainWork = work;
            skip = null;
        } else {
            height = previous.height + 1;
            maxTime = Math.max(header.time(), previous.maxTime);
            chainWork = previous.chainWork.plus(work);
            skip = previous.ancestor(skipHeight(height));
        }
    }

    /** Where an entry's skip link leads: even heights drop their lowest set bit, odd ones go about as far. */
    static int skipHeight(int height) {
        if (height < 2) {
            return 0;
        }
        int odd = height & 1;
        int base = height - odd;
        int dropped = base & (base - 1);
        return odd == 0 ? dropped : (dropped & (dropped - 1)) + 1;
    }

    public BlockHeader header() {
        return header;
    }

    @Override
    public Hash256 hash() {
        return hash;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public int version() {
        return header.version();
    }

    @Override
    public long time() {
        return header.time();
    }

    @Override
    public int bits() {
        return header.bits();
    }

    /** The latest time of this header and all before it, in seconds since 1970. */
    public long maxTime() {
        return maxTime;
    }

    /** The work of this header and all before it. */
    public ChainWork chainWork() {
        return chainWork;
    }

    @Override
    public @Nullable BlockEntry previous() {
        return previous;
    }

    @Override
    public @Nullable BlockEntry ancestor(int target) {
        if (target < 0 || target > height) {
            return null;
        }
        BlockEntry at = this;
        while (at.height > target) {
            BlockEntry far = at.skip;
            BlockEntry near = Objects.requireNonNull(at.previous);
            if (far != null && far.height >= target && !isShortcutAhead(at, near, target)) {
                at = far;
            } else {
                at = near;
            }
        }
        return at;
    }

    /** Whether stepping back once gives a link that leads further, still not beyond the target. */
    private static boolean isShortcutAhead(BlockEntry at, BlockEntry near, int target) {
        int here = skipHeight(at.height);
        int there = skipHeight(near.height);
        return here > target && there < here - 2 && there >= target;
    }

    /** Whether {@code other} is this entry or is built on it. */
    public boolean isAncestorOf(BlockEntry other) {
        return other.ancestor(height) == this;
    }

    /** The last entry that both chains have. */
    public BlockEntry forkWith(BlockEntry other) {
        int common = Math.min(height, other.height);
        BlockEntry a = Objects.requireNonNull(ancestor(common));
        BlockEntry b = Objects.requireNonNull(other.ancestor(common));
        while (a != b) {
            // Skip links of equal heights lead to equal heights.
            if (a.skip != null && a.skip != b.skip) {
                a = a.skip;
                b = Objects.requireNonNull(b.skip);
            } else {
                a = Objects.requireNonNull(a.previous, "chains with different genesis blocks");
                b = Objects.requireNonNull(b.previous, "chains with different genesis blocks");
            }
        }
        return a;
    }

    /** Whether the block is on disk. */
    public boolean hasBlock() {
        return (status & HAS_BLOCK) != 0;
    }

    /** Whether the undo data are on disk. */
    public boolean hasUndo() {
        return (status & HAS_UNDO) != 0;
    }

    /** Whether all rules hold for the block, scripts included or assumed valid. */
    public boolean isValidated() {
        return (status & VALIDATED) != 0;
    }

    /** Whether this block or one before it breaks a rule, or an operator said so. */
    public boolean isInvalid() {
        return (status & (FAILED | INVALID_ANCESTOR)) != 0;
    }

    /** Whether the fault is in this block itself. */
    public boolean isFailed() {
        return (status & FAILED) != 0;
    }

    /** Transactions in the block; 0 while the block was never seen. */
    public int transactionCount() {
        return transactionCount;
    }

    /** Transactions in the block and all before it; 0 while one of the blocks was never seen. */
    public long chainTransactionCount() {
        return chainTransactionCount;
    }

    int status() {
        return status;
    }

    boolean has(int bits) {
        return (status & bits) == bits;
    }

    int fileNumber() {
        return fileNumber;
    }

    /** Where in the block file the serialized block begins. */
    int blockPosition() {
        return blockPosition;
    }

    /** Where in the undo file the serialized undo data begin. */
    int undoPosition() {
        return undoPosition;
    }

    int sequence() {
        return sequence;
    }

    void setStatus(int value) {
        status = value;
    }

    void add(int bits) {
        setStatus(status | bits);
    }

    void remove(int bits) {
        setStatus(status & ~bits);
    }

    void setTransactionCount(int count) {
        transactionCount = count;
    }

    void setChainTransactionCount(long count) {
        chainTransactionCount = count;
    }

    void setBlockPosition(int file, int position) {
        fileNumber = file;
        blockPosition = position;
    }

    void setUndoPosition(int position) {
        undoPosition = position;
    }

    void setSequence(int value) {
        sequence = value;
    }

    @Override
    public String toString() {
        return hash + " (height " + height + ")";
    }
}
