package org.starling.crypto;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.starling.bytes.Bytes;

/** HMAC-SHA256 (RFC 4231). */
public final class HmacSha256 {
    private static final String ALGORITHM = "HmacSHA256";

    private HmacSha256() {}

    /** 32 bytes. The key must have at least one. */
    public static Bytes hash(Bytes key, Bytes... message) {
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
