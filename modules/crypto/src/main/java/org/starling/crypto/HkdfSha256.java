package org.starling.crypto;

import java.nio.charset.StandardCharsets;
import org.starling.bytes.Bytes;

/** HKDF over HMAC-SHA256 (RFC 5869), for outputs of one hash's length. */
public final class HkdfSha256 {
    private static final Bytes FIRST_ROUND = Bytes.copyOf((byte) 1);

    private HkdfSha256() {}

    /** The pseudorandom key, 32 bytes, of key material under a salt that has at least one byte. */
    public static Bytes extract(Bytes salt, Bytes keyMaterial) {
        return HmacSha256.hash(salt, keyMaterial);
    }

    /** 32 bytes derived from a pseudorandom key for the use that the ASCII text names. */
    public static Bytes expand(Bytes pseudorandomKey, String use) {
        return HmacSha256.hash(pseudorandomKey, Bytes.wrap(use.getBytes(StandardCharsets.US_ASCII)), FIRST_ROUND);
    }
}
