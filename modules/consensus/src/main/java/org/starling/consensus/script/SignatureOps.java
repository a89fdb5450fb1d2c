package org.starling.consensus.script;

import static org.starling.consensus.script.ScriptError.*;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;

/** The opcodes that check signatures, under each version's rules. */
final class SignatureOps {
    private static final int SCHNORR_BYTES = 64;

    private final SighashCache sighash;
    private final int input;
    private final int flags;
    private final boolean minimal;
    private final SignatureChecker checker;

    private Bytes script = Bytes.EMPTY;
    private SigVersion version = SigVersion.BASE;
    private @Nullable TapscriptContext tapscript;
    /** Where signed code begins: behind the OP_CODESEPARATOR last executed. */
    private int codeFrom;
    /** The number of that operation, or -1. */
    private int codeSeparator;

    SignatureOps(SighashCache sighash, int input, int flags, SignatureChecker checker) {
        this.sighash = sighash;
        this.input = input;
        this.flags = flags;
        this.minimal = (flags & ScriptFlags.MINIMALDATA) != 0;
        this.checker = checker;
    }

    /** The script that the next opcodes are in. */
    void begin(Bytes nextScript, SigVersion underRules, @Nullable TapscriptContext context) {
        script = nextScript;
        version = underRules;
        tapscript = context;
        codeFrom = 0;
        codeSeparator = -1;
    }

    ScriptError codeSeparator(int behind, int number) {
        codeFrom = behind;
        codeSeparator = number;
        return OK;
    }

    /** {@code (signature key -- bool)} */
    ScriptError checkSig(ScriptStack stack) {
        if (stack.size() < 2) {
            return INVALID_STACK_OPERATION;
        }
        Bytes signature = stack.peek(1);
        Bytes key = stack.top();
        if (tapscript != null) {
            ScriptError error = checkTapscript(tapscript, signature, key);
            if (error != OK) {
                return error;
            }
            stack.drop(2);
            stack.push(ScriptNumber.bool(!signature.isEmpty()));
            return OK;
        }
        Code code = new Code(script.from(codeFrom));
        ScriptError error = code.drop(signature);
        if (error == OK) {
            error = checkEncodings(signature, key);
        }
        if (error != OK) {
            return error;
        }
        boolean valid = isValid(signature, key, code);
        if (!valid && (flags & ScriptFlags.NULLFAIL) != 0 && !signature.isEmpty()) {
            return NULLFAIL;
        }
        stack.drop(2);
        stack.push(ScriptNumber.bool(valid));
        return OK;
    }

    /** {@code (signature number key -- number)} (BIP-0342) */
    ScriptError checkSigAdd(ScriptStack stack) {
        if (tapscript == null) {
            return BAD_OPCODE;
        }
        if (stack.size() < 3) {
            return INVALID_STACK_OPERATION;
        }
        Bytes signature = stack.peek(2);
        long number = ScriptNumber.decode(stack.peek(1), minimal, ScriptNumber.OPERAND_BYTES);
        if (number == ScriptNumber.INVALID) {
            return UNKNOWN_ERROR;
        }
        ScriptError error = checkTapscript(tapscript, signature, stack.top());
        if (error != OK) {
            return error;
        }
        stack.drop(3);
        stack.push(ScriptNumber.encode(signature.isEmpty() ? number : number + 1));
        return OK;
    }

    /** {@code (extra signatures... count keys... count -- bool)}, the number of keys having been read and found good. */
    ScriptError checkMultisig(ScriptStack stack, int keys) {
        int countAt = keys + 1;
        if (stack.size() <= countAt) {
            return INVALID_STACK_OPERATION;
        }
        long count = ScriptNumber.decode(stack.peek(countAt), minimal, ScriptNumber.OPERAND_BYTES);
        if (count == ScriptNumber.INVALID) {
            return UNKNOWN_ERROR;
        }
        if (count < 0 || count > keys) {
            return SIG_COUNT;
        }
        int signatures = (int) count;
        int signaturesAt = countAt + 1;
        // One element more than there should be is taken, since the first version.
        if (stack.size() <= signaturesAt + signatures) {
            return INVALID_STACK_OPERATION;
        }
        Code code = new Code(script.from(codeFrom));
        for (int i = 0; i < signatures; i++) {
            ScriptError error = code.drop(stack.peek(signaturesAt + i));
            if (error != OK) {
                return error;
            }
        }
        // Each signature must be that of a key, in the order of the keys.
        boolean valid = true;
        int keyAt = 1;
        int signatureAt = signaturesAt;
        int keysLeft = keys;
        int left = signatures;
        while (valid && left > 0) {
            Bytes signature = stack.peek(signatureAt);
            Bytes key = stack.peek(keyAt);
            ScriptError error = checkEncodings(signature, key);
            if (error != OK) {
                return error;
            }
            if (isValid(signature, key, code)) {
                signatureAt++;
                left--;
            }
            keyAt++;
            keysLeft--;
            valid = left <= keysLeft;
        }
        return finishMultisig(stack, valid, signaturesAt, signatures);
    }

    private ScriptError finishMultisig(ScriptStack stack, boolean valid, int signaturesAt, int signatures) {
        if (!valid && (flags & ScriptFlags.NULLFAIL) != 0) {
            for (int i = 0; i < signatures; i++) {
                if (!stack.peek(signaturesAt + i).isEmpty()) {
                    return NULLFAIL;
                }
            }
        }
        stack.drop(signaturesAt + signatures);
        if ((flags & ScriptFlags.NULLDUMMY) != 0 && !stack.top().isEmpty()) {
            return SIG_NULLDUMMY;
        }
        stack.replaceTop(ScriptNumber.bool(valid));
        return OK;
    }

    /** The signature of a Taproot key path, in 64 bytes or, with a hash type, 65. */
    ScriptError checkKeyPath(Bytes signature, Bytes key, @Nullable Hash256 annexHash) {
        return checkSchnorr(signature, key, annexHash, null);
    }

    private ScriptError checkEncodings(Bytes signature, Bytes key) {
        ScriptError error = SignatureEncoding.checkSignature(signature, flags);
        return error == OK ? SignatureEncoding.checkPublicKey(key, flags, version) : error;
    }

    private boolean isValid(Bytes signature, Bytes key, Code code) {
        int last = signature.length() - 1;
        return last >= 0 && checker.ecdsa(key, signature.slice(0, last), code.hash(signature.unsigned(last)));
    }

    private ScriptError checkTapscript(TapscriptContext context, Bytes signature, Bytes key) {
        if (!signature.isEmpty() && !context.pay()) {
            return TAPSCRIPT_VALIDATION_WEIGHT;
        }
        if (key.isEmpty()) {
            return PUBKEYTYPE;
        }
        if (key.length() != 32) {
            return (flags & ScriptFlags.DISCOURAGE_UPGRADABLE_PUBKEYTYPE) != 0 ? DISCOURAGE_UPGRADABLE_PUBKEYTYPE : OK;
        }
        return signature.isEmpty() ? OK : checkSchnorr(signature, key, context.annexHash, context.leafHash);
    }

    private ScriptError checkSchnorr(
            Bytes signature, Bytes key, @Nullable Hash256 annexHash, @Nullable Hash256 leafHash) {
        int length = signature.length();
        if (length != SCHNORR_BYTES && length != SCHNORR_BYTES + 1) {
            return SCHNORR_SIG_SIZE;
        }
        int hashType = Sighash.DEFAULT;
        if (length > SCHNORR_BYTES) {
            hashType = signature.unsigned(SCHNORR_BYTES);
            if (hashType == Sighash.DEFAULT) {
                return SCHNORR_SIG_HASHTYPE;
            }
        }
        Hash256 hash = leafHash == null
                ? sighash.taprootKeyPath(input, hashType, annexHash)
                : sighash.tapscript(input, hashType, annexHash, leafHash, codeSeparator);
        if (hash == null) {
            return SCHNORR_SIG_HASHTYPE;
        }
        return checker.schnorr(key, signature.slice(0, SCHNORR_BYTES), hash) ? OK : SCHNORR_SIG;
    }

    /** The code that signatures of one opcode sign. */
    private final class Code {
        private Bytes code;
        private int knownType = -1;
        private @Nullable Hash256 known;

        Code(Bytes code) {
            this.code = code;
        }

        /** Takes a signature out of the code, which it cannot sign; only before segregated witness. */
        ScriptError drop(Bytes signature) {
            if (version == SigVersion.BASE) {
                Bytes without =
                        without(code, new ScriptBuilder().data(signature).build());
                if (without.length() != code.length() && (flags & ScriptFlags.CONST_SCRIPTCODE) != 0) {
                    return SIG_FINDANDDELETE;
                }
                code = without;
            }
            return OK;
        }

        Hash256 hash(int hashType) {
            if (hashType != knownType) {
                known = version == SigVersion.BASE
                        ? sighash.legacy(input, code, hashType)
                        : sighash.witnessV0(input, code, hashType);
                knownType = hashType;
            }
            return Objects.requireNonNull(known);
        }
    }

    /** The script without the pattern wherever it stands at the beginning of an operation. */
    static Bytes without(Bytes script, Bytes pattern) {
        if (pattern.isEmpty() || pattern.length() > script.length()) {
            return script;
        }
        ByteWriter kept = null;
        int keptTo = 0;
        ScriptReader reader = new ScriptReader(script);
        int at = 0;
        while (true) {
            int end = at;
            while (matches(script, end, pattern)) {
                end += pattern.length();
            }
            if (end > at) {
                kept = kept == null ? new ByteWriter(script.length()) : kept;
                kept.bytes(script.slice(keptTo, at));
                keptTo = end;
                reader = new ScriptReader(script.from(end));
                at = end;
            }
            int before = reader.position();
            if (reader.next() < 0) {
                break;
            }
            at += reader.position() - before;
        }
        return kept == null ? script : kept.bytes(script.from(keptTo)).toBytes();
    }

    private static boolean matches(Bytes script, int at, Bytes pattern) {
        if (script.length() - at < pattern.length() || script.get(at) != pattern.get(0)) {
            return false;
        }
        return script.slice(at, at + pattern.length()).equals(pattern);
    }
}
