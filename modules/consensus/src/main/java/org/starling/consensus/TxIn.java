package org.starling.consensus;

import java.util.List;
import org.starling.bytes.Bytes;

/** A transaction input: what it spends, the unlocking script, the sequence number (BIP-0068) and the witness stack. */
public record TxIn(OutPoint previous, Bytes scriptSig, int sequence, List<Bytes> witness) {
    /** Sequence number that opts out of locktime and relative locktime. */
    public static final int SEQUENCE_FINAL = -1;

    public TxIn {
        witness = List.copyOf(witness);
    }

    public TxIn(OutPoint previous, Bytes scriptSig, int sequence) {
        this(previous, scriptSig, sequence, List.of());
    }

    public boolean hasWitness() {
        return !witness.isEmpty();
    }

    public TxIn withScriptSig(Bytes newScriptSig) {
        return new TxIn(previous, newScriptSig, sequence, witness);
    }

    public TxIn withWitness(List<Bytes> newWitness) {
        return new TxIn(previous, scriptSig, sequence, newWitness);
    }
}
