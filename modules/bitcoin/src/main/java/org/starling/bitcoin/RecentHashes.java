package org.starling.bitcoin;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.crypto.SipHash;
import org.starling.world.Randomness;

/**
 * Remembers at least the last {@code capacity / 2} and at most the last {@code capacity} hashes. Keeps eight keyed bytes of
 * each, so that a wrong yes is as good as impossible and nobody can choose one; memory grows with what is held.
 */
final class RecentHashes {
    private static final int FIRST_SLOTS = 16;

    private final int half;
    private final SipHash hasher;
    private Table current = new Table(FIRST_SLOTS);
    private @Nullable Table former;

    RecentHashes(int capacity, Randomness random) {
        this.half = Math.max(1, capacity / 2);
        this.hasher = new SipHash(random.nextLong(), random.nextLong());
    }

    void add(Hash256 hash) {
        add(hasher.hash(hash));
    }

    boolean contains(Hash256 hash) {
        return contains(hasher.hash(hash));
    }

    void add(Bytes key) {
        add(hasher.hash(key));
    }

    boolean contains(Bytes key) {
        return contains(hasher.hash(key));
    }

    void clear() {
        current = new Table(FIRST_SLOTS);
        former = null;
    }

    private void add(long word) {
        if (current.contains(word)) {
            return;
        }
        if (current.count == half) {
            former = current;
            current = new Table(FIRST_SLOTS);
        }
        if (2 * (current.count + 1) > current.slots.length) {
            current = current.grown();
        }
        current.add(word);
    }

    private boolean contains(long word) {
        return current.contains(word) || former != null && former.contains(word);
    }

    /** Open addressing, at most half full; zero marks a free slot. */
    private static final class Table {
        private final long[] slots;
        private int count;

        Table(int size) {
            slots = new long[size];
        }

        boolean contains(long word) {
            return slots[find(word == 0 ? 1 : word)] != 0;
        }

        void add(long word) {
            long value = word == 0 ? 1 : word;
            int at = find(value);
            if (slots[at] == 0) {
                slots[at] = value;
                count++;
            }
        }

        private int find(long value) {
            int at = (int) value & slots.length - 1;
            while (slots[at] != 0 && slots[at] != value) {
                at = at + 1 & slots.length - 1;
            }
            return at;
        }

        Table grown() {
            Table larger = new Table(2 * slots.length);
            for (long value : slots) {
                if (value != 0) {
                    larger.add(value);
                }
            }
            return larger;
        }
    }
}
