package org.starling.consensus.script;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.BlockRules;
import org.starling.consensus.Coin;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;

/**
 * Counts signature operations, of which a block may hold only so many. The count looks at opcodes, not at what is
 * executed. Costs follow BIP-0141: four for each operation in legacy scripts and P2SH, one in witness scripts.
 */
public final class SigOps {
    private SigOps() {}

    /**
     * The cost of a transaction.
     *
     * @param coins what each input spends, in their order; ignored for a coinbase
     * @param p2sh whether P2SH scripts count (BIP-0016)
     * @param witness whether witness scripts count (BIP-0141)
     */
    public static long cost(Transaction transaction, List<Coin> coins, boolean p2sh, boolean witness) {
        long cost = (long) legacy(transaction) * BlockRules.WITNESS_SCALE_FACTOR;
        if (transaction.isCoinbase()) {
            return cost;
        }
        if (p2sh) {
            cost += (long) inRedeemScripts(transaction, coins) * BlockRules.WITNESS_SCALE_FACTOR;
        }
        for (int i = 0; witness && i < coins.size(); i++) {
            TxIn input = transaction.inputs().get(i);
            cost += inWitness(input.scriptSig(), coins.get(i).output().scriptPubKey(), input.witness());
        }
        return cost;
    }

    /** Operations in the scripts that stand in the transaction itself, not multiplied. */
    public static int legacy(Transaction transaction) {
        int count = 0;
        for (TxIn input : transaction.inputs()) {
            count += count(input.scriptSig(), false);
        }
        for (TxOut output : transaction.outputs()) {
            count += count(output.scriptPubKey(), false);
        }
        return count;
    }

    /** Operations in the redeem scripts of the P2SH outputs that are spent, not multiplied. */
    public static int inRedeemScripts(Transaction transaction, List<Coin> coins) {
        int count = 0;
        for (int i = 0; i < coins.size(); i++) {
            TxIn input = transaction.inputs().get(i);
            count += inRedeemScript(input.scriptSig(), coins.get(i).output().scriptPubKey());
        }
        return count;
    }

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
    static int inRedeemScript(Bytes scriptSig, Bytes scriptPubKey) {
        if (!Script.isP2sh(scriptPubKey)) {
            return 0;
        }
        Bytes redeemScript = Script.lastPush(scriptSig);
        return redeemScript == null ? 0 : count(redeemScript, true);
    }

    /** In the witness program, bare or within P2SH. */
    static int inWitness(Bytes scriptSig, Bytes scriptPubKey, List<Bytes> witness) {
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
