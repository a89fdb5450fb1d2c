package org.starling.crypto;

import static org.starling.crypto.Secp256k1.CONTEXT;
import static org.starling.crypto.Secp256k1.INT;
import static org.starling.crypto.Secp256k1.POINTER;
import static org.starling.crypto.Secp256k1.SIGNATURE;
import static org.starling.crypto.Secp256k1.failure;
import static org.starling.crypto.Secp256k1.segment;
import static org.starling.crypto.Secp256k1.signingContext;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

/** ECDSA over secp256k1, with signatures in DER as scripts hold them (without the hash type byte). */
public final class Ecdsa {
    /** Half of the group order, big-endian: the highest S that is low. */
    private static final Bytes HALF_ORDER =
            Bytes.fromHex("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

    private static final int MAX_DER = 72;

    private static final MethodHandle PARSE =
            Secp256k1.direct("secp256k1_ecdsa_signature_parse_compact", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle NORMALIZE =
            Secp256k1.direct("secp256k1_ecdsa_signature_normalize", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle VERIFY =
            Secp256k1.direct("secp256k1_ecdsa_verify", INT, POINTER, POINTER, POINTER, POINTER);
    private static final MethodHandle SIGN =
            Secp256k1.direct("secp256k1_ecdsa_sign", INT, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER);
    private static final MethodHandle SERIALIZE_DER =
            Secp256k1.direct("secp256k1_ecdsa_signature_serialize_der", INT, POINTER, POINTER, POINTER, POINTER);
    private static final MethodHandle SERIALIZE_COMPACT =
            Secp256k1.direct("secp256k1_ecdsa_signature_serialize_compact", INT, POINTER, POINTER, POINTER);

    private Ecdsa() {}

    /**
     * Whether the signature is right, by the consensus rules before BIP-0066 and BIP-0146: the DER is read as leniently
     * as {@link LaxDer} does and S may be high. False for a key that is no point.
     */
    public static boolean verify(Bytes publicKey, Bytes derSignature, Hash256 hash) {
        Bytes key = ParsedKeys.of(publicKey);
        if (key == null) {
            return false;
        }
        byte[] compact = LaxDer.toCompact(derSignature);
        if (compact == null) {
            return false;
        }
        byte[] signature = new byte[SIGNATURE];
        MemorySegment parsed = segment(signature);
        try {
            if ((int) PARSE.invokeExact(CONTEXT, parsed, segment(compact)) != 1) {
                return false;
            }
            int _ = (int) NORMALIZE.invokeExact(CONTEXT, parsed, parsed);
            return (int) VERIFY.invokeExact(CONTEXT, parsed, segment(hash.toArray()), segment(key)) == 1;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** Whether S is at most half of the group order (BIP-0062, BIP-0146). False for what {@link LaxDer} cannot read. */
    public static boolean isLowS(Bytes derSignature) {
        byte[] compact = LaxDer.toCompact(derSignature);
        if (compact == null) {
            return false;
        }
        try {
            // A component at or over the group order makes the whole signature count as zero, whose S is low.
            boolean inRange = (int) PARSE.invokeExact(CONTEXT, segment(new byte[SIGNATURE]), segment(compact)) == 1;
            return !inRange || Bytes.wrap(compact, 32, 32).compareTo(HALF_ORDER) <= 0;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /**
     * A deterministic (RFC 6979) signature in DER with low S and, as Core makes them, an R that fits 32 bytes, so that
     * no signature is longer than 70 bytes.
     */
    public static Bytes sign(Bytes secret, Hash256 hash) {
        SecretKeys.requireValid(secret);
        byte[] signature = new byte[SIGNATURE];
        byte[] entropy = new byte[32];
        sign(signature, secret, hash, MemorySegment.NULL);
        for (int counter = 1; !hasLowR(signature); counter++) {
            entropy[0] = (byte) counter;
            entropy[1] = (byte) (counter >>> 8);
            sign(signature, secret, hash, segment(entropy));
        }
        return der(signature);
    }

    private static void sign(byte[] signature, Bytes secret, Hash256 hash, MemorySegment entropy) {
        try {
            int done = (int) SIGN.invokeExact(
                    signingContext(),
                    segment(signature),
                    segment(hash.toArray()),
                    segment(secret),
                    MemorySegment.NULL,
                    entropy);
            if (done != 1) {
                throw new AssertionError("secp256k1_ecdsa_sign");
            }
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    private static boolean hasLowR(byte[] signature) {
        byte[] compact = new byte[64];
        try {
            int _ = (int) SERIALIZE_COMPACT.invokeExact(CONTEXT, segment(compact), segment(signature));
            return compact[0] >= 0;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    private static Bytes der(byte[] signature) {
        byte[] der = new byte[MAX_DER];
        long[] length = {MAX_DER};
        try {
            int _ = (int)
                    SERIALIZE_DER.invokeExact(CONTEXT, segment(der), MemorySegment.ofArray(length), segment(signature));
            return Bytes.wrap(Arrays.copyOf(der, (int) length[0]));
        } catch (Throwable e) {
            throw failure(e);
        }
    }
}
