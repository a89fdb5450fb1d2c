package org.starling.consensus.script;

import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;

/** Writes a script operation by operation. */
public final class ScriptBuilder {
    private final ByteWriter writer = new ByteWriter(40);

    public ScriptBuilder op(int opcode) {
        writer.u8(opcode);
        return this;
    }

    /** A push of the bytes with the shortest length prefix, never a number opcode. */
    public ScriptBuilder data(Bytes data) {
        int length = data.length();
        if (length < Op.OP_PUSHDATA1) {
            writer.u8(length);
        } else if (length <= 0xff) {
            writer.u8(Op.OP_PUSHDATA1).u8(length);
        } else if (length <= 0xffff) {
            writer.u8(Op.OP_PUSHDATA2).u16(length);
        } else {
            writer.u8(Op.OP_PUSHDATA4).i32(length);
        }
        writer.bytes(data);
        return this;
    }

    /** A push of the number in its shortest form: an opcode from -1 to 16, bytes beyond. */
    public ScriptBuilder number(long number) {
        if (number == 0) {
            return op(Op.OP_0);
        }
        if (number == -1 || number >= 1 && number <= 16) {
            return op(Op.OP_RESERVED + (int) number);
        }
        return data(ScriptNumber.encode(number));
    }

    public Bytes build() {
        return writer.toBytes();
    }
}
