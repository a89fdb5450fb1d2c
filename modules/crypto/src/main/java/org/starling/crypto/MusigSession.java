package org.starling.crypto;

import static org.starling.crypto.Secp256k1.CONTEXT;
import static org.starling.crypto.Secp256k1.INT;
import static org.starling.crypto.Secp256k1.POINTER;
import static org.starling.crypto.Secp256k1.SIZE;
import static org.starling.crypto.Secp256k1.failure;
import static org.starling.crypto.Secp256k1.requireLength;
import static org.starling.crypto.Secp256k1.segment;
import static org.starling.crypto.Secp256k1.signingContext;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/** One signing of one message under a {@link MusigKey} with one aggregate nonce (BIP-0327). Immutable. */
public final class MusigSession {
    /** Bytes of a partial signature. */
    public static final int PARTIAL_SIGNATURE_BYTES = 32;

    private static final int SESSION = 133;
    private static final int PARTIAL_SIGNATURE = 36;

    private static final MethodHandle NONCE_PARSE =
            Secp256k1.direct("secp256k1_musig_aggnonce_parse", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle PROCESS =
            Secp256k1.direct("secp256k1_musig_nonce_process", INT, POINTER, POINTER, POINTER, POINTER, POINTER);
    private static final MethodHandle SIGN =
            Secp256k1.direct("secp256k1_musig_partial_sign", INT, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER);
    private static final MethodHandle VERIFY = Secp256k1.direct(
            "secp256k1_musig_partial_sig_verify", INT, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER);
    private static final MethodHandle AGGREGATE =
            Secp256k1.function("secp256k1_musig_partial_sig_agg", INT, POINTER, POINTER, POINTER, POINTER, SIZE);
    private static final MethodHandle PARSE =
            Secp256k1.direct("secp256k1_musig_partial_sig_parse", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle SERIALIZE =
            Secp256k1.direct("secp256k1_musig_partial_sig_serialize", INT, POINTER, POINTER, POINTER);

    private final MusigKey key;
    private final byte[] session;

    private MusigSession(MusigKey key, byte[] session) {
        this.key = key;
        this.session = session;
    }

    /** The session for a 32-byte message, or null if the aggregate nonce is malformed. */
    public static @Nullable MusigSession start(MusigKey key, Bytes aggregateNonce, Bytes message) {
        requireLength(message, 32, "message");
        if (aggregateNonce.length() != Musig.PUBLIC_NONCE_BYTES) {
            return null;
        }
        byte[] nonce = new byte[Musig.PUBLIC_NONCE];
        byte[] session = new byte[SESSION];
        try {
            if ((int) NONCE_PARSE.invokeExact(CONTEXT, segment(nonce), segment(aggregateNonce)) != 1) {
                return null;
            }
            int done = (int) PROCESS.invokeExact(
                    CONTEXT, segment(session), segment(nonce), segment(message), segment(key.cache()));
            return done == 1 ? new MusigSession(key, session) : null;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /**
     * This signer's part, 32 bytes. The nonce is used up whatever happens. Throws {@link IllegalArgumentException} for a
     * key that the nonce was not drawn for, {@link IllegalStateException} for a nonce used before.
     */
    public Bytes sign(Musig.SecretNonce nonce, Bytes secret) {
        byte[] secretNonce = nonce.take();
        byte[] partial = new byte[PARTIAL_SIGNATURE];
        byte[] pair = SecretKeys.keyPair(secret);
        try {
            if (!SecretKeys.publicKey(secret).equals(nonce.publicKey())) {
                throw new IllegalArgumentException("the nonce was drawn for another key: " + nonce.publicKey());
            }
            int done = (int) SIGN.invokeExact(
                    signingContext(),
                    segment(partial),
                    segment(secretNonce),
                    segment(pair),
                    segment(key.cache()),
                    segment(session));
            if (done != 1) {
                throw new AssertionError("secp256k1_musig_partial_sign");
            }
            byte[] serialized = new byte[PARTIAL_SIGNATURE_BYTES];
            int _ = (int) SERIALIZE.invokeExact(CONTEXT, segment(serialized), segment(partial));
            return Bytes.wrap(serialized);
        } catch (Throwable e) {
            throw failure(e);
        } finally {
            Arrays.fill(pair, (byte) 0);
            Arrays.fill(secretNonce, (byte) 0);
        }
    }

    /** Whether a signer's part is right for its public nonce and public key. False for anything malformed. */
    public boolean verify(Bytes partialSignature, Bytes publicNonce, Bytes publicKey) {
        byte[] partial = parse(partialSignature);
        byte[] nonce = Musig.parseNonce(publicNonce);
        byte[] parsedKey = PublicKeys.parse(publicKey);
        if (partial == null || nonce == null || parsedKey == null) {
            return false;
        }
        try {
            return (int) VERIFY.invokeExact(
                            CONTEXT,
                            segment(partial),
                            segment(nonce),
                            segment(parsedKey),
                            segment(key.cache()),
                            segment(session))
                    == 1;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** The BIP-0340 signature that the parts make, right only if every part is; null if one is malformed. */
    public @Nullable Bytes aggregate(List<Bytes> partialSignatures) {
        if (partialSignatures.isEmpty()) {
            throw new IllegalArgumentException("no partial signatures to aggregate");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointers = arena.allocate(ValueLayout.ADDRESS, partialSignatures.size());
            for (int i = 0; i < partialSignatures.size(); i++) {
                byte[] parsed = parse(partialSignatures.get(i));
                if (parsed == null) {
                    return null;
                }
                pointers.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(ValueLayout.JAVA_BYTE, parsed));
            }
            MemorySegment signature = arena.allocate(Schnorr.SIGNATURE_BYTES);
            MemorySegment nativeSession = arena.allocateFrom(ValueLayout.JAVA_BYTE, session);
            int done = (int)
                    AGGREGATE.invokeExact(CONTEXT, signature, nativeSession, pointers, (long) partialSignatures.size());
            return done == 1 ? Bytes.wrap(signature.toArray(ValueLayout.JAVA_BYTE)) : null;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    private static byte @Nullable [] parse(Bytes partialSignature) {
        if (partialSignature.length() != PARTIAL_SIGNATURE_BYTES) {
            return null;
        }
        byte[] parsed = new byte[PARTIAL_SIGNATURE];
        try {
            return (int) PARSE.invokeExact(CONTEXT, segment(parsed), segment(partialSignature)) == 1 ? parsed : null;
        } catch (Throwable e) {
            throw failure(e);
        }
    }
}
