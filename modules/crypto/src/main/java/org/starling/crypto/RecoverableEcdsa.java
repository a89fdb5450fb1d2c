package org.starling.crypto;

import static org.starling.crypto.Secp256k1.CONTEXT;
import static org.starling.crypto.Secp256k1.INT;
import static org.starling.crypto.Secp256k1.POINTER;
import static org.starling.crypto.Secp256k1.PUBLIC_KEY;
import static org.starling.crypto.Secp256k1.failure;
import static org.starling.crypto.Secp256k1.segment;
import static org.starling.crypto.Secp256k1.signingContext;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

/**
 * ECDSA signatures that tell the public key, as signed messages have them: a byte of 27 plus which of four possible keys
 * it is, and 4 more if the key is used compressed; then R and S in 32 bytes each.
 */
public final class RecoverableEcdsa {
    /** Bytes of a signature. */
    public static final int BYTES = 65;

    private static final int FIRST_HEADER = 27;
    private static final int COMPRESSED = 4;

    /** Bytes of the library's parsed recoverable signature. */
    private static final int PARSED = 65;

    private static final MethodHandle SIGN = Secp256k1.direct(
            "secp256k1_ecdsa_sign_recoverable", INT, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER);
    private static final MethodHandle SERIALIZE = Secp256k1.direct(
            "secp256k1_ecdsa_recoverable_signature_serialize_compact", INT, POINTER, POINTER, POINTER, POINTER);
    private static final MethodHandle PARSE = Secp256k1.direct(
            "secp256k1_ecdsa_recoverable_signature_parse_compact", INT, POINTER, POINTER, POINTER, INT);
    private static final MethodHandle RECOVER =
            Secp256k1.direct("secp256k1_ecdsa_recover", INT, POINTER, POINTER, POINTER, POINTER);

    private RecoverableEcdsa() {}

    /** A deterministic (RFC 6979) signature with low S. */
    public static Bytes sign(Bytes secret, Hash256 hash, boolean compressed) {
        SecretKeys.requireValid(secret);
        byte[] parsed = new byte[PARSED];
        byte[] compact = new byte[BYTES - 1];
        int[] which = {0};
        try {
            int done = (int) SIGN.invokeExact(
                    signingContext(),
                    segment(parsed),
                    segment(hash.toArray()),
                    segment(secret),
                    MemorySegment.NULL,
                    MemorySegment.NULL);
            if (done != 1) {
                throw new AssertionError("secp256k1_ecdsa_sign_recoverable");
            }
            int _ = (int)
                    SERIALIZE.invokeExact(CONTEXT, segment(compact), MemorySegment.ofArray(which), segment(parsed));
        } catch (Throwable e) {
            throw failure(e);
        }
        int header = FIRST_HEADER + which[0] + (compressed ? COMPRESSED : 0);
        return Bytes.concat(Bytes.copyOf((byte) header), Bytes.wrap(compact));
    }

    /** The public key, in the form in which the signer uses it; null for what is no signature of anyone. */
    public static @Nullable Bytes recover(Bytes signature, Hash256 hash) {
        if (signature.length() != BYTES) {
            return null;
        }
        int header = signature.unsigned(0) - FIRST_HEADER;
        if (header < 0 || header >= 2 * COMPRESSED) {
            return null;
        }
        byte[] parsed = new byte[PARSED];
        byte[] key = new byte[PUBLIC_KEY];
        try {
            int which = header % COMPRESSED;
            boolean found = (int) PARSE.invokeExact(CONTEXT, segment(parsed), segment(signature.from(1)), which) == 1
                    && (int) RECOVER.invokeExact(CONTEXT, segment(key), segment(parsed), segment(hash.toArray())) == 1;
            return found ? PublicKeys.serialize(key, header >= COMPRESSED) : null;
        } catch (Throwable e) {
            throw failure(e);
        }
    }
}
