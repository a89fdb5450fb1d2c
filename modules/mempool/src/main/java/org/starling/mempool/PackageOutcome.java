package org.starling.mempool;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;

/**
 * What became of a package that was submitted.
 *
 * @param rejection what is wrong with the package as a whole, or that one of its transactions was refused; null if all are
 *     in the mempool
 * @param members by wtxid, of all transactions, or of none if the package as a whole is wrong
 */
public record PackageOutcome(@Nullable Rejection rejection, Map<Hash256, Member> members) {
    public PackageOutcome {
        members = Map.copyOf(members);
    }

    /** What became of one transaction. */
    public sealed interface Member {
        /**
         * It was taken in.
         *
         * @param fee in satoshis, without what an operator added
         * @param virtualSize as the mempool counts it
         * @param feerate at which it was judged: its own, or that of several transactions together
         * @param sharers wtxids of the transactions whose fees and sizes make the feerate
         * @param replaced what it took the place of
         */
        record Taken(long fee, int virtualSize, Feerate feerate, List<Hash256> sharers, List<Transaction> replaced)
                implements Member {
            public Taken {
                sharers = List.copyOf(sharers);
                replaced = List.copyOf(replaced);
            }
        }

        /** It was there already. */
        record Known(long fee, int virtualSize) implements Member {}

        /** The same transaction with another witness was there already, and stays. */
        record OtherWitness(Hash256 wtxid) implements Member {}

        record Refused(Rejection rejection) implements Member {}
    }
}
