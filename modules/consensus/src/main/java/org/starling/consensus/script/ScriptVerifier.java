package org.starling.consensus.script;

import static org.starling.consensus.script.ScriptError.*;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.TxIn;
import org.starling.crypto.Sha256;

/**
 * Verifies that an input may spend its output: scriptSig and scriptPubKey, P2SH (BIP-0016), witness programs
 * (BIP-0141), Taproot (BIP-0341) and Tapscript (BIP-0342), under the rules that {@link ScriptFlags} name.
 *
 * <p>Any bytes at all come to a {@link ScriptError} and never to an exception. Flags that do not go together
 * ({@link ScriptFlags#areConsistent}) are taken as they stand.
 */
public final class ScriptVerifier {
    private final int flags;
    private final Interpreter interpreter;
    private final SignatureOps signatures;
    private final TxIn input;
    private final Bytes scriptPubKey;
    private ScriptStack stack = new ScriptStack();

    private ScriptVerifier(
            SighashCache sighash, int index, int flags, SignatureChecker checker, @Nullable ScriptTrace trace) {
        this.flags = flags;
        this.interpreter = new Interpreter(sighash, index, flags, checker, trace);
        this.signatures = new SignatureOps(sighash, index, flags, checker);
        this.input = sighash.transaction().inputs().get(index);
        this.scriptPubKey = sighash.prevouts().get(index).scriptPubKey();
    }

    /** OK if the input at the index may spend its output. */
    public static ScriptError verify(SighashCache sighash, int index, int flags) {
        return verify(sighash, index, flags, SignatureChecker.DIRECT, null);
    }

    /** As {@link #verify(SighashCache, int, int)}, with signatures checked elsewhere and, if wanted, watched. */
    public static ScriptError verify(
            SighashCache sighash, int index, int flags, SignatureChecker checker, @Nullable ScriptTrace trace) {
        return new ScriptVerifier(sighash, index, flags, checker, trace).verify();
    }

    private boolean has(int flag) {
        return (flags & flag) != 0;
    }

    private ScriptError verify() {
        Bytes scriptSig = input.scriptSig();
        if (has(ScriptFlags.SIGPUSHONLY) && !Script.isPushOnly(scriptSig)) {
            return SIG_PUSHONLY;
        }
        ScriptError error = run(ScriptTrace.Part.SCRIPT_SIG, scriptSig);
        if (error != OK) {
            return error;
        }
        boolean isP2sh = has(ScriptFlags.P2SH) && Script.isP2sh(scriptPubKey);
        ScriptStack afterScriptSig = isP2sh ? stack.copy() : stack;
        error = runToTrue(ScriptTrace.Part.SCRIPT_PUB_KEY, scriptPubKey);
        if (error != OK) {
            return error;
        }
        boolean hadWitness = false;
        if (has(ScriptFlags.WITNESS)) {
            Script.WitnessProgram program = Script.witnessProgram(scriptPubKey);
            if (program != null) {
                hadWitness = true;
                error = scriptSig.isEmpty() ? verifyProgram(program, false) : WITNESS_MALLEATED;
            }
        }
        if (error == OK && isP2sh) {
            if (!Script.isPushOnly(scriptSig)) {
                return SIG_PUSHONLY;
            }
            stack = afterScriptSig;
            Bytes redeemScript = stack.pop();
            error = runToTrue(ScriptTrace.Part.REDEEM_SCRIPT, redeemScript);
            Script.WitnessProgram program = has(ScriptFlags.WITNESS) ? Script.witnessProgram(redeemScript) : null;
            if (error == OK && program != null) {
                hadWitness = true;
                boolean lone =
                        scriptSig.equals(new ScriptBuilder().data(redeemScript).build());
                error = lone ? verifyProgram(program, true) : WITNESS_MALLEATED_P2SH;
            }
        }
        if (error != OK) {
            return error;
        }
        if (has(ScriptFlags.CLEANSTACK) && stack.size() != 1) {
            return CLEANSTACK;
        }
        return has(ScriptFlags.WITNESS) && !hadWitness && input.hasWitness() ? WITNESS_UNEXPECTED : OK;
    }

    private ScriptError run(ScriptTrace.Part part, Bytes script) {
        return interpreter.run(part, script, stack, SigVersion.BASE, null);
    }

    /** Runs a script that must leave true on top. */
    private ScriptError runToTrue(ScriptTrace.Part part, Bytes script) {
        ScriptError error = run(part, script);
        if (error != OK) {
            return error;
        }
        return stack.size() > 0 && ScriptNumber.isTrue(stack.top()) ? OK : EVAL_FALSE;
    }

    private ScriptError verifyProgram(Script.WitnessProgram program, boolean inP2sh) {
        // What the program left is no longer of interest: a clean stack is asked of what the witness leaves.
        stack.keepBottom();
        if (program.version() == 0) {
            return verifyVersion0(program);
        }
        if (program.isTaproot() && !inP2sh) {
            return has(ScriptFlags.TAPROOT) ? verifyTaproot(program.program()) : OK;
        }
        if (program.isAnchor() && !inP2sh) {
            return OK;
        }
        return has(ScriptFlags.DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM) ? DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM : OK;
    }

    private ScriptError verifyVersion0(Script.WitnessProgram program) {
        List<Bytes> witness = input.witness();
        if (program.isKeyHash()) {
            return witness.size() == 2
                    ? runWitness(witness, 2, Script.p2pkh(program.program()), SigVersion.WITNESS_V0, null)
                    : WITNESS_PROGRAM_MISMATCH;
        }
        if (!program.isScriptHash()) {
            return WITNESS_PROGRAM_WRONG_LENGTH;
        }
        if (witness.isEmpty()) {
            return WITNESS_PROGRAM_WITNESS_EMPTY;
        }
        int last = witness.size() - 1;
        Bytes script = witness.get(last);
        if (!Sha256.once(script).equals(Hash256.of(program.program()))) {
            return WITNESS_PROGRAM_MISMATCH;
        }
        return runWitness(witness, last, script, SigVersion.WITNESS_V0, null);
    }

    private ScriptError verifyTaproot(Bytes outputKey) {
        List<Bytes> witness = input.witness();
        if (witness.isEmpty()) {
            return WITNESS_PROGRAM_WITNESS_EMPTY;
        }
        Bytes annex = Taproot.annex(witness);
        Hash256 annexHash = annex == null ? null : Taproot.annexHash(annex);
        int count = annex == null ? witness.size() : witness.size() - 1;
        if (count == 1) {
            return signatures.checkKeyPath(witness.get(0), outputKey, annexHash);
        }
        Bytes control = witness.get(count - 1);
        Bytes script = witness.get(count - 2);
        if (!Taproot.isControlBlockLength(control.length())) {
            return TAPROOT_WRONG_CONTROL_SIZE;
        }
        int leafVersion = control.unsigned(0) & Taproot.LEAF_MASK;
        Hash256 leafHash = Taproot.leafHash(leafVersion, script);
        if (!Taproot.commits(control, outputKey, leafHash)) {
            return WITNESS_PROGRAM_MISMATCH;
        }
        if (leafVersion == Taproot.TAPSCRIPT_LEAF) {
            TapscriptContext context = new TapscriptContext(leafHash, annexHash, witnessBytes(witness));
            return runWitness(witness, count - 2, script, SigVersion.TAPSCRIPT, context);
        }
        return has(ScriptFlags.DISCOURAGE_UPGRADABLE_TAPROOT_VERSION) ? DISCOURAGE_UPGRADABLE_TAPROOT_VERSION : OK;
    }

    /** Runs a script on the first elements of a witness. It must leave true and nothing else. */
    private ScriptError runWitness(
            List<Bytes> witness, int count, Bytes script, SigVersion version, @Nullable TapscriptContext context) {
        if (context != null) {
            ScriptError found = findSuccess(script);
            if (found != null) {
                return found;
            }
            if (count > Script.MAX_STACK) {
                return STACK_SIZE;
            }
        }
        for (int i = 0; i < count; i++) {
            if (witness.get(i).length() > Script.MAX_ELEMENT_BYTES) {
                return PUSH_SIZE;
            }
        }
        ScriptStack witnessStack = new ScriptStack(witness, count);
        ScriptTrace.Part part = context == null ? ScriptTrace.Part.WITNESS_SCRIPT : ScriptTrace.Part.TAPSCRIPT;
        ScriptError error = interpreter.run(part, script, witnessStack, version, context);
        if (error != OK) {
            return error;
        }
        if (witnessStack.size() != 1) {
            return CLEANSTACK;
        }
        return ScriptNumber.isTrue(witnessStack.top()) ? OK : EVAL_FALSE;
    }

    /** What a Tapscript with an OP_SUCCESS, or one that cannot be read up to it, comes to; null for any other. */
    private @Nullable ScriptError findSuccess(Bytes script) {
        ScriptReader reader = new ScriptReader(script);
        while (reader.hasNext()) {
            int opcode = reader.next();
            if (opcode < 0) {
                return BAD_OPCODE;
            }
            if (Op.isSuccess(opcode)) {
                return has(ScriptFlags.DISCOURAGE_OP_SUCCESS) ? DISCOURAGE_OP_SUCCESS : OK;
            }
        }
        return null;
    }

    private static long witnessBytes(List<Bytes> witness) {
        long bytes = ByteWriter.compactSizeLength(witness.size());
        for (Bytes element : witness) {
            bytes += ByteWriter.compactSizeLength(element.length()) + element.length();
        }
        return bytes;
    }
}
