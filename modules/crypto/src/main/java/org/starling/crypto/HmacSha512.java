package org.starling.crypto;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.starling.bytes.Bytes;

/** HMAC-SHA512 (RFC 4231), by which BIP-0032 derives keys. */
public final class HmacSha512 {
    private static final String ALGORITHM = "HmacSHA512";

    private HmacSha512() {}

    /** 64 bytes. The key must have at least one. */
    public static Bytes hash(Bytes key, Bytes... message) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key.toArray(), ALGORITHM));
            for (Bytes part : message) {
                mac.update(part.sharedArray(), part.arrayOffset(), part.length());
            }
            return Bytes.wrap(mac.doFinal());
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new AssertionError("every JDK has " + ALGORITHM, e);
        }
    }
}
