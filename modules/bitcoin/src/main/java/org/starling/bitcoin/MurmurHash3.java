package org.starling.bitcoin;

import org.starling.bytes.Bytes;

/** MurmurHash3 with 32 bits, which Bloom filters of BIP-0037 are made with. Not for adversaries: anyone can find collisions. */
final class MurmurHash3 {
    private static final int C1 = 0xcc9e2d51;
    private static final int C2 = 0x1b873593;

    private MurmurHash3() {}

    static int hash(int seed, Bytes data) {
        int hash = seed;
        int length = data.length();
        int whole = length & ~3;
        for (int at = 0; at < whole; at += 4) {
            hash = Integer.rotateLeft(hash ^ scrambled(word(data, at, 4)), 13) * 5 + 0xe6546b64;
        }
        if (whole < length) {
            hash ^= scrambled(word(data, whole, length - whole));
        }
        hash ^= length;
        hash = (hash ^ hash >>> 16) * 0x85ebca6b;
        hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
        return hash ^ hash >>> 16;
    }

    private static int scrambled(int word) {
        return Integer.rotateLeft(word * C1, 15) * C2;
    }

    private static int word(Bytes data, int at, int count) {
        int word = 0;
        for (int i = 0; i < count; i++) {
            word |= data.unsigned(at + i) << 8 * i;
        }
        return word;
    }
}
