package org.starling.wallet.psbt;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.starling.consensus.Coin;
import org.starling.consensus.Money;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.SigOps;
import org.starling.consensus.script.Sighash;
import org.starling.mempool.Policy;
import org.starling.wallet.psbt.InputSolver.Solution;
import org.starling.wallet.psbt.InputSolver.Unlock;

/**
 * How far a PSBT is, and who is next to do something with it.
 *
 * @param virtualSize of the whole transaction, estimated; null if that is not to be told
 * @param fee in satoshis; null if not all spent outputs are known
 * @param error why it can never be valid, then with nothing else; empty if it can
 */
public record PsbtAnalysis(
        List<InputState> inputs,
        @Nullable Integer virtualSize,
        @Nullable Long fee,
        Role next,
        String error) {
    /** Virtual bytes that a signature operation counts at least in the default policy. */
    private static final int BYTES_PER_SIGOP = 20;

    public PsbtAnalysis {
        inputs = List.copyOf(inputs);
    }

    /** Who does something with a PSBT, the first of them first. */
    public enum Role {
        CREATOR,
        UPDATER,
        SIGNER,
        FINALIZER,
        EXTRACTOR;

        /** As the RPC names it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How far an input is.
     *
     * @param hasUtxo whether it says what it spends
     * @param isFinal whether its final scriptSig and witness unlock that
     */
    public record InputState(boolean hasUtxo, boolean isFinal, Missing missing, Role next) {}

    /** Looks a PSBT over. */
    public static PsbtAnalysis of(Psbt psbt) {
        Spends spends = new Spends(psbt);
        List<Boolean> isFinal = spends.unlocked(spends.finals());
        long in = 0;
        List<InputState> states = new ArrayList<>();
        Role next = Role.EXTRACTOR;
        for (int i = 0; i < psbt.inputs().size(); i++) {
            TxOut spent = spends.output(i);
            if (spent != null) {
                if (!Money.inRange(spent.value()) || !Money.inRange(in + spent.value())) {
                    return invalid("Input " + i + " has invalid value");
                }
                in += spent.value();
                if (Script.isUnspendable(spent.scriptPubKey())) {
                    return invalid("Input " + i + " spends unspendable output");
                }
            }
            InputState state = state(psbt, spends, i, isFinal.get(i));
            states.add(state);
            next = state.next().compareTo(next) < 0 ? state.next() : next;
        }
        if (!spends.allKnown()) {
            return new PsbtAnalysis(states, null, null, next, "");
        }
        long out = 0;
        for (TxOut output : psbt.unsigned().outputs()) {
            out += output.value();
            if (!Money.inRange(output.value()) || !Money.inRange(out)) {
                return invalid("Output amount invalid");
            }
        }
        return new PsbtAnalysis(states, estimatedSize(psbt, spends, isFinal), in - out, next, "");
    }

    private static PsbtAnalysis invalid(String why) {
        return new PsbtAnalysis(List.of(), null, null, Role.CREATOR, "PSBT is not valid. " + why);
    }

    private static InputState state(Psbt psbt, Spends spends, int index, boolean isFinal) {
        TxOut spent = spends.output(index);
        if (spent == null) {
            return new InputState(false, false, Missing.NOTHING, Role.UPDATER);
        }
        if (isFinal) {
            return new InputState(true, true, Missing.NOTHING, Role.EXTRACTOR);
        }
        KeyRing nobody = new KeyRing();
        PsbtInput input = psbt.inputs().get(index);
        Signatures given = new Signatures.Real(
                spends.sighash(), index, Sighash.DEFAULT, spends.allKnown(), nobody, Signatures.NO_RANDOMNESS);
        Solution solution = InputSolver.solve(input, spent.scriptPubKey(), nobody, given);
        if (solution.unlock() != null) {
            return new InputState(true, false, Missing.NOTHING, Role.FINALIZER);
        }
        Missing missing = solution.missing();
        return new InputState(true, false, missing, missing.isOnlySignatures() ? Role.SIGNER : Role.UPDATER);
    }

    private static @Nullable Integer estimatedSize(Psbt psbt, Spends spends, List<Boolean> isFinal) {
        List<@Nullable Unlock> unlocks = spends.finals();
        List<Coin> coins = new ArrayList<>();
        for (int i = 0; i < psbt.inputs().size(); i++) {
            TxOut spent = spends.output(i);
            if (spent == null) {
                return null;
            }
            coins.add(new Coin(spent, 1, false));
            if (!isFinal.get(i)) {
                Unlock likely = InputSolver.solve(
                                psbt.inputs().get(i), spent.scriptPubKey(), new KeyRing(), Signatures.DUMMY)
                        .unlock();
                if (likely == null) {
                    return null;
                }
                unlocks.set(i, likely);
            }
        }
        Transaction likely = spends.with(unlocks);
        return Policy.virtualSize(likely.weight(), SigOps.cost(likely, coins, true, true), BYTES_PER_SIGOP);
    }
}
