package org.starling.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.starling.bytes.Hash256;

/** The ChaCha20 key stream (RFC 8439). */
final class ChaCha20 {
    static final int KEY_BYTES = 32;
    static final int BLOCK_BYTES = 64;

    private static final int BLOCK_WORDS = 16;
    private static final int KEY_AT = 4;
    private static final int COUNTER_AT = 12;
    private static final int ROUND_PAIRS = 10;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private ChaCha20() {}

    /**
     * Fills the words, eight to a block, with the key stream from block zero with nonce zero, read as little-endian. Their
     * number is a multiple of 8.
     */
    static void keyStream(Hash256 key, long[] target) {
        int[] initial = initial();
        for (int i = 0; i < 4; i++) {
            initial[KEY_AT + 2 * i] = (int) key.word(i);
            initial[KEY_AT + 1 + 2 * i] = (int) (key.word(i) >>> 32);
        }
        int[] state = new int[BLOCK_WORDS];
        for (int at = 0; at < target.length; at += BLOCK_WORDS / 2) {
            block(initial, state);
            for (int i = 0; i < BLOCK_WORDS / 2; i++) {
                target[at + i] = (long) state[2 * i + 1] << 32 | state[2 * i] & 0xffffffffL;
            }
        }
    }

    /**
     * Fills whole blocks of the target with the key stream.
     *
     * @param key 32 bytes
     * @param firstBlock the number of the first block
     * @param nonceStart the first 4 bytes of the nonce, little-endian
     * @param nonceRest its other 8 bytes, little-endian
     */
    static void keyStream(byte[] key, int firstBlock, int nonceStart, long nonceRest, byte[] target) {
        int[] initial = initial();
        for (int i = 0; i < KEY_BYTES / 4; i++) {
            initial[KEY_AT + i] = (int) INT.get(key, 4 * i);
        }
        initial[COUNTER_AT] = firstBlock;
        initial[COUNTER_AT + 1] = nonceStart;
        initial[COUNTER_AT + 2] = (int) nonceRest;
        initial[COUNTER_AT + 3] = (int) (nonceRest >>> 32);
        int[] state = new int[BLOCK_WORDS];
        for (int at = 0; at < target.length; at += BLOCK_BYTES) {
            block(initial, state);
            for (int i = 0; i < BLOCK_WORDS; i++) {
                INT.set(target, at + 4 * i, state[i]);
            }
        }
    }

    /** The constants, everything else zero. */
    private static int[] initial() {
        int[] initial = new int[BLOCK_WORDS];
        initial[0] = 0x61707865;
        initial[1] = 0x3320646e;
        initial[2] = 0x79622d32;
        initial[3] = 0x6b206574;
        return initial;
    }

    /** The block of {@code initial}, which then counts on. */
    private static void block(int[] initial, int[] state) {
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
        for (int i = 0; i < BLOCK_WORDS; i++) {
            state[i] += initial[i];
        }
        initial[COUNTER_AT]++;
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
