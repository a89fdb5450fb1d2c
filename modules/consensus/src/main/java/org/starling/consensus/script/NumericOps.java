package org.starling.consensus.script;

import static org.starling.consensus.script.ScriptError.INVALID_STACK_OPERATION;
import static org.starling.consensus.script.ScriptError.NUMEQUALVERIFY;
import static org.starling.consensus.script.ScriptError.OK;
import static org.starling.consensus.script.ScriptError.UNKNOWN_ERROR;

/** The opcodes that calculate. Operands have at most four bytes, results may have five. */
final class NumericOps {
    private NumericOps() {}

    static ScriptError run(int opcode, ScriptStack stack, boolean minimal) {
        int operands = opcode == Op.OP_WITHIN ? 3 : opcode <= Op.OP_0NOTEQUAL ? 1 : 2;
        if (stack.size() < operands) {
            return INVALID_STACK_OPERATION;
        }
        long last = number(stack, 0, minimal);
        long middle = operands > 1 ? number(stack, 1, minimal) : 0;
        long first = operands > 2 ? number(stack, 2, minimal) : 0;
        if (last == ScriptNumber.INVALID || middle == ScriptNumber.INVALID || first == ScriptNumber.INVALID) {
            return UNKNOWN_ERROR;
        }
        long result = switch (operands) {
            case 1 -> unary(opcode, last);
            case 2 -> binary(opcode, middle, last);
            default -> truth(middle <= first && first < last);
        };
        stack.drop(operands);
        if (opcode == Op.OP_NUMEQUALVERIFY) {
            if (result == 0) {
                stack.push(ScriptNumber.FALSE);
                return NUMEQUALVERIFY;
            }
            return OK;
        }
        stack.push(ScriptNumber.encode(result));
        return OK;
    }

    private static long unary(int opcode, long a) {
        return switch (opcode) {
            case Op.OP_1ADD -> a + 1;
            case Op.OP_1SUB -> a - 1;
            case Op.OP_NEGATE -> -a;
            case Op.OP_ABS -> Math.abs(a);
            case Op.OP_NOT -> truth(a == 0);
            case Op.OP_0NOTEQUAL -> truth(a != 0);
            default -> throw new AssertionError(opcode);
        };
    }

    private static long binary(int opcode, long a, long b) {
        return switch (opcode) {
            case Op.OP_ADD -> a + b;
            case Op.OP_SUB -> a - b;
            case Op.OP_BOOLAND -> truth(a != 0 && b != 0);
            case Op.OP_BOOLOR -> truth(a != 0 || b != 0);
            case Op.OP_NUMEQUAL, Op.OP_NUMEQUALVERIFY -> truth(a == b);
            case Op.OP_NUMNOTEQUAL -> truth(a != b);
            case Op.OP_LESSTHAN -> truth(a < b);
            case Op.OP_GREATERTHAN -> truth(a > b);
            case Op.OP_LESSTHANOREQUAL -> truth(a <= b);
            case Op.OP_GREATERTHANOREQUAL -> truth(a >= b);
            case Op.OP_MIN -> Math.min(a, b);
            case Op.OP_MAX -> Math.max(a, b);
            default -> throw new AssertionError(opcode);
        };
    }

    private static long truth(boolean value) {
        return value ? 1 : 0;
    }

    private static long number(ScriptStack stack, int depth, boolean minimal) {
        return ScriptNumber.decode(stack.peek(depth), minimal, ScriptNumber.OPERAND_BYTES);
    }
}
