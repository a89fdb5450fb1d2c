package org.starling.crypto;

import java.util.Arrays;
import org.starling.bytes.Bytes;

/**
 * The stream cipher that hides the lengths of packets (BIP-0324): chunks of one size use up one key stream, and every
 * {@link #REKEY_INTERVAL} chunks its next 32 bytes become the key, so that a key found later opens nothing older.
 */
public final class FsChaCha20 {
    /** Uses of one key, here and in {@link FsChaCha20Poly1305}. */
    public static final int REKEY_INTERVAL = 224;

    private final int chunkBytes;
    // All that one key gives: the chunks, then the next key.
    private final byte[] stream;
    private long rekeys;
    private int used;

    /** A cipher for chunks of that size, in bytes; the key has 32 bytes. */
    public FsChaCha20(Bytes key, int chunkBytes) {
        Secp256k1.requireLength(key, ChaCha20.KEY_BYTES, "key");
        this.chunkBytes = chunkBytes;
        int needed = REKEY_INTERVAL * chunkBytes + ChaCha20.KEY_BYTES;
        stream = new byte[Math.ceilDiv(needed, ChaCha20.BLOCK_BYTES) * ChaCha20.BLOCK_BYTES];
        byte[] first = key.toArray();
        ChaCha20.keyStream(first, 0, 0, rekeys, stream);
        Arrays.fill(first, (byte) 0);
    }

    /** Encrypts or decrypts, which is the same, the chunk that begins at {@code at}. */
    public void crypt(byte[] data, int at) {
        int from = used * chunkBytes;
        for (int i = 0; i < chunkBytes; i++) {
            data[at + i] ^= stream[from + i];
            stream[from + i] = 0;
        }
        if (++used == REKEY_INTERVAL) {
            rekey();
        }
    }

    private void rekey() {
        int keyAt = REKEY_INTERVAL * chunkBytes;
        byte[] next = Arrays.copyOfRange(stream, keyAt, keyAt + ChaCha20.KEY_BYTES);
        used = 0;
        rekeys++;
        ChaCha20.keyStream(next, 0, 0, rekeys, stream);
        Arrays.fill(next, (byte) 0);
    }
}
