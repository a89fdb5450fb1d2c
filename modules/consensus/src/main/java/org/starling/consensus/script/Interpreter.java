package org.starling.consensus.script;

import static org.starling.consensus.script.ScriptError.*;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.Transaction;
import org.starling.crypto.Hash160;
import org.starling.crypto.Ripemd160;
import org.starling.crypto.Sha1;
import org.starling.crypto.Sha256;

/**
 * Runs one script on a stack. Errors are those of Core in the order in which it finds them, as rules and tests compare
 * them. One object runs the scripts of one input, one after another.
 */
final class Interpreter {
    private static final int NONE_FALSE = Integer.MAX_VALUE;

    private final Transaction transaction;
    private final int input;
    private final int flags;
    private final boolean minimal;
    private final SignatureOps signatures;
    private final @Nullable ScriptTrace trace;

    private ScriptStack stack = new ScriptStack();
    private ScriptStack altStack = new ScriptStack();
    private SigVersion version = SigVersion.BASE;
    private int opCount;
    // The branches that the position is in: how many, and the outermost of them that is not taken.
    private int depth;
    private int firstFalse;

    Interpreter(SighashCache sighash, int input, int flags, SignatureChecker checker, @Nullable ScriptTrace trace) {
        this.transaction = sighash.transaction();
        this.input = input;
        this.flags = flags;
        this.minimal = (flags & ScriptFlags.MINIMALDATA) != 0;
        this.signatures = new SignatureOps(sighash, input, flags, checker);
        this.trace = trace;
    }

    /** Runs a script to its end or its first error. What is on the stack then is the caller's to judge. */
    ScriptError run(
            ScriptTrace.Part part,
            Bytes script,
            ScriptStack onStack,
            SigVersion underRules,
            @Nullable TapscriptContext tapscript) {
        stack = onStack;
        altStack = new ScriptStack();
        version = underRules;
        opCount = 0;
        depth = 0;
        firstFalse = NONE_FALSE;
        if (trace != null) {
            trace.begin(part, script);
        }
        signatures.begin(script, underRules, tapscript);
        ScriptError result = version != SigVersion.TAPSCRIPT && script.length() > Script.MAX_SCRIPT_BYTES
                ? SCRIPT_SIZE
                : runAll(new ScriptReader(script), script);
        if (result == OK && depth > 0) {
            result = UNBALANCED_CONDITIONAL;
        }
        if (trace != null) {
            trace.end(result, stack);
        }
        return result;
    }

    private ScriptError runAll(ScriptReader reader, Bytes script) {
        for (int number = 0; reader.hasNext(); number++) {
            boolean executing = firstFalse == NONE_FALSE;
            if (trace != null) {
                int offset = reader.position();
                trace.step(number, offset, script.unsigned(offset), executing, stack);
            }
            ScriptError error = runNext(reader, number, executing);
            if (error != OK) {
                if (trace != null) {
                    trace.failed(error);
                }
                return error;
            }
        }
        return OK;
    }

    private ScriptError runNext(ScriptReader reader, int number, boolean executing) {
        int opcode = reader.next();
        if (opcode < 0) {
            return BAD_OPCODE;
        }
        if (reader.dataLength() > Script.MAX_ELEMENT_BYTES) {
            return PUSH_SIZE;
        }
        ScriptError error = opcode <= Op.OP_16
                ? push(opcode, reader, executing)
                : operate(opcode, reader.position(), number, executing);
        if (error == OK && stack.size() + altStack.size() > Script.MAX_STACK) {
            return STACK_SIZE;
        }
        return error;
    }

    private ScriptError push(int opcode, ScriptReader reader, boolean executing) {
        if (!executing) {
            return OK;
        }
        if (opcode <= Op.OP_PUSHDATA4) {
            if (minimal && !reader.isMinimalPush(opcode)) {
                return MINIMALDATA;
            }
            stack.push(reader.data());
            return OK;
        }
        if (opcode == Op.OP_RESERVED) {
            return BAD_OPCODE;
        }
        stack.push(ScriptNumber.encode(opcode - Op.OP_RESERVED));
        return OK;
    }

    private ScriptError operate(int opcode, int position, int number, boolean executing) {
        if (version != SigVersion.TAPSCRIPT && ++opCount > Script.MAX_OPS) {
            return OP_COUNT;
        }
        if (Op.isDisabled(opcode)) {
            return DISABLED_OPCODE;
        }
        if (opcode == Op.OP_CODESEPARATOR
                && version == SigVersion.BASE
                && (flags & ScriptFlags.CONST_SCRIPTCODE) != 0) {
            return OP_CODESEPARATOR;
        }
        if (opcode >= Op.OP_IF && opcode <= Op.OP_ENDIF) {
            return branch(opcode, executing);
        }
        return executing ? execute(opcode, position, number) : OK;
    }

    private ScriptError execute(int opcode, int position, int number) {
        return switch (opcode) {
            case Op.OP_NOP -> OK;
            case Op.OP_VERIFY -> verify();
            case Op.OP_RETURN -> OP_RETURN;
            case Op.OP_TOALTSTACK, Op.OP_FROMALTSTACK -> alternate(opcode);
            case Op.OP_2DROP,
                    Op.OP_2DUP,
                    Op.OP_3DUP,
                    Op.OP_2OVER,
                    Op.OP_2ROT,
                    Op.OP_2SWAP,
                    Op.OP_IFDUP,
                    Op.OP_DEPTH,
                    Op.OP_DROP,
                    Op.OP_DUP,
                    Op.OP_NIP,
                    Op.OP_OVER,
                    Op.OP_PICK,
                    Op.OP_ROLL,
                    Op.OP_ROT,
                    Op.OP_SWAP,
                    Op.OP_TUCK,
                    Op.OP_SIZE -> StackOps.run(opcode, stack, minimal);
            case Op.OP_EQUAL, Op.OP_EQUALVERIFY -> equal(opcode);
            case Op.OP_1ADD,
                    Op.OP_1SUB,
                    Op.OP_NEGATE,
                    Op.OP_ABS,
                    Op.OP_NOT,
                    Op.OP_0NOTEQUAL,
                    Op.OP_ADD,
                    Op.OP_SUB,
                    Op.OP_BOOLAND,
                    Op.OP_BOOLOR,
                    Op.OP_NUMEQUAL,
                    Op.OP_NUMEQUALVERIFY,
                    Op.OP_NUMNOTEQUAL,
                    Op.OP_LESSTHAN,
                    Op.OP_GREATERTHAN,
                    Op.OP_LESSTHANOREQUAL,
                    Op.OP_GREATERTHANOREQUAL,
                    Op.OP_MIN,
                    Op.OP_MAX,
                    Op.OP_WITHIN -> NumericOps.run(opcode, stack, minimal);
            case Op.OP_RIPEMD160, Op.OP_SHA1, Op.OP_SHA256, Op.OP_HASH160, Op.OP_HASH256 -> hash(opcode);
            case Op.OP_CODESEPARATOR -> signatures.codeSeparator(position, number);
            case Op.OP_CHECKSIG -> signatures.checkSig(stack);
            case Op.OP_CHECKSIGVERIFY -> afterwardsTrue(signatures.checkSig(stack), CHECKSIGVERIFY);
            case Op.OP_CHECKSIGADD -> signatures.checkSigAdd(stack);
            case Op.OP_CHECKMULTISIG -> checkMultisig();
            case Op.OP_CHECKMULTISIGVERIFY -> afterwardsTrue(checkMultisig(), CHECKMULTISIGVERIFY);
            case Op.OP_CHECKLOCKTIMEVERIFY -> checkLockTime();
            case Op.OP_CHECKSEQUENCEVERIFY -> checkSequence();
            case Op.OP_NOP1, Op.OP_NOP4, Op.OP_NOP5, Op.OP_NOP6, Op.OP_NOP7, Op.OP_NOP8, Op.OP_NOP9, Op.OP_NOP10 ->
                (flags & ScriptFlags.DISCOURAGE_UPGRADABLE_NOPS) != 0 ? DISCOURAGE_UPGRADABLE_NOPS : OK;
            default -> BAD_OPCODE;
        };
    }

    private ScriptError branch(int opcode, boolean executing) {
        return switch (opcode) {
            case Op.OP_IF, Op.OP_NOTIF -> branchIf(opcode, executing);
            case Op.OP_ELSE -> branchElse();
            case Op.OP_ENDIF -> branchEnd();
            default -> BAD_OPCODE;
        };
    }

    private ScriptError branchElse() {
        if (depth == 0) {
            return UNBALANCED_CONDITIONAL;
        }
        if (firstFalse == NONE_FALSE) {
            firstFalse = depth - 1;
        } else if (firstFalse == depth - 1) {
            firstFalse = NONE_FALSE;
        }
        return OK;
    }

    private ScriptError branchEnd() {
        if (depth == 0) {
            return UNBALANCED_CONDITIONAL;
        }
        depth--;
        if (firstFalse == depth) {
            firstFalse = NONE_FALSE;
        }
        return OK;
    }

    private ScriptError branchIf(int opcode, boolean executing) {
        boolean taken = false;
        if (executing) {
            if (stack.size() < 1) {
                return UNBALANCED_CONDITIONAL;
            }
            Bytes condition = stack.top();
            boolean isMinimal = condition.isEmpty() || condition.length() == 1 && condition.get(0) == 1;
            if (version == SigVersion.TAPSCRIPT && !isMinimal) {
                return TAPSCRIPT_MINIMALIF;
            }
            if (version == SigVersion.WITNESS_V0 && (flags & ScriptFlags.MINIMALIF) != 0 && !isMinimal) {
                return MINIMALIF;
            }
            taken = ScriptNumber.isTrue(condition) == (opcode == Op.OP_IF);
            stack.drop(1);
        }
        if (!taken && firstFalse == NONE_FALSE) {
            firstFalse = depth;
        }
        depth++;
        return OK;
    }

    private ScriptError verify() {
        if (stack.size() < 1) {
            return INVALID_STACK_OPERATION;
        }
        return afterwardsTrue(OK, VERIFY);
    }

    /** Takes the result of an operation that went well off the stack; an error if it is false. */
    private ScriptError afterwardsTrue(ScriptError result, ScriptError ifFalse) {
        if (result != OK) {
            return result;
        }
        if (!ScriptNumber.isTrue(stack.top())) {
            return ifFalse;
        }
        stack.drop(1);
        return OK;
    }

    private ScriptError alternate(int opcode) {
        if (opcode == Op.OP_TOALTSTACK) {
            if (stack.size() < 1) {
                return INVALID_STACK_OPERATION;
            }
            altStack.push(stack.pop());
        } else {
            if (altStack.size() < 1) {
                return INVALID_ALTSTACK_OPERATION;
            }
            stack.push(altStack.pop());
        }
        return OK;
    }

    private ScriptError equal(int opcode) {
        if (stack.size() < 2) {
            return INVALID_STACK_OPERATION;
        }
        boolean equal = stack.pop().equals(stack.pop());
        stack.push(ScriptNumber.bool(equal));
        return opcode == Op.OP_EQUAL ? OK : afterwardsTrue(OK, EQUALVERIFY);
    }

    private ScriptError hash(int opcode) {
        if (stack.size() < 1) {
            return INVALID_STACK_OPERATION;
        }
        Bytes message = stack.top();
        stack.replaceTop(
                switch (opcode) {
                    case Op.OP_RIPEMD160 -> Ripemd160.hash(message);
                    case Op.OP_SHA1 -> Sha1.hash(message);
                    case Op.OP_SHA256 -> Sha256.once(message).toBytes();
                    case Op.OP_HASH160 -> Hash160.hash(message);
                    default -> Sha256.twice(message).toBytes();
                });
        return OK;
    }

    private ScriptError checkMultisig() {
        if (version == SigVersion.TAPSCRIPT) {
            return TAPSCRIPT_CHECKMULTISIG;
        }
        if (stack.size() < 1) {
            return INVALID_STACK_OPERATION;
        }
        long keys = ScriptNumber.decode(stack.top(), minimal, ScriptNumber.OPERAND_BYTES);
        if (keys == ScriptNumber.INVALID) {
            return UNKNOWN_ERROR;
        }
        if (keys < 0 || keys > Script.MAX_MULTISIG_KEYS) {
            return PUBKEY_COUNT;
        }
        opCount += (int) keys;
        return opCount > Script.MAX_OPS ? OP_COUNT : signatures.checkMultisig(stack, (int) keys);
    }

    private ScriptError checkLockTime() {
        if ((flags & ScriptFlags.CHECKLOCKTIMEVERIFY) == 0) {
            return OK;
        }
        if (stack.size() < 1) {
            return INVALID_STACK_OPERATION;
        }
        long asked = ScriptNumber.decode(stack.top(), minimal, ScriptNumber.LOCKTIME_BYTES);
        if (asked == ScriptNumber.INVALID) {
            return UNKNOWN_ERROR;
        }
        if (asked < 0) {
            return NEGATIVE_LOCKTIME;
        }
        return LockTimes.isSatisfied(transaction, input, asked) ? OK : UNSATISFIED_LOCKTIME;
    }

    private ScriptError checkSequence() {
        if ((flags & ScriptFlags.CHECKSEQUENCEVERIFY) == 0) {
            return OK;
        }
        if (stack.size() < 1) {
            return INVALID_STACK_OPERATION;
        }
        long asked = ScriptNumber.decode(stack.top(), minimal, ScriptNumber.LOCKTIME_BYTES);
        if (asked == ScriptNumber.INVALID) {
            return UNKNOWN_ERROR;
        }
        if (asked < 0) {
            return NEGATIVE_LOCKTIME;
        }
        return LockTimes.isDisabled(asked) || LockTimes.isRelativeSatisfied(transaction, input, asked)
                ? OK
                : UNSATISFIED_LOCKTIME;
    }
}
