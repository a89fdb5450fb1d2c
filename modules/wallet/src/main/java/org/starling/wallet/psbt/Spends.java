package org.starling.wallet.psbt;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.OutputScript;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.ScriptError;
import org.starling.consensus.script.ScriptFlags;
import org.starling.consensus.script.ScriptVerifier;
import org.starling.consensus.script.SighashCache;
import org.starling.wallet.psbt.InputSolver.Unlock;

/** The outputs that a PSBT spends, as far as it tells them. */
final class Spends {
    private final Psbt psbt;
    private final List<@Nullable TxOut> outputs = new ArrayList<>();
    private final List<TxOut> stated = new ArrayList<>();
    private final boolean allKnown;

    Spends(Psbt psbt) {
        this.psbt = psbt;
        boolean all = true;
        for (int i = 0; i < psbt.inputs().size(); i++) {
            TxOut output = psbt.spent(i);
            outputs.add(output);
            stated.add(output == null ? new TxOut(0, Bytes.EMPTY) : output);
            all &= output != null;
        }
        allKnown = all;
    }

    /** What an input spends, or null. */
    @Nullable
    TxOut output(int index) {
        return outputs.get(index);
    }

    boolean allKnown() {
        return allKnown;
    }

    /** For the hashes that signatures sign. */
    SighashCache sighash() {
        return new SighashCache(psbt.unsigned(), stated);
    }

    /** The final scriptSigs and witnesses, empty ones where there are none. */
    List<@Nullable Unlock> finals() {
        List<@Nullable Unlock> finals = new ArrayList<>();
        psbt.inputs().forEach(input -> finals.add(new Unlock(input.finalScriptSig(), input.finalWitness())));
        return finals;
    }

    /** Which inputs these unlock. */
    List<Boolean> unlocked(List<@Nullable Unlock> unlocks) {
        SighashCache sighash = new SighashCache(with(unlocks), stated);
        List<Boolean> unlocked = new ArrayList<>();
        for (int i = 0; i < unlocks.size(); i++) {
            TxOut output = outputs.get(i);
            boolean tellable = output != null
                    && unlocks.get(i) != null
                    && (allKnown
                            || OutputScript.of(output.scriptPubKey()).type() != OutputScript.Type.WITNESS_V1_TAPROOT);
            unlocked.add(tellable && ScriptVerifier.verify(sighash, i, ScriptFlags.STANDARD) == ScriptError.OK);
        }
        return unlocked;
    }

    /** The transaction with these. */
    Transaction with(List<@Nullable Unlock> unlocks) {
        Transaction unsigned = psbt.unsigned();
        List<TxIn> inputs = new ArrayList<>();
        for (int i = 0; i < unlocks.size(); i++) {
            Unlock unlock = unlocks.get(i);
            TxIn input = unsigned.inputs().get(i);
            inputs.add(
                    unlock == null
                            ? input
                            : new TxIn(input.previous(), unlock.scriptSig(), input.sequence(), unlock.witness()));
        }
        return Transaction.of(unsigned.version(), inputs, unsigned.outputs(), unsigned.lockTime());
    }
}
