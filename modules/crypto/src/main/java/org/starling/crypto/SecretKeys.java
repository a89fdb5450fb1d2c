package org.starling.crypto;

import static org.starling.crypto.Secp256k1.INT;
import static org.starling.crypto.Secp256k1.KEY_PAIR;
import static org.starling.crypto.Secp256k1.POINTER;
import static org.starling.crypto.Secp256k1.PUBLIC_KEY;
import static org.starling.crypto.Secp256k1.failure;
import static org.starling.crypto.Secp256k1.requireLength;
import static org.starling.crypto.Secp256k1.segment;
import static org.starling.crypto.Secp256k1.signingContext;

import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/**
 * Secret keys: 32 bytes, big-endian, from 1 to the group order less 1. A method that is given anything else throws
 * {@link IllegalArgumentException} (without the key in it); a tweak that leads to no key yields null.
 */
public final class SecretKeys {
    public static final int BYTES = 32;

    private static final MethodHandle VERIFY = Secp256k1.direct("secp256k1_ec_seckey_verify", INT, POINTER, POINTER);
    private static final MethodHandle CREATE =
            Secp256k1.direct("secp256k1_ec_pubkey_create", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle TWEAK_ADD =
            Secp256k1.direct("secp256k1_ec_seckey_tweak_add", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle NEGATE = Secp256k1.direct("secp256k1_ec_seckey_negate", INT, POINTER, POINTER);
    private static final MethodHandle PAIR_CREATE =
            Secp256k1.direct("secp256k1_keypair_create", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle PAIR_SECRET =
            Secp256k1.direct("secp256k1_keypair_sec", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle PAIR_X_TWEAK_ADD =
            Secp256k1.direct("secp256k1_keypair_xonly_tweak_add", INT, POINTER, POINTER, POINTER);

    private SecretKeys() {}

    public static boolean isValid(Bytes secret) {
        if (secret.length() != BYTES) {
            return false;
        }
        try {
            return (int) VERIFY.invokeExact(signingContext(), segment(secret)) == 1;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** The public key in 33 bytes, or in 65. */
    public static Bytes publicKey(Bytes secret, boolean compressed) {
        return PublicKeys.serialize(parsedPublicKey(secret), compressed);
    }

    /** The public key in 33 bytes. */
    public static Bytes publicKey(Bytes secret) {
        return publicKey(secret, true);
    }

    /** The public key's X, and the parity of its Y. */
    public static PublicKeys.XOnly xOnlyPublicKey(Bytes secret) {
        return PublicKeys.split(publicKey(secret));
    }

    /** The key plus the tweak modulo the group order (BIP-0032 derivation). */
    public static @Nullable Bytes tweakAdd(Bytes secret, Bytes tweak) {
        requireValid(secret);
        requireLength(tweak, BYTES, "tweak");
        byte[] key = secret.toArray();
        try {
            int done = (int) TWEAK_ADD.invokeExact(signingContext(), segment(key), segment(tweak));
            return done == 1 ? Bytes.wrap(key) : null;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** The group order less the key. */
    public static Bytes negate(Bytes secret) {
        requireValid(secret);
        byte[] key = secret.toArray();
        try {
            int _ = (int) NEGATE.invokeExact(signingContext(), segment(key));
            return Bytes.wrap(key);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** The key that signs for the x-only public key after {@link PublicKeys#xOnlyTweakAdd} (BIP-0341 key path). */
    public static @Nullable Bytes xOnlyTweakAdd(Bytes secret, Bytes tweak) {
        requireLength(tweak, BYTES, "tweak");
        byte[] pair = keyPair(secret);
        byte[] key = new byte[BYTES];
        try {
            int done = (int) PAIR_X_TWEAK_ADD.invokeExact(signingContext(), segment(pair), segment(tweak));
            if (done != 1) {
                return null;
            }
            int _ = (int) PAIR_SECRET.invokeExact(signingContext(), segment(key), segment(pair));
            return Bytes.wrap(key);
        } catch (Throwable e) {
            throw failure(e);
        } finally {
            Arrays.fill(pair, (byte) 0);
        }
    }

    /** The library's key pair; whoever asks for it overwrites it after use. */
    static byte[] keyPair(Bytes secret) {
        requireLength(secret, BYTES, "secret key");
        byte[] pair = new byte[KEY_PAIR];
        try {
            if ((int) PAIR_CREATE.invokeExact(signingContext(), segment(pair), segment(secret)) != 1) {
                throw new IllegalArgumentException("secret key out of range");
            }
            return pair;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    static void requireValid(Bytes secret) {
        requireLength(secret, BYTES, "secret key");
        if (!isValid(secret)) {
            throw new IllegalArgumentException("secret key out of range");
        }
    }

    private static byte[] parsedPublicKey(Bytes secret) {
        requireLength(secret, BYTES, "secret key");
        byte[] parsed = new byte[PUBLIC_KEY];
        try {
            if ((int) CREATE.invokeExact(signingContext(), segment(parsed), segment(secret)) != 1) {
                throw new IllegalArgumentException("secret key out of range");
            }
            return parsed;
        } catch (Throwable e) {
            throw failure(e);
        }
    }
}
