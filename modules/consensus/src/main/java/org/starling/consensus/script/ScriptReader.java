package org.starling.consensus.script;

import org.starling.bytes.Bytes;

/** Steps through the operations of a script. */
public final class ScriptReader {
    private final byte[] array;
    private final int start;
    private final int end;
    private int at;
    private int dataAt;
    private int dataLength;

    public ScriptReader(Bytes script) {
        array = script.sharedArray();
        start = script.arrayOffset();
        end = start + script.length();
        at = start;
    }

    public boolean hasNext() {
        return at < end;
    }

    /** Bytes read so far: where the next operation begins. */
    public int position() {
        return at - start;
    }

    /**
     * Steps over an operation and returns its opcode, or -1 if the script ends inside the operation or before it. After
     * -1 the position is behind the opcode and its length, if these were there, as signature hashes need it.
     */
    public int next() {
        dataLength = 0;
        if (at >= end) {
            return -1;
        }
        int opcode = array[at++] & 0xff;
        if (opcode > Op.OP_PUSHDATA4) {
            return opcode;
        }
        long length = opcode;
        if (opcode >= Op.OP_PUSHDATA1) {
            int lengthBytes = 1 << (opcode - Op.OP_PUSHDATA1);
            if (end - at < lengthBytes) {
                return -1;
            }
            length = 0;
            for (int i = 0; i < lengthBytes; i++) {
                length |= (array[at + i] & 0xffL) << 8 * i;
            }
            at += lengthBytes;
        }
        if (length > end - at) {
            return -1;
        }
        dataAt = at;
        dataLength = (int) length;
        at += dataLength;
        return opcode;
    }

    /** Bytes that the operation last stepped over pushes; 0 for an opcode that is no push of data. */
    public int dataLength() {
        return dataLength;
    }

    /** What the operation last stepped over pushes, sharing the script's array; empty for one that is no push of data. */
    public Bytes data() {
        return Bytes.wrap(array, dataLength == 0 ? 0 : dataAt, dataLength);
    }

    /** Whether the push last stepped over has the shortest form that pushes its data (BIP-0062). */
    public boolean isMinimalPush(int opcode) {
        if (dataLength == 0) {
            return opcode == Op.OP_0;
        }
        if (dataLength == 1) {
            int value = array[dataAt] & 0xff;
            return opcode == 1 && !(value >= 1 && value <= 16) && value != 0x81;
        }
        if (dataLength < Op.OP_PUSHDATA1) {
            return opcode == dataLength;
        }
        if (dataLength <= 0xff) {
            return opcode == Op.OP_PUSHDATA1;
        }
        return dataLength > 0xffff || opcode == Op.OP_PUSHDATA2;
    }
}
