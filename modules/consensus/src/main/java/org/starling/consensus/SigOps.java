package org.starling.consensus;

import java.util.List;
import org.starling.bytes.Bytes;

/**
 * Counts signature operations, of which a block may hold only so many. The count looks at opcodes, not at what is
 * executed. Costs follow BIP-0141: four for each operation in legacy scripts and P2SH, one in witness scripts.
 */
public final class SigOps {
    private static final int OP_CHECKSIG = 0xac;
    private static final int OP_CHECKSIGVERIFY = 0xad;
    private static final int OP_CHECKMULTISIG = 0xae;
    private static final int OP_CHECKMULTISIGVERIFY = 0xaf;
    private static final int OP_INVALID = 0xff;

    /** What a multisig operation counts when its number of keys is not looked at. */
    private static final int MAX_PUBKEYS = 20;

    private SigOps() {}

    /** Operations in the scripts that stand in the transaction itself. */
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
        for (int i = 0; i < coins.size(); i++) {
            TxIn input = transaction.inputs().get(i);
            Bytes scriptPubKey = coins.get(i).output().scriptPubKey();
            boolean isP2sh = OutputScript.isP2sh(scriptPubKey);
            if (p2sh && isP2sh) {
                cost += (long) count(redeemScript(input.scriptSig()), true) * BlockRules.WITNESS_SCALE_FACTOR;
            }
            if (witness) {
                cost += isP2sh
                        ? inWitness(redeemScript(input.scriptSig()), input.witness())
                        : inWitness(scriptPubKey, input.witness());
            }
        }
        return cost;
    }

    /** Operations in P2SH scripts, not multiplied. */
    static int inRedeemScripts(Transaction transaction, List<Coin> coins) {
        int count = 0;
        for (int i = 0; i < coins.size(); i++) {
            if (OutputScript.isP2sh(coins.get(i).output().scriptPubKey())) {
                count += count(redeemScript(transaction.inputs().get(i).scriptSig()), true);
            }
        }
        return count;
    }

    private static int inWitness(Bytes script, List<Bytes> witness) {
        if (OutputScript.isWitnessPubkeyHash(script)) {
            return 1;
        }
        return OutputScript.isWitnessScriptHash(script) && !witness.isEmpty() ? count(witness.getLast(), true) : 0;
    }

    /**
     * Operations in a script, up to where it does not parse.
     *
     * @param accurate whether a multisig counts the keys that the opcode before it names, rather than 20
     */
    public static int count(Bytes script, boolean accurate) {
        ScriptCursor cursor = new ScriptCursor(script);
        int count = 0;
        int last = OP_INVALID;
        while (cursor.next()) {
            int opcode = cursor.opcode();
            if (opcode == OP_CHECKSIG || opcode == OP_CHECKSIGVERIFY) {
                count++;
            } else if (opcode == OP_CHECKMULTISIG || opcode == OP_CHECKMULTISIGVERIFY) {
                boolean named = last >= ScriptCursor.OP_1 && last <= ScriptCursor.OP_16;
                count += accurate && named ? last - ScriptCursor.OP_1 + 1 : MAX_PUBKEYS;
            }
            last = opcode;
        }
        return count;
    }

    // What a script of pushes leaves on top of the stack; empty if it holds anything else or does not parse.
    private static Bytes redeemScript(Bytes scriptSig) {
        ScriptCursor cursor = new ScriptCursor(scriptSig);
        Bytes last = Bytes.EMPTY;
        while (cursor.hasMore()) {
            if (!cursor.next() || cursor.opcode() > ScriptCursor.OP_16) {
                return Bytes.EMPTY;
            }
            last = cursor.data();
        }
        return last;
    }
}
