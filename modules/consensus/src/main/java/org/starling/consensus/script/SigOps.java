package org.starling.consensus.script;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/** Counts signature operations, before weights are applied (BIP-0016, BIP-0141). */
public final class SigOps {
    private SigOps() {}

    /**
     * In the script itself, up to where it cannot be read on. Accurately, a multisignature counts its keys if their
     * number stands before it as a small number; otherwise it counts 20.
     */
    public static int count(Bytes script, boolean accurate) {
        int count = 0;
        int previous = Op.OP_INVALIDOPCODE;
        ScriptReader reader = new ScriptReader(script);
        while (reader.hasNext()) {
            int opcode = reader.next();
            if (opcode < 0) {
                break;
            }
            if (opcode == Op.OP_CHECKSIG || opcode == Op.OP_CHECKSIGVERIFY) {
                count++;
            } else if (opcode == Op.OP_CHECKMULTISIG || opcode == Op.OP_CHECKMULTISIGVERIFY) {
                boolean known = accurate && previous >= Op.OP_1 && previous <= Op.OP_16;
                count += known ? previous - Op.OP_RESERVED : Script.MAX_MULTISIG_KEYS;
            }
            previous = opcode;
        }
        return count;
    }

    /** In the redeem script, if the output is P2SH; otherwise none. */
    public static int inRedeemScript(Bytes scriptSig, Bytes scriptPubKey) {
        if (!Script.isP2sh(scriptPubKey)) {
            return 0;
        }
        Bytes redeemScript = Script.lastPush(scriptSig);
        return redeemScript == null ? 0 : count(redeemScript, true);
    }

    /** In the witness program, bare or within P2SH. */
    public static int inWitness(Bytes scriptSig, Bytes scriptPubKey, List<Bytes> witness) {
        Script.WitnessProgram program = Script.witnessProgram(scriptPubKey);
        if (program == null && Script.isP2sh(scriptPubKey)) {
            Bytes redeemScript = Script.lastPush(scriptSig);
            program = redeemScript == null ? null : Script.witnessProgram(redeemScript);
        }
        return inProgram(program, witness);
    }

    private static int inProgram(Script.@Nullable WitnessProgram program, List<Bytes> witness) {
        if (program == null) {
            return 0;
        }
        if (program.isKeyHash()) {
            return 1;
        }
        return program.isScriptHash() && !witness.isEmpty() ? count(witness.get(witness.size() - 1), true) : 0;
    }
}
