package org.starling.crypto;

import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

/** RIPEMD-160 of SHA-256, by which scripts and addresses name keys and scripts: 20 bytes. */
public final class Hash160 {
    public static final int BYTES = Ripemd160.BYTES;

    private Hash160() {}

    public static Bytes hash(Bytes message) {
        return Ripemd160.hash(Sha256.once(message).toArray(), 0, Hash256.BYTES);
    }
}
