package org.starling.chain;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.starling.bytes.Bytes;
import org.starling.world.FileStore;
import org.starling.world.Randomness;
import org.starling.world.StorageException;

/**
 * The eight bytes that block and undo files are XORed with, repeated from the start of each file, so that no foreign
 * data (a virus signature in a transaction, say) stands on the disk as it is. Kept in {@code xor.dat} beside the files.
 */
final class XorKey {
    static final String FILE = "xor.dat";
    static final XorKey NONE = new XorKey(0);

    private static final int BYTES = 8;
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long key;

    XorKey(long key) {
        this.key = key;
    }

    /** The key of these eight bytes. Throws {@link IllegalArgumentException} for another length. */
    static XorKey of(Bytes key) {
        if (key.length() != BYTES) {
            throw new IllegalArgumentException("a key has " + BYTES + " bytes, not " + key.length());
        }
        return new XorKey((long) LONG_LE.get(key.toArray(), 0));
    }

    /**
     * The folder's key. A folder without one gets a random one if it holds no files yet and {@code wanted}, else zeros.
     * Throws {@link StorageException} if there is a key but none is wanted.
     */
    static XorKey load(FileStore files, boolean wanted, Randomness randomness) {
        byte[] stored = files.read(FILE);
        if (stored == null) {
            boolean first = files.list("").stream().allMatch(name -> name.startsWith("."));
            stored = new byte[BYTES];
            if (wanted && first) {
                randomness.fill(stored);
            }
            files.replace(FILE, stored);
        }
        if (stored.length != BYTES) {
            throw new StorageException(FILE + " has " + stored.length + " bytes where a key has " + BYTES);
        }
        XorKey key = new XorKey((long) LONG_LE.get(stored, 0));
        if (!wanted && key.key != 0) {
            throw new StorageException("The blocksdir XOR-key can not be disabled when a random key was already stored!"
                    + " Stored key: '" + Bytes.wrap(stored) + "', stored path: '" + FILE + "'.");
        }
        return key;
    }

    /** Obfuscates or restores bytes that stand at that position of a file. */
    void apply(byte[] bytes, int offset, int length, long position) {
        if (key == 0) {
            return;
        }
        long turned = Long.rotateRight(key, (int) (position & 7) * 8);
        int at = offset;
        int end = offset + length;
        for (; at <= end - BYTES; at += BYTES) {
            LONG_LE.set(bytes, at, (long) LONG_LE.get(bytes, at) ^ turned);
        }
        for (; at < end; at++) {
            bytes[at] ^= (byte) turned;
            turned = Long.rotateRight(turned, 8);
        }
    }
}
