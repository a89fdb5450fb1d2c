package org.starling.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/**
 * Authenticated encryption of things at rest: ChaCha20-Poly1305 (RFC 8439). The nonce stands before the sealed text, so a
 * nonce is drawn at random for each sealing; 96 bits suffice for the few that a person's keys need.
 */
public final class SecretBox {
    public static final int KEY_BYTES = 32;
    public static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final String ALGORITHM = "ChaCha20-Poly1305";

    private SecretBox() {}

    /**
     * The text sealed.
     *
     * @param key 32 bytes; the array stays the caller's, to be wiped
     * @param nonce 12 bytes, never used before with this key
     * @param purpose what the text is; it opens only as that
     */
    public static Bytes seal(byte[] key, Bytes nonce, Bytes purpose, byte[] text) {
        if (nonce.length() != NONCE_BYTES) {
            throw new IllegalArgumentException("nonce of " + nonce.length() + " bytes");
        }
        return Bytes.concat(nonce, Bytes.wrap(run(Cipher.ENCRYPT_MODE, key, nonce, purpose, text)));
    }

    /** The text, in an array that the caller may wipe; null if the key is another or anything was changed. */
    public static byte @Nullable [] open(byte[] key, Bytes purpose, Bytes sealed) {
        if (sealed.length() < NONCE_BYTES + TAG_BYTES) {
            return null;
        }
        try {
            return run(
                    Cipher.DECRYPT_MODE,
                    key,
                    sealed.slice(0, NONCE_BYTES),
                    purpose,
                    sealed.from(NONCE_BYTES).toArray());
        } catch (ForgedException e) {
            return null;
        }
    }

    private static byte[] run(int mode, byte[] key, Bytes nonce, Bytes purpose, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance(ALGORITHM);
            cipher.init(mode, new SecretKeySpec(key, "ChaCha20"), new IvParameterSpec(nonce.toArray()));
            cipher.updateAAD(purpose.toArray());
            return cipher.doFinal(text);
        } catch (AEADBadTagException e) {
            throw new ForgedException(e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has " + ALGORITHM, e);
        }
    }

    private static final class ForgedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ForgedException(Throwable cause) {
            super(cause);
        }
    }
}
