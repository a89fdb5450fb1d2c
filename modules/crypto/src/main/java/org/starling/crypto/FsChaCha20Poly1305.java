package org.starling.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.starling.bytes.Bytes;

/**
 * The authenticated cipher of packets (BIP-0324): RFC 8439's ChaCha20-Poly1305 under a nonce that counts, with a new key
 * out of the old one every {@link FsChaCha20#REKEY_INTERVAL} packets. One object serves one direction.
 */
public final class FsChaCha20Poly1305 {
    /** Bytes that authenticate a packet, after its contents. */
    public static final int TAG_BYTES = 16;

    private static final String ALGORITHM = "ChaCha20-Poly1305";
    private static final int NONCE_BYTES = 12;
    private static final int REKEY_NONCE = -1;

    private final Cipher cipher;
    private final byte[] key;
    private SecretKeySpec spec;
    private int packets;
    private long rekeys;

    /** The key has 32 bytes. */
    public FsChaCha20Poly1305(Bytes key) {
        Secp256k1.requireLength(key, ChaCha20.KEY_BYTES, "key");
        try {
            cipher = Cipher.getInstance(ALGORITHM);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has " + ALGORITHM, e);
        }
        this.key = key.toArray();
        spec = new SecretKeySpec(this.key, ALGORITHM);
    }

    /** Encrypts {@code length} bytes at {@code at} where they stand; the tag goes into the 16 bytes behind them. */
    public void encrypt(byte[] data, int at, int length, Bytes associated) {
        try {
            process(Cipher.ENCRYPT_MODE, data, at, length, associated);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("nonces never come twice", e);
        }
    }

    /**
     * Decrypts {@code length} bytes at {@code at} where they stand, the last 16 of them the tag. False if they or what
     * is associated are not what was encrypted; nothing can follow then.
     */
    public boolean decrypt(byte[] data, int at, int length, Bytes associated) {
        try {
            process(Cipher.DECRYPT_MODE, data, at, length, associated);
            return true;
        } catch (AEADBadTagException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("there is room for the plain text", e);
        }
    }

    private void process(int mode, byte[] data, int at, int length, Bytes associated) throws GeneralSecurityException {
        cipher.init(mode, spec, new IvParameterSpec(nonce()));
        cipher.updateAAD(associated.sharedArray(), associated.arrayOffset(), associated.length());
        int _ = cipher.doFinal(data, at, length, data, at);
        if (++packets == FsChaCha20.REKEY_INTERVAL) {
            rekey();
        }
    }

    /** The number of the packet under this key and that of the key, both little-endian. */
    private byte[] nonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        for (int i = 0; i < 4; i++) {
            nonce[i] = (byte) (packets >>> 8 * i);
        }
        for (int i = 0; i < 8; i++) {
            nonce[4 + i] = (byte) (rekeys >>> 8 * i);
        }
        return nonce;
    }

    /** The next key is what 32 zeros would be encrypted to, under a nonce that no packet has. */
    private void rekey() {
        byte[] block = new byte[ChaCha20.BLOCK_BYTES];
        ChaCha20.keyStream(key, 1, REKEY_NONCE, rekeys, block);
        System.arraycopy(block, 0, key, 0, key.length);
        Arrays.fill(block, (byte) 0);
        spec = new SecretKeySpec(key, ALGORITHM);
        packets = 0;
        rekeys++;
    }
}
