package org.starling.crypto;

import static org.starling.crypto.Secp256k1.CONTEXT;
import static org.starling.crypto.Secp256k1.INT;
import static org.starling.crypto.Secp256k1.POINTER;
import static org.starling.crypto.Secp256k1.SIZE;
import static org.starling.crypto.Secp256k1.failure;
import static org.starling.crypto.Secp256k1.requireLength;
import static org.starling.crypto.Secp256k1.segment;
import static org.starling.crypto.Secp256k1.signingContext;

import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

/** Schnorr signatures (BIP-0340): 64 bytes, for x-only keys of 32 bytes. */
public final class Schnorr {
    public static final int SIGNATURE_BYTES = 64;

    private static final int AUXILIARY = 32;

    private static final MethodHandle VERIFY =
            Secp256k1.direct("secp256k1_schnorrsig_verify", INT, POINTER, POINTER, POINTER, SIZE, POINTER);
    private static final MethodHandle SIGN =
            Secp256k1.direct("secp256k1_schnorrsig_sign32", INT, POINTER, POINTER, POINTER, POINTER, POINTER);

    private Schnorr() {}

    /** Whether the signature is right for a message of any length. False for a key that is no point, or other lengths. */
    public static boolean verify(Bytes xOnlyKey, Bytes signature, Bytes message) {
        if (xOnlyKey.length() != PublicKeys.X_ONLY || signature.length() != SIGNATURE_BYTES) {
            return false;
        }
        Bytes key = ParsedKeys.ofXOnly(xOnlyKey);
        if (key == null) {
            return false;
        }
        try {
            return (int) VERIFY.invokeExact(
                            CONTEXT, segment(signature), segment(message), (long) message.length(), segment(key))
                    == 1;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    public static boolean verify(Bytes xOnlyKey, Bytes signature, Hash256 message) {
        return verify(xOnlyKey, signature, message.toBytes());
    }

    /** Signs 32 bytes with 32 bytes of fresh randomness, which may be zero where there is none. */
    public static Bytes sign(Bytes secret, Hash256 message, Bytes auxiliary) {
        requireLength(auxiliary, AUXILIARY, "auxiliary randomness");
        byte[] pair = SecretKeys.keyPair(secret);
        byte[] signature = new byte[SIGNATURE_BYTES];
        try {
            int done = (int) SIGN.invokeExact(
                    signingContext(),
                    segment(signature),
                    segment(message.toArray()),
                    segment(pair),
                    segment(auxiliary));
            if (done != 1) {
                throw new AssertionError("secp256k1_schnorrsig_sign32");
            }
            return Bytes.wrap(signature);
        } catch (Throwable e) {
            throw failure(e);
        } finally {
            Arrays.fill(pair, (byte) 0);
        }
    }
}
