package org.starling.chain;

import java.util.Arrays;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.crypto.Sha256;
import org.starling.world.Randomness;

/**
 * Remembers transactions whose scripts were all checked, so that a block need not check again what the mempool did. A
 * fixed table: a new entry takes the place of an older one. The keys are salted, so that no peer can choose what is
 * thrown out. Of the validation thread alone.
 */
public final class ScriptCache {
    /** Slots; each holds 16 bytes. */
    public static final int DEFAULT_SLOTS = 1 << 16;

    private static final int WAYS = 4;

    private final Bytes salt;
    private final long[] table;
    private final int sets;
    private int victim;
    private boolean empty = true;

    public ScriptCache(Randomness randomness) {
        this(randomness, DEFAULT_SLOTS);
    }

    ScriptCache(Randomness randomness, int slots) {
        byte[] bytes = new byte[Hash256.BYTES];
        randomness.fill(bytes);
        salt = Bytes.wrap(bytes);
        table = new long[2 * slots];
        sets = slots / WAYS;
    }

    /** The scripts of the transaction with that wtxid pass under those flags. */
    public void add(Hash256 wtxid, int flags) {
        Hash256 key = key(wtxid, flags);
        if (find(key) < 0) {
            empty = false;
            int at = setOf(key) + 2 * (victim++ & WAYS - 1);
            table[at] = key.word(1);
            table[at + 1] = key.word(2);
        }
    }

    public boolean contains(Hash256 wtxid, int flags) {
        return !empty && find(key(wtxid, flags)) >= 0;
    }

    public void clear() {
        Arrays.fill(table, 0);
        empty = true;
    }

    private int find(Hash256 key) {
        int set = setOf(key);
        for (int at = set; at < set + 2 * WAYS; at += 2) {
            if (table[at] == key.word(1) && table[at + 1] == key.word(2)) {
                return at;
            }
        }
        return -1;
    }

    private int setOf(Hash256 key) {
        return (int) Long.remainderUnsigned(key.word(0), sets) * 2 * WAYS;
    }

    private Hash256 key(Hash256 wtxid, int flags) {
        return Sha256.once(salt, new ByteWriter(36).hash256(wtxid).i32(flags).toBytes());
    }
}
