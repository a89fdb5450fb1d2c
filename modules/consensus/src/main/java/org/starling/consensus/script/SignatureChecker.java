package org.starling.consensus.script;

import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.crypto.Ecdsa;
import org.starling.crypto.Schnorr;

/** Checks signatures against hashes: {@link #DIRECT}, or one that remembers or collects. Used by several threads. */
public interface SignatureChecker {
    /** Asks libsecp256k1 each time. */
    SignatureChecker DIRECT = new SignatureChecker() {
        @Override
        public boolean ecdsa(Bytes publicKey, Bytes signature, Hash256 hash) {
            return Ecdsa.verify(publicKey, signature, hash);
        }

        @Override
        public boolean schnorr(Bytes publicKey, Bytes signature, Hash256 hash) {
            return Schnorr.verify(publicKey, signature, hash);
        }
    };

    /** A DER signature without its hash type byte, of any encoding, against a key of any encoding. */
    boolean ecdsa(Bytes publicKey, Bytes signature, Hash256 hash);

    /** A signature of 64 bytes against an x-only key of 32. */
    boolean schnorr(Bytes publicKey, Bytes signature, Hash256 hash);
}
