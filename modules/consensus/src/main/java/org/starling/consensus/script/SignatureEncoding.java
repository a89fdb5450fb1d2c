package org.starling.consensus.script;

import org.starling.bytes.Bytes;
import org.starling.crypto.Ecdsa;

/** The encodings that rules ask of signatures and keys before witness version 1. */
public final class SignatureEncoding {
    private static final int MIN_BYTES = 9;
    private static final int MAX_BYTES = 73;
    private static final int INTEGER = 0x02;

    private SignatureEncoding() {}

    /** OK, or what the flags find wrong with a signature (its hash type byte included). An empty one is never wrong. */
    static ScriptError checkSignature(Bytes signature, int flags) {
        if (signature.isEmpty()) {
            return ScriptError.OK;
        }
        if ((flags & (ScriptFlags.DERSIG | ScriptFlags.LOW_S | ScriptFlags.STRICTENC)) != 0
                && !isStrictDer(signature)) {
            return ScriptError.SIG_DER;
        }
        if ((flags & ScriptFlags.LOW_S) != 0 && !Ecdsa.isLowS(signature.slice(0, signature.length() - 1))) {
            return ScriptError.SIG_HIGH_S;
        }
        if ((flags & ScriptFlags.STRICTENC) != 0 && !hasDefinedHashType(signature)) {
            return ScriptError.SIG_HASHTYPE;
        }
        return ScriptError.OK;
    }

    /** OK, or what the flags find wrong with a key. */
    static ScriptError checkPublicKey(Bytes key, int flags, SigVersion version) {
        if ((flags & ScriptFlags.STRICTENC) != 0 && !isCompressed(key) && !isUncompressed(key)) {
            return ScriptError.PUBKEYTYPE;
        }
        if ((flags & ScriptFlags.WITNESS_PUBKEYTYPE) != 0 && version == SigVersion.WITNESS_V0 && !isCompressed(key)) {
            return ScriptError.WITNESS_PUBKEYTYPE;
        }
        return ScriptError.OK;
    }

    /** Whether the key has the length and first byte of a compressed one. */
    public static boolean isCompressed(Bytes key) {
        return key.length() == 33 && (key.get(0) == 2 || key.get(0) == 3);
    }

    /** Whether the key has the length and first byte of an uncompressed one. */
    public static boolean isUncompressed(Bytes key) {
        return key.length() == 65 && key.get(0) == 4;
    }

    /**
     * Whether the signature, with its hash type byte, is as BIP-0066 wants it: a sequence of two positive integers in
     * their shortest form, and nothing else.
     */
    public static boolean isStrictDer(Bytes signature) {
        int length = signature.length();
        if (length < MIN_BYTES
                || length > MAX_BYTES
                || signature.unsigned(0) != 0x30
                || signature.unsigned(1) != length - 3) {
            return false;
        }
        int lengthOfR = signature.unsigned(3);
        if (5 + lengthOfR >= length) {
            return false;
        }
        int lengthOfS = signature.unsigned(5 + lengthOfR);
        return lengthOfR + lengthOfS + 7 == length
                && isShortestPositive(signature, 2, lengthOfR)
                && isShortestPositive(signature, 4 + lengthOfR, lengthOfS);
    }

    private static boolean isShortestPositive(Bytes signature, int tagAt, int length) {
        if (signature.unsigned(tagAt) != INTEGER || length == 0 || signature.get(tagAt + 2) < 0) {
            return false;
        }
        return length == 1 || signature.get(tagAt + 2) != 0 || signature.get(tagAt + 3) < 0;
    }

    private static boolean hasDefinedHashType(Bytes signature) {
        int type = signature.unsigned(signature.length() - 1) & ~Sighash.ANYONECANPAY;
        return type >= Sighash.ALL && type <= Sighash.SINGLE;
    }
}
