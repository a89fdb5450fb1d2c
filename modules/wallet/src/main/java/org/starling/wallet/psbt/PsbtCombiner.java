package org.starling.wallet.psbt;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;

/** The Combiner, who joins what several say of one transaction, and the joining of several transactions into one. */
public final class PsbtCombiner {
    private PsbtCombiner() {}

    /**
     * One PSBT with all fields of several; where they differ, the first has it.
     *
     * @throws PsbtException if they are of different transactions or versions, or there are none
     */
    public static Psbt combine(List<Psbt> psbts) throws PsbtException {
        if (psbts.isEmpty()) {
            throw new PsbtException("no PSBTs to combine");
        }
        Psbt combined = psbts.getFirst();
        for (Psbt psbt : psbts) {
            if (!combined.isSameTransaction(psbt)) {
                throw new PsbtException("PSBTs not compatible (different transactions)");
            }
            List<PsbtInput> inputs = new ArrayList<>();
            for (int i = 0; i < combined.inputs().size(); i++) {
                inputs.add(combined.inputs().get(i).join(psbt.inputs().get(i)));
            }
            List<PsbtOutput> outputs = new ArrayList<>();
            for (int i = 0; i < combined.outputs().size(); i++) {
                outputs.add(combined.outputs().get(i).join(psbt.outputs().get(i)));
            }
            combined = combined.withGlobal(combined.global().join(psbt.global()))
                    .withInputs(inputs)
                    .withOutputs(outputs);
        }
        return combined;
    }

    /**
     * One PSBT of version 0 with the inputs and outputs of all, shuffled. Signatures go, for they would not hold. The
     * transaction has the greatest version and the least locktime of them.
     *
     * @throws PsbtException if two have the same input
     */
    public static Psbt join(List<Psbt> psbts, Shuffle shuffle) throws PsbtException {
        Set<OutPoint> spent = new HashSet<>();
        List<Input> inputs = new ArrayList<>();
        List<Output> outputs = new ArrayList<>();
        PsbtMap global = PsbtMap.EMPTY;
        int version = 1;
        int lockTime = -1;
        for (Psbt given : psbts) {
            Psbt psbt = given.toVersion0();
            Transaction unsigned = psbt.unsigned();
            version = Integer.compareUnsigned(unsigned.version(), version) > 0 ? unsigned.version() : version;
            lockTime = Integer.compareUnsigned(unsigned.lockTime(), lockTime) < 0 ? unsigned.lockTime() : lockTime;
            for (int i = 0; i < psbt.inputs().size(); i++) {
                TxIn input = unsigned.inputs().get(i);
                if (!spent.add(input.previous())) {
                    throw new PsbtException("Input " + input.previous() + " exists in multiple PSBTs");
                }
                inputs.add(new Input(input, psbt.inputs().get(i).unsigned()));
            }
            for (int i = 0; i < psbt.outputs().size(); i++) {
                outputs.add(new Output(unsigned.outputs().get(i), psbt.outputs().get(i)));
            }
            global = global.join(psbt.global().without(Psbt.UNSIGNED_TX));
        }
        shuffle.shuffle(inputs);
        shuffle.shuffle(outputs);
        Psbt blank = Psbt.of(Transaction.of(
                version,
                inputs.stream().map(Input::input).toList(),
                outputs.stream().map(Output::output).toList(),
                lockTime));
        return blank.withGlobal(blank.global().join(global))
                .withInputs(inputs.stream().map(Input::said).toList())
                .withOutputs(outputs.stream().map(Output::said).toList());
    }

    /** Puts a list into an order that tells nothing. */
    @FunctionalInterface
    public interface Shuffle {
        void shuffle(List<?> list);
    }

    private record Input(TxIn input, PsbtInput said) {}

    private record Output(TxOut output, PsbtOutput said) {}
}
