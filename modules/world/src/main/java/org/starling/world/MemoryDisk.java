package org.starling.world;

import java.util.ArrayList;
import java.util.List;

/**
 * A disk in memory that fails as real ones do, by a plan and a stream of random numbers only: the power goes at the
 * k-th write, space runs out, reads fail. {@link MemoryFileStore} and {@link MemoryKeyValueStore} stand on one, so that
 * a crash hits all of them at once.
 *
 * <pre>
 *   working --crash() or the planned write--> crashed --restart()--> working
 * </pre>
 *
 * <p>While crashed every use is a {@link StorageException}. {@link #restart()} decides what survived: everything synced,
 * and of the rest what the random stream says, as each store describes. Safe for use by several threads.
 */
public final class MemoryDisk {
    private final Randomness randomness;
    private final List<Survivor> stores = new ArrayList<>();
    private long writes;
    private long crashAtWrite = Long.MAX_VALUE;
    private long freeBytes = Long.MAX_VALUE / 2;
    private long reads;
    private long failReadsFrom = Long.MAX_VALUE;
    private boolean crashed;

    /** An empty disk with endless space. */
    public MemoryDisk(Randomness randomness) {
        this.randomness = randomness;
    }

    /** Writes, syncs and deletions so far. */
    public synchronized long writes() {
        return writes;
    }

    /** The power goes in the {@code count}-th write from now (1 is the next); that write may survive in part. */
    public synchronized void crashAtWrite(long count) {
        crashAtWrite = writes + count;
    }

    /** The power goes now. */
    public synchronized void crash() {
        crashed = true;
    }

    public synchronized boolean crashed() {
        return crashed;
    }

    /** Settles what survived the crash (or, after none, keeps all) and works again, with no crash planned. */
    public synchronized void restart() {
        if (crashed) {
            stores.forEach(store -> store.loseUnsynced(randomness));
        }
        crashed = false;
        crashAtWrite = Long.MAX_VALUE;
        failReadsFrom = Long.MAX_VALUE;
    }

    /** From now on that many bytes can be written before writes fail for want of space. */
    public synchronized void setFreeBytes(long bytes) {
        freeBytes = bytes;
    }

    public synchronized long freeBytes() {
        return freeBytes;
    }

    /** Every read after the next {@code count} ones fails, until {@link #restart()}. */
    public synchronized void failReadsAfter(long count) {
        failReadsFrom = reads + count;
    }

    /** What a store does with its unsynced data when the power goes. */
    interface Survivor {
        void loseUnsynced(Randomness randomness);
    }

    synchronized void attach(Survivor store) {
        stores.add(store);
    }

    synchronized void checkRead() {
        checkPower();
        if (reads++ >= failReadsFrom) {
            throw new StorageException("Cannot read: input/output error");
        }
    }

    /** Counts a write that needs {@code bytes} more space. The caller records it before {@link #afterWrite()}. */
    synchronized void beforeWrite(long bytes) {
        checkPower();
        if (bytes > freeBytes) {
            throw new StorageException("Cannot write: no space left on device");
        }
        freeBytes -= bytes;
        writes++;
    }

    /** Loses the power if that write was the planned one. */
    synchronized void afterWrite() {
        if (writes >= crashAtWrite) {
            crashed = true;
            checkPower();
        }
    }

    synchronized void freed(long bytes) {
        freeBytes += bytes;
    }

    private void checkPower() {
        if (crashed) {
            throw new StorageException("the power is gone");
        }
    }
}
