package org.starling.crypto;

import static org.starling.crypto.Secp256k1.CONTEXT;
import static org.starling.crypto.Secp256k1.INT;
import static org.starling.crypto.Secp256k1.POINTER;
import static org.starling.crypto.Secp256k1.PUBLIC_KEY;
import static org.starling.crypto.Secp256k1.failure;
import static org.starling.crypto.Secp256k1.requireLength;
import static org.starling.crypto.Secp256k1.segment;
import static org.starling.crypto.Secp256k1.signingContext;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.starling.bytes.Bytes;

/** ElligatorSwift (BIP-0324): public keys as 64 bytes that look random, and the key agreement over them. */
public final class EllSwift {
    public static final int BYTES = 64;

    private static final int SECRET = 32;

    private static final MethodHandle CREATE =
            Secp256k1.direct("secp256k1_ellswift_create", INT, POINTER, POINTER, POINTER, POINTER);
    private static final MethodHandle DECODE =
            Secp256k1.direct("secp256k1_ellswift_decode", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle XDH = Secp256k1.direct(
            "secp256k1_ellswift_xdh", INT, POINTER, POINTER, POINTER, POINTER, POINTER, INT, POINTER, POINTER);
    private static final MemorySegment BIP324_HASH = Secp256k1.pointerAt("secp256k1_ellswift_xdh_hash_function_bip324");

    private EllSwift() {}

    /** An encoding of the secret key's public key, chosen by 32 random bytes. */
    public static Bytes create(Bytes secret, Bytes randomness) {
        SecretKeys.requireValid(secret);
        requireLength(randomness, SECRET, "randomness");
        byte[] encoded = new byte[BYTES];
        try {
            int done =
                    (int) CREATE.invokeExact(signingContext(), segment(encoded), segment(secret), segment(randomness));
            if (done != 1) {
                throw new AssertionError("secp256k1_ellswift_create");
            }
            return Bytes.wrap(encoded);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** The compressed public key that any 64 bytes stand for. */
    public static Bytes decode(Bytes encoded) {
        requireLength(encoded, BYTES, "ElligatorSwift key");
        byte[] parsed = new byte[PUBLIC_KEY];
        try {
            int _ = (int) DECODE.invokeExact(CONTEXT, segment(parsed), segment(encoded));
            return PublicKeys.serialize(parsed, true);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** The 32 bytes that both sides of a BIP-0324 handshake share; the initiator's key comes first in the hash. */
    public static Bytes sharedSecret(Bytes secret, Bytes ours, Bytes theirs, boolean initiating) {
        SecretKeys.requireValid(secret);
        requireLength(ours, BYTES, "ElligatorSwift key");
        requireLength(theirs, BYTES, "ElligatorSwift key");
        byte[] shared = new byte[SECRET];
        try {
            int done = (int) XDH.invokeExact(
                    signingContext(),
                    segment(shared),
                    segment(initiating ? ours : theirs),
                    segment(initiating ? theirs : ours),
                    segment(secret),
                    initiating ? 0 : 1,
                    BIP324_HASH,
                    MemorySegment.NULL);
            if (done != 1) {
                throw new AssertionError("secp256k1_ellswift_xdh");
            }
            return Bytes.wrap(shared);
        } catch (Throwable e) {
            throw failure(e);
        }
    }
}
