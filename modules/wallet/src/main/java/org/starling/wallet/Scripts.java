package org.starling.wallet;

import java.util.List;
import org.starling.bytes.Bytes;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.ScriptBuilder;

/** The scripts of several keys that descriptors stand for. */
final class Scripts {
    private Scripts() {}

    static Bytes multisig(int threshold, List<Bytes> keys) {
        ScriptBuilder script = new ScriptBuilder().number(threshold);
        keys.forEach(script::data);
        return script.number(keys.size()).op(Op.OP_CHECKMULTISIG).build();
    }

    /** The form of a Taproot leaf (BIP-0387). */
    static Bytes multiA(int threshold, List<Bytes> keys) {
        ScriptBuilder script = new ScriptBuilder();
        for (int i = 0; i < keys.size(); i++) {
            script.data(keys.get(i)).op(i == 0 ? Op.OP_CHECKSIG : Op.OP_CHECKSIGADD);
        }
        return script.number(threshold).op(Op.OP_NUMEQUAL).build();
    }
}
