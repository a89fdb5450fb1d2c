package org.starling.app.tool;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.ScriptError;
import org.starling.consensus.script.ScriptStack;
import org.starling.consensus.script.ScriptTrace;

/** Follows a verification and says afterwards where it failed: script, opcode, position, and the top of the stack. */
final class Explanation implements ScriptTrace {
    /** Elements of the stack that are shown. */
    private static final int SHOWN_ELEMENTS = 4;

    /** Bytes of an element that are shown. */
    private static final int SHOWN_BYTES = 80;

    private @Nullable Part part;
    private boolean failed;
    private int number;
    private int offset;
    private int opcode;
    private int stackSize;
    private final List<Bytes> top = new ArrayList<>();

    @Override
    public void begin(Part nextPart, Bytes script) {
        part = nextPart;
        failed = false;
    }

    @Override
    public void step(int nextNumber, int nextOffset, int nextOpcode, boolean executing, ScriptStack stack) {
        number = nextNumber;
        offset = nextOffset;
        opcode = nextOpcode;
        look(stack);
    }

    @Override
    public void failed(ScriptError error) {
        failed = true;
    }

    @Override
    public void end(ScriptError result, ScriptStack stack) {
        if (!failed) {
            look(stack);
        }
    }

    private void look(ScriptStack stack) {
        stackSize = stack.size();
        top.clear();
        for (int i = 0; i < Math.min(stackSize, SHOWN_ELEMENTS); i++) {
            top.add(stack.peek(i));
        }
    }

    /** Lines, each indented, for a verification that came to this error. */
    String of(ScriptError error) {
        StringBuilder text = new StringBuilder("  ").append(error.message());
        if (failed) {
            text.append(System.lineSeparator())
                    .append("  in the " + part + ", operation " + (number + 1) + " at byte " + offset + ": " + name())
                    .append(System.lineSeparator())
                    .append("  stack before it, top first: ");
        } else if (part == null) {
            return text.append(System.lineSeparator())
                    .append("  before any script ran")
                    .toString();
        } else {
            text.append(System.lineSeparator())
                    .append("  no opcode failed; the " + part + " ran last")
                    .append(System.lineSeparator())
                    .append("  stack after it, top first: ");
        }
        return text.append(stack()).toString();
    }

    private String name() {
        return opcode >= 1 && opcode < Op.OP_PUSHDATA1 ? "push of " + opcode + " bytes" : Op.name(opcode);
    }

    private String stack() {
        if (stackSize == 0) {
            return "empty";
        }
        List<String> shown = new ArrayList<>();
        for (Bytes element : top) {
            shown.add(
                    element.isEmpty()
                            ? "(empty)"
                            : element.length() <= SHOWN_BYTES
                                    ? element.hex()
                                    : element.slice(0, SHOWN_BYTES).hex() + "... (" + element.length() + " bytes)");
        }
        if (stackSize > shown.size()) {
            shown.add("and " + (stackSize - shown.size()) + " more");
        }
        return String.join(", ", shown);
    }
}
