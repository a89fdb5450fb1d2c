package org.starling.crypto;

import org.bouncycastle.crypto.digests.RIPEMD160Digest;
import org.starling.bytes.Bytes;

/** RIPEMD-160, which the JDK lacks. */
public final class Ripemd160 {
    public static final int BYTES = 20;

    private Ripemd160() {}

    public static Bytes hash(Bytes message) {
        return hash(message.sharedArray(), message.arrayOffset(), message.length());
    }

    static Bytes hash(byte[] message, int offset, int length) {
        RIPEMD160Digest digest = new RIPEMD160Digest();
        digest.update(message, offset, length);
        byte[] hash = new byte[BYTES];
        digest.doFinal(hash, 0);
        return Bytes.wrap(hash);
    }
}
