package org.starling.crypto;

import static org.starling.crypto.Secp256k1.CONTEXT;
import static org.starling.crypto.Secp256k1.INT;
import static org.starling.crypto.Secp256k1.POINTER;
import static org.starling.crypto.Secp256k1.PUBLIC_KEY;
import static org.starling.crypto.Secp256k1.failure;
import static org.starling.crypto.Secp256k1.requireLength;
import static org.starling.crypto.Secp256k1.segment;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/** An aggregate MuSig2 key (BIP-0327), tweaked or not, with what signing for it needs. Immutable. */
public final class MusigKey {
    private static final MethodHandle GET =
            Secp256k1.direct("secp256k1_musig_pubkey_get", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle PLAIN_TWEAK =
            Secp256k1.direct("secp256k1_musig_pubkey_ec_tweak_add", INT, POINTER, POINTER, POINTER, POINTER);
    private static final MethodHandle X_ONLY_TWEAK =
            Secp256k1.direct("secp256k1_musig_pubkey_xonly_tweak_add", INT, POINTER, POINTER, POINTER, POINTER);

    private final byte[] cache;
    private final Bytes publicKey;

    MusigKey(byte[] cache) {
        this.cache = cache;
        byte[] parsed = new byte[PUBLIC_KEY];
        try {
            int _ = (int) GET.invokeExact(CONTEXT, segment(parsed), segment(cache));
            publicKey = PublicKeys.serialize(parsed, true);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** 33 bytes. */
    public Bytes publicKey() {
        return publicKey;
    }

    /** 32 bytes: the key that signatures are checked against. */
    public Bytes xOnlyKey() {
        return publicKey.from(1);
    }

    /** This key plus the tweak times the generator (BIP-0032 derivation), or null if there is no such key. */
    public @Nullable MusigKey plainTweak(Bytes tweak) {
        return tweak(PLAIN_TWEAK, tweak);
    }

    /** This key, made even, plus the tweak times the generator (BIP-0341), or null if there is no such key. */
    public @Nullable MusigKey xOnlyTweak(Bytes tweak) {
        return tweak(X_ONLY_TWEAK, tweak);
    }

    /** The library's structure, which the caller must not change. */
    byte[] cache() {
        return cache;
    }

    private @Nullable MusigKey tweak(MethodHandle operation, Bytes tweak) {
        requireLength(tweak, 32, "tweak");
        byte[] tweaked = cache.clone();
        try {
            int done = (int) operation.invokeExact(CONTEXT, MemorySegment.NULL, segment(tweaked), segment(tweak));
            return done == 1 ? new MusigKey(tweaked) : null;
        } catch (Throwable e) {
            throw failure(e);
        }
    }
}
