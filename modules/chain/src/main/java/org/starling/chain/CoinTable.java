package org.starling.chain;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;

/**
 * A hash table from outpoints to coins, or to the knowledge that there is none. The keys stand in one array of words,
 * probed one place after the other, so that a look-up seldom touches more than one or two lines of memory. What is
 * {@linkplain #find found} is named by its slot, which holds until something is inserted or removed.
 *
 * <pre>
 *   words of a slot   txid (4), and the index in the low half of the fifth with marks above it:
 *                     bit 32 used, bit 33 dirty, bit 34 fresh
 * </pre>
 */
final class CoinTable {
    static final int NONE = -1;

    private static final int WORDS = 5;
    private static final int MARKS_AT = 4;
    private static final long INDEX = 0xffffffffL;
    private static final long USED = 1L << 32;
    private static final long DIRTY = 1L << 33;
    private static final long FRESH = 1L << 34;

    private static final int MIN_SLOTS = 16;

    /** An array of words cannot be longer. */
    private static final int MAX_SLOTS = 1 << 28;

    /** Bytes of a slot's words and of its reference. */
    private static final int SLOT_BYTES = 8 * WORDS + 4;

    /** An odd number whose bits are those of the golden ratio: multiplying by it spreads low bits to the high ones. */
    private static final long SPREAD = 0x9e3779b97f4a7c15L;

    // Txids can be ground by whoever makes transactions; the salt keeps them from choosing where a coin goes.
    private final long salt;
    private long[] words = {};
    private @Nullable Coin[] coins = {};
    private int shift;
    private int used;

    CoinTable(long salt) {
        this.salt = salt;
        allocate(MIN_SLOTS);
    }

    private void allocate(int slots) {
        words = new long[slots * WORDS];
        coins = new Coin[slots];
        shift = Long.numberOfLeadingZeros(slots) + 1;
        used = 0;
    }

    /** Slots, used or not. */
    int slots() {
        return coins.length;
    }

    int used() {
        return used;
    }

    /** Heap that the table takes, without the coins themselves. */
    long bytes() {
        return (long) slots() * SLOT_BYTES;
    }

    /** The slot of the outpoint, or {@link #NONE}. */
    int find(OutPoint outPoint) {
        Hash256 txid = outPoint.txid();
        long first = txid.word(0);
        long key = outPoint.index() & INDEX | USED;
        for (int slot = home(first, txid.word(1), key); isUsed(slot); slot = next(slot)) {
            int at = slot * WORDS;
            if (words[at] == first
                    && (words[at + MARKS_AT] & (INDEX | USED)) == key
                    && words[at + 1] == txid.word(1)
                    && words[at + 2] == txid.word(2)
                    && words[at + 3] == txid.word(3)) {
                return slot;
            }
        }
        return NONE;
    }

    private int home(long first, long second, long indexWord) {
        long mixed = (first ^ salt) * SPREAD;
        mixed = (mixed ^ mixed >>> 32 ^ second) + (indexWord & INDEX) * SPREAD;
        return (int) ((mixed ^ mixed >>> 29) * SPREAD >>> shift);
    }

    private int home(int slot) {
        int at = slot * WORDS;
        return home(words[at], words[at + 1], words[at + MARKS_AT]);
    }

    private int next(int slot) {
        return slot + 1 & slots() - 1;
    }

    boolean isUsed(int slot) {
        return (words[slot * WORDS + MARKS_AT] & USED) != 0;
    }

    boolean isDirty(int slot) {
        return (words[slot * WORDS + MARKS_AT] & DIRTY) != 0;
    }

    boolean isFresh(int slot) {
        return (words[slot * WORDS + MARKS_AT] & FRESH) != 0;
    }

    void mark(int slot, boolean dirty, boolean fresh) {
        int at = slot * WORDS + MARKS_AT;
        words[at] = words[at] & (INDEX | USED) | (dirty ? DIRTY : 0) | (fresh ? FRESH : 0);
    }

    /** Null: spent, or never there. */
    @Nullable
    Coin coin(int slot) {
        return coins[slot];
    }

    void setCoin(int slot, @Nullable Coin coin) {
        coins[slot] = coin;
    }

    /** Writes the outpoint as keys in the store have it. */
    void writeOutPoint(int slot, ByteWriter writer) {
        int at = slot * WORDS;
        for (int i = 0; i < MARKS_AT; i++) {
            writer.i64(words[at + i]);
        }
        CoinCodec.writeVarInt(writer, words[at + MARKS_AT] & INDEX);
    }

    /** A slot, unmarked and without a coin, for an outpoint that has none yet. */
    int insert(OutPoint outPoint) {
        if (3L * (used + 1) > 2L * slots()) {
            rebuild();
        }
        Hash256 txid = outPoint.txid();
        long indexWord = outPoint.index() & INDEX | USED;
        int slot = free(home(txid.word(0), txid.word(1), indexWord));
        int at = slot * WORDS;
        for (int i = 0; i < MARKS_AT; i++) {
            words[at + i] = txid.word(i);
        }
        words[at + MARKS_AT] = indexWord;
        used++;
        return slot;
    }

    private int free(int home) {
        int slot = home;
        while (isUsed(slot)) {
            slot = next(slot);
        }
        return slot;
    }

    /** Forgets spent coins that the store knows to be spent, and makes the table so large that it is half full at most. */
    private void rebuild() {
        int needed = 0;
        boolean[] kept = new boolean[slots()];
        for (int slot = 0; slot < kept.length; slot++) {
            kept[slot] = isUsed(slot) && (coins[slot] != null || isDirty(slot));
            needed += kept[slot] ? 1 : 0;
        }
        int size = MIN_SLOTS;
        while (size < 2L * (needed + 1)) {
            size *= 2;
        }
        if (size > MAX_SLOTS) {
            throw new IllegalStateException(needed + " coins are in memory; lower -dbcache");
        }
        long[] oldWords = words;
        @Nullable Coin[] oldCoins = coins;
        allocate(size);
        for (int slot = 0; slot < kept.length; slot++) {
            if (kept[slot]) {
                int from = slot * WORDS;
                int to = free(home(oldWords[from], oldWords[from + 1], oldWords[from + MARKS_AT]));
                System.arraycopy(oldWords, from, words, to * WORDS, WORDS);
                coins[to] = oldCoins[slot];
                used++;
            }
        }
    }

    /** Empties the slot. Others behind it move up, so that none is cut off from its home. */
    void remove(int slot) {
        int hole = slot;
        for (int at = next(slot); isUsed(at); at = next(at)) {
            // An entry may move to the hole unless its home lies behind the hole.
            int distance = at - home(at) & slots() - 1;
            if (distance >= (at - hole & slots() - 1)) {
                System.arraycopy(words, at * WORDS, words, hole * WORDS, WORDS);
                coins[hole] = coins[at];
                hole = at;
            }
        }
        words[hole * WORDS + MARKS_AT] = 0;
        coins[hole] = null;
        used--;
    }

    /** Empties the table and gives its memory back. */
    void clear() {
        allocate(MIN_SLOTS);
    }
}
