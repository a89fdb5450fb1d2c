package org.starling.mempool;

import java.util.List;
import org.starling.bytes.Hash256;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;

/** What became of a transaction that was offered to the mempool. */
public sealed interface AcceptResult {
    /**
     * It is in the mempool, or would be if it was only a test.
     *
     * @param fee in satoshis, without what an operator added
     * @param virtualSize as the mempool counts it
     * @param feerate with what an operator added
     * @param replaced what it took the place of
     */
    record Accepted(long fee, int virtualSize, Feerate feerate, List<Transaction> replaced) implements AcceptResult {
        public Accepted {
            replaced = List.copyOf(replaced);
        }
    }

    record Rejected(Rejection rejection) implements AcceptResult {}

    /**
     * It spends what is not known: perhaps its parents are yet to come.
     *
     * @param parents transactions whose outputs were not found, each once
     */
    record MissingInputs(Rejection rejection, List<Hash256> parents) implements AcceptResult {
        public MissingInputs {
            parents = List.copyOf(parents);
        }
    }
}
