package org.starling.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.starling.bytes.Bytes;

/**
 * libsecp256k1, bound through the FFM API. This class finds functions and holds contexts; {@link Ecdsa}, {@link Schnorr},
 * {@link PublicKeys}, {@link SecretKeys}, {@link EllSwift} and {@link Musig} are what others use.
 *
 * <p>The library aborts the process when it is handed an opaque structure that it did not fill in, so these stay inside
 * the package and exist only after the call that fills them has succeeded.
 */
final class Secp256k1 {
    static final MemoryLayout POINTER = ValueLayout.ADDRESS;
    static final MemoryLayout SIZE = ValueLayout.JAVA_LONG;
    static final MemoryLayout INT = ValueLayout.JAVA_INT;

    /** Bytes of the library's parsed public key, plain or x-only. */
    static final int PUBLIC_KEY = 64;

    /** Bytes of the library's parsed ECDSA signature. */
    static final int SIGNATURE = 64;

    /** Bytes of the library's key pair. */
    static final int KEY_PAIR = 96;

    private static final int CONTEXT_NONE = 1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup SYMBOLS = NativeLibrary.load();

    /** The library's constant context, enough for all that involves no secret. */
    static final MemorySegment CONTEXT = pointerAt("secp256k1_context_static");

    private static final MethodHandle CREATE = function("secp256k1_context_create", POINTER, INT);
    private static final MethodHandle RANDOMIZE = function("secp256k1_context_randomize", INT, POINTER, POINTER);

    private Secp256k1() {}

    /** The context for all that involves a secret key. */
    static MemorySegment signingContext() {
        return Signing.CONTEXT;
    }

    /** Made when first something is signed, and not changed afterwards, so that threads may share it. */
    private static final class Signing {
        static final MemorySegment CONTEXT = newContext();

        static {
            Bytes seed = Blinding.seed();
            if (seed != null) {
                randomize(CONTEXT, seed);
            }
        }

        private Signing() {}
    }

    static void randomize(MemorySegment context, Bytes seed) {
        requireLength(seed, Blinding.SEED_BYTES, "seed");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment nativeSeed = arena.allocateFrom(ValueLayout.JAVA_BYTE, seed.toArray());
            int done = (int) RANDOMIZE.invokeExact(context, nativeSeed);
            nativeSeed.fill((byte) 0);
            if (done != 1) {
                throw new AssertionError("secp256k1_context_randomize");
            }
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** A function that takes Java arrays as they are, without a copy; for short calls without callbacks. */
    @SuppressWarnings("restricted")
    static MethodHandle direct(String name, MemoryLayout result, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                symbol(name), FunctionDescriptor.of(result, parameters), Linker.Option.critical(true));
    }

    /** A function that takes native memory only. */
    @SuppressWarnings("restricted")
    static MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
        return LINKER.downcallHandle(symbol(name), FunctionDescriptor.of(result, parameters));
    }

    /** What a constant of the library points to. */
    @SuppressWarnings("restricted")
    static MemorySegment pointerAt(String name) {
        return symbol(name).reinterpret(ValueLayout.ADDRESS.byteSize()).get(ValueLayout.ADDRESS, 0);
    }

    /** The bytes where they stand. */
    static MemorySegment segment(Bytes bytes) {
        MemorySegment array = MemorySegment.ofArray(bytes.sharedArray());
        return bytes.length() == array.byteSize() ? array : array.asSlice(bytes.arrayOffset(), bytes.length());
    }

    static MemorySegment segment(byte[] bytes) {
        return MemorySegment.ofArray(bytes);
    }

    static void requireLength(Bytes bytes, int length, String what) {
        if (bytes.length() != length) {
            throw new IllegalArgumentException(what + " has " + length + " bytes, not " + bytes.length());
        }
    }

    /** A native call throws nothing of its own; whatever came is a broken invariant. */
    static AssertionError failure(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        if (e instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        return new AssertionError(e);
    }

    private static MemorySegment newContext() {
        try {
            return (MemorySegment) CREATE.invokeExact(CONTEXT_NONE);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    private static MemorySegment symbol(String name) {
        return SYMBOLS.find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError("libsecp256k1 on the class path lacks " + name));
    }
}
