package org.starling.crypto;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.starling.bytes.Bytes;

/** HKDF over HMAC-SHA256 (RFC 5869), for outputs of one hash's length. */
public final class HkdfSha256 {
    public static final int BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";
    private static final Bytes FIRST_ROUND = Bytes.copyOf((byte) 1);

    private HkdfSha256() {}

    /** The pseudorandom key, 32 bytes, of key material under a salt that has at least one byte. */
    public static Bytes extract(Bytes salt, Bytes keyMaterial) {
        return hmac(salt, keyMaterial);
    }

    /** 32 bytes derived from a pseudorandom key for the use that the ASCII text names. */
    public static Bytes expand(Bytes pseudorandomKey, String use) {
        return hmac(pseudorandomKey, Bytes.wrap(use.getBytes(StandardCharsets.US_ASCII)), FIRST_ROUND);
    }

    private static Bytes hmac(Bytes key, Bytes... message) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key.sharedArray(), key.arrayOffset(), key.length(), ALGORITHM));
            for (Bytes part : message) {
                mac.update(part.sharedArray(), part.arrayOffset(), part.length());
            }
            return Bytes.wrap(mac.doFinal());
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new AssertionError("every JDK has " + ALGORITHM, e);
        }
    }
}
