package org.starling.crypto;

import static org.starling.crypto.Secp256k1.CONTEXT;
import static org.starling.crypto.Secp256k1.INT;
import static org.starling.crypto.Secp256k1.POINTER;
import static org.starling.crypto.Secp256k1.PUBLIC_KEY;
import static org.starling.crypto.Secp256k1.SIZE;
import static org.starling.crypto.Secp256k1.failure;
import static org.starling.crypto.Secp256k1.requireLength;
import static org.starling.crypto.Secp256k1.segment;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/**
 * Public keys in their serialized forms: 33 bytes compressed, 65 uncompressed or hybrid (which scripts may hold), 32
 * x-only (BIP-0340). A method that meets a key which is no point of the curve, or a tweak that leads to none, returns
 * null; a length that the form never has is an {@link IllegalArgumentException}.
 */
public final class PublicKeys {
    public static final int COMPRESSED = 33;
    public static final int UNCOMPRESSED = 65;
    public static final int X_ONLY = 32;

    private static final int TWEAK = 32;
    private static final int FLAG_COMPRESSED = 0x102;
    private static final int FLAG_UNCOMPRESSED = 0x002;

    private static final MethodHandle PARSE =
            Secp256k1.direct("secp256k1_ec_pubkey_parse", INT, POINTER, POINTER, POINTER, SIZE);
    private static final MethodHandle SERIALIZE =
            Secp256k1.direct("secp256k1_ec_pubkey_serialize", INT, POINTER, POINTER, POINTER, POINTER, INT);
    private static final MethodHandle TWEAK_ADD =
            Secp256k1.direct("secp256k1_ec_pubkey_tweak_add", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle TWEAK_MULTIPLY =
            Secp256k1.direct("secp256k1_ec_pubkey_tweak_mul", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle NEGATE = Secp256k1.direct("secp256k1_ec_pubkey_negate", INT, POINTER, POINTER);
    private static final MethodHandle COMBINE =
            Secp256k1.function("secp256k1_ec_pubkey_combine", INT, POINTER, POINTER, POINTER, SIZE);
    private static final MethodHandle X_PARSE =
            Secp256k1.direct("secp256k1_xonly_pubkey_parse", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle X_TWEAK_ADD =
            Secp256k1.direct("secp256k1_xonly_pubkey_tweak_add", INT, POINTER, POINTER, POINTER, POINTER);
    private static final MethodHandle X_TWEAK_ADD_CHECK =
            Secp256k1.direct("secp256k1_xonly_pubkey_tweak_add_check", INT, POINTER, POINTER, INT, POINTER, POINTER);

    private PublicKeys() {}

    /** An x-only key and whether the point that it stands for had an odd Y. */
    public record XOnly(Bytes key, boolean odd) {}

    /** Whether the bytes are a point in compressed, uncompressed or hybrid form. */
    public static boolean isValid(Bytes key) {
        return parse(key) != null;
    }

    /** Whether the 32 bytes are the X of a point (BIP-0340 {@code lift_x}). */
    public static boolean isValidXOnly(Bytes key) {
        return key.length() == X_ONLY && parseXOnly(key) != null;
    }

    /** The same point in 33 bytes. */
    public static @Nullable Bytes compress(Bytes key) {
        byte[] parsed = parse(key);
        return parsed == null ? null : serialize(parsed, true);
    }

    /** The same point in 65 bytes. */
    public static @Nullable Bytes decompress(Bytes key) {
        byte[] parsed = parse(key);
        return parsed == null ? null : serialize(parsed, false);
    }

    /** The X of the point, and the parity of its Y. */
    public static @Nullable XOnly xOnly(Bytes key) {
        Bytes compressed = compress(key);
        return compressed == null ? null : split(compressed);
    }

    /** The point plus the 32-byte tweak times the generator, compressed. */
    public static @Nullable Bytes tweakAdd(Bytes key, Bytes tweak) {
        return tweaked(TWEAK_ADD, key, tweak);
    }

    /** The point times the 32-byte tweak, compressed. */
    public static @Nullable Bytes tweakMultiply(Bytes key, Bytes tweak) {
        return tweaked(TWEAK_MULTIPLY, key, tweak);
    }

    /** The point mirrored at the X axis, compressed. */
    public static @Nullable Bytes negate(Bytes key) {
        byte[] parsed = parse(key);
        if (parsed == null) {
            return null;
        }
        try {
            int _ = (int) NEGATE.invokeExact(CONTEXT, segment(parsed));
            return serialize(parsed, true);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** The sum of the points, compressed. Null also if they sum to infinity. */
    public static @Nullable Bytes combine(List<Bytes> keys) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("no keys to combine");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointers = pointers(arena, keys);
            if (pointers == null) {
                return null;
            }
            MemorySegment sum = arena.allocate(PUBLIC_KEY);
            int done = (int) COMBINE.invokeExact(CONTEXT, sum, pointers, (long) keys.size());
            return done == 1 ? serialize(sum.toArray(ValueLayout.JAVA_BYTE), true) : null;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** The x-only point plus the 32-byte tweak times the generator (BIP-0341 output keys). */
    public static @Nullable XOnly xOnlyTweakAdd(Bytes key, Bytes tweak) {
        requireLength(key, X_ONLY, "x-only key");
        requireLength(tweak, TWEAK, "tweak");
        byte[] parsed = parseXOnly(key);
        if (parsed == null) {
            return null;
        }
        try {
            byte[] output = new byte[PUBLIC_KEY];
            int done = (int) X_TWEAK_ADD.invokeExact(CONTEXT, segment(output), segment(parsed), segment(tweak));
            return done == 1 ? split(serialize(output, true)) : null;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** Whether {@code tweaked} with this parity is {@code key} plus the tweak times the generator. */
    public static boolean xOnlyTweakAddCheck(Bytes tweaked, boolean odd, Bytes key, Bytes tweak) {
        requireLength(tweaked, X_ONLY, "x-only key");
        requireLength(key, X_ONLY, "x-only key");
        requireLength(tweak, TWEAK, "tweak");
        byte[] parsed = parseXOnly(key);
        if (parsed == null) {
            return false;
        }
        try {
            int parity = odd ? 1 : 0;
            return (int) X_TWEAK_ADD_CHECK.invokeExact(
                            CONTEXT, segment(tweaked), parity, segment(parsed), segment(tweak))
                    == 1;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** The library's form of a key of 33 or 65 bytes, or null. */
    static byte @Nullable [] parse(Bytes key) {
        int length = key.length();
        if (length != COMPRESSED && length != UNCOMPRESSED) {
            return null;
        }
        try {
            byte[] parsed = new byte[PUBLIC_KEY];
            int done = (int) PARSE.invokeExact(CONTEXT, segment(parsed), segment(key), (long) length);
            return done == 1 ? parsed : null;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** The library's form of a key of 32 bytes, or null. */
    static byte @Nullable [] parseXOnly(Bytes key) {
        try {
            byte[] parsed = new byte[PUBLIC_KEY];
            return (int) X_PARSE.invokeExact(CONTEXT, segment(parsed), segment(key)) == 1 ? parsed : null;
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    static Bytes serialize(byte[] parsed, boolean compressed) {
        try {
            byte[] out = new byte[compressed ? COMPRESSED : UNCOMPRESSED];
            long[] length = {out.length};
            int _ = (int) SERIALIZE.invokeExact(
                    CONTEXT,
                    segment(out),
                    MemorySegment.ofArray(length),
                    segment(parsed),
                    compressed ? FLAG_COMPRESSED : FLAG_UNCOMPRESSED);
            return Bytes.wrap(out);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** Native pointers to the parsed keys, or null if one is no point. */
    static @Nullable MemorySegment pointers(Arena arena, List<Bytes> keys) {
        MemorySegment pointers = arena.allocate(ValueLayout.ADDRESS, keys.size());
        for (int i = 0; i < keys.size(); i++) {
            byte[] parsed = parse(keys.get(i));
            if (parsed == null) {
                return null;
            }
            pointers.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(ValueLayout.JAVA_BYTE, parsed));
        }
        return pointers;
    }

    static XOnly split(Bytes compressed) {
        return new XOnly(compressed.from(1), compressed.get(0) == 3);
    }

    private static @Nullable Bytes tweaked(MethodHandle operation, Bytes key, Bytes tweak) {
        requireLength(tweak, TWEAK, "tweak");
        byte[] parsed = parse(key);
        if (parsed == null) {
            return null;
        }
        try {
            int done = (int) operation.invokeExact(CONTEXT, segment(parsed), segment(tweak));
            return done == 1 ? serialize(parsed, true) : null;
        } catch (Throwable e) {
            throw failure(e);
        }
    }
}
