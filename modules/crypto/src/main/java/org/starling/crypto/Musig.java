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

/**
 * MuSig2 (BIP-0327): several signers make one BIP-0340 signature for one aggregate key.
 *
 * <p>Keys are aggregated ({@link #aggregateKeys}); every signer draws a nonce ({@link #generateNonce}) and sends its
 * public half; the halves are aggregated ({@link #aggregateNonces}); with the message they make a {@link MusigSession}, in
 * which each signs its part, checks the parts of others, and joins them. A secret nonce signs once and is then gone.
 */
public final class Musig {
    /** Bytes of a public nonce, of one signer or aggregated. */
    public static final int PUBLIC_NONCE_BYTES = 66;

    static final int KEY_CACHE = 197;
    static final int SECRET_NONCE = 132;
    static final int PUBLIC_NONCE = 132;
    private static final int WORD = 32;

    private static final MethodHandle KEY_AGGREGATE =
            Secp256k1.function("secp256k1_musig_pubkey_agg", INT, POINTER, POINTER, POINTER, POINTER, SIZE);
    private static final MethodHandle NONCE_GENERATE = Secp256k1.direct(
            "secp256k1_musig_nonce_gen",
            INT,
            POINTER,
            POINTER,
            POINTER,
            POINTER,
            POINTER,
            POINTER,
            POINTER,
            POINTER,
            POINTER);
    private static final MethodHandle NONCE_PARSE =
            Secp256k1.direct("secp256k1_musig_pubnonce_parse", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle NONCE_SERIALIZE =
            Secp256k1.direct("secp256k1_musig_pubnonce_serialize", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle NONCE_AGGREGATE =
            Secp256k1.function("secp256k1_musig_nonce_agg", INT, POINTER, POINTER, POINTER, SIZE);
    private static final MethodHandle AGGREGATE_SERIALIZE =
            Secp256k1.direct("secp256k1_musig_aggnonce_serialize", INT, POINTER, POINTER, POINTER);

    private Musig() {}

    /** A secret nonce, which signs once, and the public half of 66 bytes, which is sent to the other signers. */
    public record Nonce(SecretNonce secret, Bytes publicNonce) {}

    /** A secret nonce. Never copied, stored or shown; empty after its one use. */
    public static final class SecretNonce {
        private final Bytes publicKey;
        private byte @Nullable [] opaque;

        SecretNonce(byte[] opaque, Bytes publicKey) {
            this.opaque = opaque;
            this.publicKey = publicKey;
        }

        /** The compressed public key that the nonce was drawn for. */
        public Bytes publicKey() {
            return publicKey;
        }

        /** Gives the nonce away, once. */
        synchronized byte[] take() {
            byte[] taken = opaque;
            if (taken == null) {
                throw new IllegalStateException("a MuSig2 nonce signs only once");
            }
            opaque = null;
            return taken;
        }
    }

    /** The aggregate of the keys (33 bytes each) in this order, or null if one is no point. */
    public static @Nullable MusigKey aggregateKeys(List<Bytes> publicKeys) {
        if (publicKeys.isEmpty()) {
            throw new IllegalArgumentException("no keys to aggregate");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointers = PublicKeys.pointers(arena, publicKeys);
            if (pointers == null) {
                return null;
            }
            MemorySegment cache = arena.allocate(KEY_CACHE);
            int done = (int)
                    KEY_AGGREGATE.invokeExact(CONTEXT, MemorySegment.NULL, cache, pointers, (long) publicKeys.size());
            return done == 1 ? new MusigKey(cache.toArray(ValueLayout.JAVA_BYTE)) : null;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /**
     * A nonce for the signer with this public key. The 32 random bytes must be fresh each time; what else is known
     * already (secret key, aggregate key, 32-byte message, 32 bytes more) goes in too, should the randomness be poor.
     */
    public static Nonce generateNonce(
            Bytes randomness,
            Bytes publicKey,
            @Nullable Bytes secret,
            @Nullable MusigKey key,
            @Nullable Bytes message,
            @Nullable Bytes extra) {
        requireLength(randomness, WORD, "session randomness");
        byte[] parsed = PublicKeys.parse(publicKey);
        if (parsed == null) {
            throw new IllegalArgumentException("not a public key: " + publicKey.hex());
        }
        if (secret != null) {
            SecretKeys.requireValid(secret);
        }
        MemorySegment cache = key == null ? MemorySegment.NULL : segment(key.cache());
        byte[] session = randomness.toArray();
        byte[] secretNonce = new byte[SECRET_NONCE];
        byte[] publicNonce = new byte[PUBLIC_NONCE];
        try {
            int done = (int) NONCE_GENERATE.invokeExact(
                    signingContext(),
                    segment(secretNonce),
                    segment(publicNonce),
                    segment(session),
                    optional(secret, "secret key"),
                    segment(parsed),
                    optional(message, "message"),
                    cache,
                    optional(extra, "extra input"));
            if (done != 1) {
                throw new IllegalArgumentException("session randomness is all zero");
            }
            byte[] serialized = new byte[PUBLIC_NONCE_BYTES];
            int _ = (int) NONCE_SERIALIZE.invokeExact(CONTEXT, segment(serialized), segment(publicNonce));
            return new Nonce(new SecretNonce(secretNonce, PublicKeys.serialize(parsed, true)), Bytes.wrap(serialized));
        } catch (Throwable e) {
            throw failure(e);
        } finally {
            Arrays.fill(session, (byte) 0);
        }
    }

    /** The aggregate, in 66 bytes, of the signers' public nonces, or null if one is malformed. */
    public static @Nullable Bytes aggregateNonces(List<Bytes> publicNonces) {
        if (publicNonces.isEmpty()) {
            throw new IllegalArgumentException("no nonces to aggregate");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointers = arena.allocate(ValueLayout.ADDRESS, publicNonces.size());
            for (int i = 0; i < publicNonces.size(); i++) {
                byte[] parsed = parseNonce(publicNonces.get(i));
                if (parsed == null) {
                    return null;
                }
                pointers.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(ValueLayout.JAVA_BYTE, parsed));
            }
            MemorySegment aggregate = arena.allocate(PUBLIC_NONCE);
            int done = (int) NONCE_AGGREGATE.invokeExact(CONTEXT, aggregate, pointers, (long) publicNonces.size());
            if (done != 1) {
                return null;
            }
            byte[] serialized = new byte[PUBLIC_NONCE_BYTES];
            int _ = (int) AGGREGATE_SERIALIZE.invokeExact(CONTEXT, segment(serialized), aggregate);
            return Bytes.wrap(serialized);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** The library's form of a public nonce, or null. */
    static byte @Nullable [] parseNonce(Bytes publicNonce) {
        if (publicNonce.length() != PUBLIC_NONCE_BYTES) {
            return null;
        }
        byte[] parsed = new byte[PUBLIC_NONCE];
        try {
            int done = (int) NONCE_PARSE.invokeExact(CONTEXT, segment(parsed), segment(publicNonce));
            return done == 1 ? parsed : null;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    private static MemorySegment optional(@Nullable Bytes bytes, String what) {
        if (bytes == null) {
            return MemorySegment.NULL;
        }
        requireLength(bytes, WORD, what);
        return segment(bytes);
    }
}
