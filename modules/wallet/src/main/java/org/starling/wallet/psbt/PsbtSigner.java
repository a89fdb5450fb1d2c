package org.starling.wallet.psbt;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Sighash;
import org.starling.consensus.script.SighashCache;
import org.starling.wallet.psbt.InputSolver.Solution;
import org.starling.wallet.psbt.InputSolver.Unlock;

/**
 * The Signer, the Finalizer, who makes scriptSigs and witnesses of signatures, and the Extractor (BIP-0174). With the
 * {@link PsbtUpdater} they share that they find what spends an output, and differ in what they may use for it.
 */
public final class PsbtSigner {
    private PsbtSigner() {}

    /**
     * Signs what the keys can sign, and updates inputs and outputs as {@link PsbtUpdater#update} does.
     *
     * @param hashType as in {@link Sighash}; {@link Sighash#DEFAULT} means {@link Sighash#ALL} before Taproot
     * @param finalize whether inputs that have all signatures become final
     * @param auxiliary 32 random bytes that protect Schnorr signatures against faults (BIP-0340)
     * @throws PsbtException if an input asks for another hash type
     */
    public static Psbt sign(Psbt psbt, KeyRing keys, int hashType, boolean finalize, Bytes auxiliary)
            throws PsbtException {
        for (PsbtInput input : psbt.inputs()) {
            Integer asked = input.sighashType();
            if (!input.isFinal() && asked != null && orAll(asked) != orAll(hashType)) {
                throw new PsbtException("Specified sighash value does not match value stored in PSBT");
            }
        }
        Psbt signed = process(psbt, keys, hashType, auxiliary, finalize);
        return PsbtUpdater.withoutNeedlessTransactions(PsbtUpdater.update(signed, keys), hashType);
    }

    private static int orAll(int hashType) {
        return hashType == Sighash.DEFAULT ? Sighash.ALL : hashType;
    }

    /** Makes every input final that has all it needs. */
    public static Psbt finalizeInputs(Psbt psbt) {
        return process(psbt, new KeyRing(), Sighash.DEFAULT, Signatures.NO_RANDOMNESS, true);
    }

    /** Whether every input is unlocked by its final scriptSig and witness. */
    public static boolean isComplete(Psbt psbt) {
        Spends spends = new Spends(psbt);
        return !spends.unlocked(spends.finals()).contains(false);
    }

    /** The Extractor: the whole transaction, or null if an input is not complete. */
    public static @Nullable Transaction extract(Psbt psbt) {
        Spends spends = new Spends(psbt);
        return isComplete(psbt) ? spends.with(spends.finals()) : null;
    }

    static Psbt process(Psbt psbt, KeyRing keys, int hashType, Bytes auxiliary, boolean finalize) {
        Spends spends = new Spends(psbt);
        List<@Nullable Unlock> unlocks = spends.finals();
        List<Boolean> done = spends.unlocked(unlocks);
        List<@Nullable Solution> solutions = new ArrayList<>();
        SighashCache sighash = spends.sighash();
        for (int i = 0; i < psbt.inputs().size(); i++) {
            PsbtInput input = psbt.inputs().get(i);
            TxOut spent = spends.output(i);
            Solution solution = null;
            if (spent != null && !done.get(i) && !input.isFinal()) {
                Integer asked = input.sighashType();
                int type = asked == null ? hashType : asked;
                solution = InputSolver.solve(
                        input,
                        spent.scriptPubKey(),
                        keys,
                        new Signatures.Real(sighash, i, type, spends.allKnown(), keys, auxiliary));
                // What an output without its transaction says may be untrue; only a witness signs the amount.
                solution = input.previousTransaction() == null && !solution.isWitness() ? null : solution;
                unlocks.set(i, solution == null ? null : solution.unlock());
            }
            solutions.add(solution);
        }
        return withSolutions(psbt, spends, solutions, finalize ? spends.unlocked(unlocks) : List.of());
    }

    private static Psbt withSolutions(
            Psbt psbt, Spends spends, List<@Nullable Solution> solutions, List<Boolean> complete) {
        List<PsbtInput> inputs = new ArrayList<>();
        PsbtMap global = psbt.global();
        for (int i = 0; i < solutions.size(); i++) {
            Solution solution = solutions.get(i);
            PsbtInput before = psbt.inputs().get(i);
            TxOut spent = spends.output(i);
            if (solution == null || spent == null) {
                inputs.add(before);
                continue;
            }
            for (int type : newHashTypes(before, solution.input())) {
                global = psbt.version() == 2 ? PsbtVersion2.afterSigning(global, type) : global;
            }
            Unlock unlock = solution.unlock();
            PsbtInput after = unlock != null && !complete.isEmpty() && complete.get(i)
                    ? solution.input().finalized(unlock.scriptSig(), unlock.witness())
                    : solution.input();
            inputs.add(solution.isWitness() ? after.withWitnessUtxo(spent) : after);
        }
        return psbt.withGlobal(global).withInputs(inputs);
    }

    /** The hash types of the signatures that one has and the other had not. */
    private static List<Integer> newHashTypes(PsbtInput before, PsbtInput after) {
        List<Integer> types = new ArrayList<>();
        after.partialSignatures().forEach((key, signature) -> {
            if (!before.partialSignatures().containsKey(key)) {
                types.add(signature.unsigned(signature.length() - 1));
            }
        });
        List<Bytes> schnorr = new ArrayList<>(after.taprootScriptSignatures().values());
        schnorr.removeAll(before.taprootScriptSignatures().values());
        Bytes keySignature = after.taprootKeySignature();
        if (keySignature != null && before.taprootKeySignature() == null) {
            schnorr.add(keySignature);
        }
        schnorr.forEach(signature -> types.add(signature.length() == 64 ? Sighash.ALL : signature.unsigned(64)));
        return types;
    }
}
