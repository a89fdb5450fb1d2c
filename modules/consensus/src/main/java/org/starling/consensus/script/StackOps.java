package org.starling.consensus.script;

import static org.starling.consensus.script.ScriptError.INVALID_STACK_OPERATION;
import static org.starling.consensus.script.ScriptError.OK;
import static org.starling.consensus.script.ScriptError.UNKNOWN_ERROR;

/** The opcodes that move elements of the stack about. */
final class StackOps {
    private StackOps() {}

    static ScriptError run(int opcode, ScriptStack stack, boolean minimal) {
        if (stack.size() < needed(opcode)) {
            return INVALID_STACK_OPERATION;
        }
        switch (opcode) {
            case Op.OP_2DROP -> stack.drop(2);
            case Op.OP_2DUP -> copy(stack, 2, 1);
            case Op.OP_3DUP -> copy(stack, 3, 2);
            case Op.OP_2OVER -> copy(stack, 2, 3);
            case Op.OP_2ROT -> {
                stack.push(stack.remove(5));
                stack.push(stack.remove(5));
            }
            case Op.OP_2SWAP -> {
                stack.swap(3, 1);
                stack.swap(2, 0);
            }
            case Op.OP_IFDUP -> {
                if (ScriptNumber.isTrue(stack.top())) {
                    stack.push(stack.top());
                }
            }
            case Op.OP_DEPTH -> stack.push(ScriptNumber.encode(stack.size()));
            case Op.OP_DROP -> stack.drop(1);
            case Op.OP_DUP -> stack.push(stack.top());
            case Op.OP_NIP -> stack.remove(1);
            case Op.OP_OVER -> stack.push(stack.peek(1));
            case Op.OP_PICK, Op.OP_ROLL -> {
                return pickOrRoll(opcode, stack, minimal);
            }
            case Op.OP_ROT -> stack.push(stack.remove(2));
            case Op.OP_SWAP -> stack.swap(0, 1);
            case Op.OP_TUCK -> stack.insert(2, stack.top());
            case Op.OP_SIZE -> stack.push(ScriptNumber.encode(stack.top().length()));
            default -> throw new AssertionError(opcode);
        }
        return OK;
    }

    private static int needed(int opcode) {
        return switch (opcode) {
            case Op.OP_DEPTH -> 0;
            case Op.OP_IFDUP, Op.OP_DROP, Op.OP_DUP, Op.OP_SIZE -> 1;
            case Op.OP_3DUP, Op.OP_ROT -> 3;
            case Op.OP_2OVER, Op.OP_2SWAP -> 4;
            case Op.OP_2ROT -> 6;
            default -> 2;
        };
    }

    /** Pushes copies of {@code count} elements, the first of which stands {@code depth} below the top. */
    private static void copy(ScriptStack stack, int count, int depth) {
        for (int i = 0; i < count; i++) {
            stack.push(stack.peek(depth));
        }
    }

    private static ScriptError pickOrRoll(int opcode, ScriptStack stack, boolean minimal) {
        long depth = ScriptNumber.decode(stack.top(), minimal, ScriptNumber.OPERAND_BYTES);
        if (depth == ScriptNumber.INVALID) {
            return UNKNOWN_ERROR;
        }
        stack.drop(1);
        if (depth < 0 || depth >= stack.size()) {
            return INVALID_STACK_OPERATION;
        }
        stack.push(opcode == Op.OP_ROLL ? stack.remove((int) depth) : stack.peek((int) depth));
        return OK;
    }
}
