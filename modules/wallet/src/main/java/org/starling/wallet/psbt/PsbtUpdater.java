package org.starling.wallet.psbt;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.Sighash;

/** The Updater, who adds what is known of inputs and outputs (BIP-0174). */
public final class PsbtUpdater {
    private PsbtUpdater() {}

    /**
     * Adds to the inputs that lack them what they spend: the whole transactions where they are known, else outputs that
     * sign their amounts.
     *
     * @param transactions gives a transaction by its txid, or null
     * @param coins gives an unspent output, or null
     * @param keys tell which script hashes stand for witness programs
     */
    public static Psbt withSpent(
            Psbt psbt,
            Function<Hash256, @Nullable Transaction> transactions,
            Function<OutPoint, @Nullable TxOut> coins,
            KeyRing keys) {
        List<PsbtInput> inputs = new ArrayList<>();
        for (int i = 0; i < psbt.inputs().size(); i++) {
            OutPoint spent = psbt.unsigned().inputs().get(i).previous();
            inputs.add(withSpent(psbt.inputs().get(i), spent, transactions, coins, keys));
        }
        return psbt.withInputs(inputs);
    }

    private static PsbtInput withSpent(
            PsbtInput input,
            OutPoint spent,
            Function<Hash256, @Nullable Transaction> transactions,
            Function<OutPoint, @Nullable TxOut> coins,
            KeyRing keys) {
        if (input.previousTransaction() != null) {
            return input;
        }
        Transaction previous = transactions.apply(spent.txid());
        if (previous != null
                && Integer.compareUnsigned(spent.index(), previous.outputs().size()) < 0) {
            return input.with(PsbtInput.NON_WITNESS_UTXO, previous.stripped());
        }
        TxOut coin = coins.apply(spent);
        return coin != null && keys.isWitness(coin.scriptPubKey()) ? input.withWitnessUtxo(coin) : input;
    }

    /** Adds scripts, origins of keys and Taproot trees of inputs and outputs; signs nothing. */
    public static Psbt update(Psbt psbt, KeyRing keys) {
        KeyRing described = keys.publicPart(true);
        Psbt updated = withoutNeedlessTransactions(
                PsbtSigner.process(psbt, described, Sighash.DEFAULT, Signatures.NO_RANDOMNESS, false), Sighash.DEFAULT);
        List<PsbtOutput> outputs = new ArrayList<>();
        for (int i = 0; i < psbt.outputs().size(); i++) {
            Bytes script = psbt.unsigned().outputs().get(i).scriptPubKey();
            outputs.add(OutputUpdate.apply(psbt.outputs().get(i), script, described));
        }
        return updated.withOutputs(outputs);
    }

    /**
     * Without the previous transactions, if all inputs sign the amounts of all of them, as those from witness version 1 on
     * do unless the hash type is {@link Sighash#ANYONECANPAY}.
     */
    static Psbt withoutNeedlessTransactions(Psbt psbt, int hashType) {
        boolean needless = (hashType & Sighash.ANYONECANPAY) == 0;
        for (PsbtInput input : psbt.inputs()) {
            TxOut output = input.witnessUtxo();
            Script.WitnessProgram program = output == null ? null : Script.witnessProgram(output.scriptPubKey());
            needless &= program != null && program.version() > 0;
        }
        return needless ? psbt.mapInputs(input -> input.without(PsbtInput.NON_WITNESS_UTXO)) : psbt;
    }
}
