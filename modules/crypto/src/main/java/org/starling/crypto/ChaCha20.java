package org.starling.crypto;

import org.starling.bytes.Hash256;

/** The ChaCha20 key stream (RFC 8439) of a key with nonce zero, from block zero. */
final class ChaCha20 {
    private static final int BLOCK_WORDS = 16;
    private static final int ROUND_PAIRS = 10;

    private ChaCha20() {}

    /** Fills the words, eight to a block, with key stream read as little-endian. Their number is a multiple of 8. */
    static void keyStream(Hash256 key, long[] target) {
        int[] initial = new int[BLOCK_WORDS];
        initial[0] = 0x61707865;
        initial[1] = 0x3320646e;
        initial[2] = 0x79622d32;
        initial[3] = 0x6b206574;
        for (int i = 0; i < 4; i++) {
            initial[4 + 2 * i] = (int) key.word(i);
            initial[5 + 2 * i] = (int) (key.word(i) >>> 32);
        }
        int[] state = new int[BLOCK_WORDS];
        for (int at = 0; at < target.length; at += BLOCK_WORDS / 2) {
            System.arraycopy(initial, 0, state, 0, BLOCK_WORDS);
            for (int i = 0; i < ROUND_PAIRS; i++) {
                quarterRound(state, 0, 4, 8, 12);
                quarterRound(state, 1, 5, 9, 13);
                quarterRound(state, 2, 6, 10, 14);
                quarterRound(state, 3, 7, 11, 15);
                quarterRound(state, 0, 5, 10, 15);
                quarterRound(state, 1, 6, 11, 12);
                quarterRound(state, 2, 7, 8, 13);
                quarterRound(state, 3, 4, 9, 14);
            }
            for (int i = 0; i < BLOCK_WORDS / 2; i++) {
                long low = (state[2 * i] + initial[2 * i]) & 0xffffffffL;
                long high = state[2 * i + 1] + initial[2 * i + 1];
                target[at + i] = high << 32 | low;
            }
            initial[12]++;
        }
    }

    private static void quarterRound(int[] state, int a, int b, int c, int d) {
        int wa = state[a];
        int wb = state[b];
        int wc = state[c];
        int wd = state[d];
        wa += wb;
        wd = Integer.rotateLeft(wd ^ wa, 16);
        wc += wd;
        wb = Integer.rotateLeft(wb ^ wc, 12);
        wa += wb;
        wd = Integer.rotateLeft(wd ^ wa, 8);
        wc += wd;
        wb = Integer.rotateLeft(wb ^ wc, 7);
        state[a] = wa;
        state[b] = wb;
        state[c] = wc;
        state[d] = wd;
    }
}
