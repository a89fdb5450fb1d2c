package org.starling.consensus;

import org.starling.bytes.Bytes;

/** Walks over the opcodes of a script. */
final class ScriptCursor {
    static final int OP_PUSHDATA1 = 0x4c;
    static final int OP_PUSHDATA2 = 0x4d;
    static final int OP_PUSHDATA4 = 0x4e;
    static final int OP_1NEGATE = 0x4f;
    static final int OP_1 = 0x51;
    static final int OP_16 = 0x60;

    private final byte[] array;
    private final int end;
    private int at;
    private int opcode;
    private int dataAt;
    private int dataLength;

    ScriptCursor(Bytes script) {
        this(script, 0);
    }

    /** Begins at that position of the script. */
    ScriptCursor(Bytes script, int from) {
        array = script.sharedArray();
        at = script.arrayOffset() + from;
        end = script.arrayOffset() + script.length();
    }

    /** Whether the end is not reached. */
    boolean hasMore() {
        return at < end;
    }

    /** Steps over the next opcode and its data; false at the end, and if the data is cut off. */
    boolean next() {
        if (at >= end) {
            return false;
        }
        opcode = array[at++] & 0xff;
        dataAt = at;
        dataLength = 0;
        if (opcode > OP_PUSHDATA4) {
            return true;
        }
        long length = opcode;
        if (opcode >= OP_PUSHDATA1) {
            int lengthBytes = 1 << opcode - OP_PUSHDATA1;
            if (lengthBytes > end - at) {
                return false;
            }
            length = 0;
            for (int i = lengthBytes - 1; i >= 0; i--) {
                length = length << 8 | array[at + i] & 0xff;
            }
            at += lengthBytes;
        }
        if (length > end - at) {
            return false;
        }
        dataAt = at;
        dataLength = (int) length;
        at += dataLength;
        return true;
    }

    int opcode() {
        return opcode;
    }

    /** What the opcode pushes literally; empty if it does not. */
    Bytes data() {
        return Bytes.wrap(array, dataAt, dataLength);
    }

    /** Whether the opcode is a literal push. */
    boolean isPush() {
        return opcode <= OP_PUSHDATA4;
    }

    /** Whether the literal push could not be written shorter. */
    boolean isMinimalPush() {
        int first = dataLength == 1 ? array[dataAt] & 0xff : -1;
        if (dataLength == 0) {
            return opcode == 0;
        }
        if (first >= 1 && first <= 16 || first == 0x81) {
            return false; // OP_1 to OP_16, OP_1NEGATE
        }
        if (dataLength < OP_PUSHDATA1) {
            return opcode == dataLength;
        }
        return opcode == (dataLength <= 0xff ? OP_PUSHDATA1 : dataLength <= 0xffff ? OP_PUSHDATA2 : OP_PUSHDATA4);
    }
}
