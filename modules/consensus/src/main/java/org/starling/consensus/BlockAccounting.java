package org.starling.consensus;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.consensus.TransactionRules.InputVerdict;
import org.starling.consensus.script.SigOps;

/**
 * The rules of a block that need the coins it spends, apart from scripts. Create one per block, give it each transaction
 * with the coins that it spends, in order, and ask for the verdict on the coinbase last. Scripts are independent of it
 * and may be checked at any time by any thread.
 */
public final class BlockAccounting {
    private final HeaderView previous;
    private final ChainParams params;
    private final int height;
    private final boolean p2sh;
    private final boolean witness;
    private final boolean sequenceLocks;
    private long fees;
    private long sigOpsCost;

    /** For a block on top of {@code previous} whose script flags let P2SH and witness scripts count, or not. */
    public BlockAccounting(HeaderView previous, ChainParams params, boolean p2sh, boolean witness) {
        this.previous = previous;
        this.params = params;
        this.height = previous.height() + 1;
        this.p2sh = p2sh;
        this.witness = witness;
        this.sequenceLocks = height >= params.heights().csv();
    }

    /**
     * Takes in the next transaction, the coinbase first.
     *
     * @param coins what each input spends, in their order; ignored for a coinbase
     */
    public @Nullable Rejection add(Transaction transaction, List<Coin> coins) {
        if (!transaction.isCoinbase()) {
            Rejection rejection = addFee(transaction, coins);
            if (rejection != null) {
                return rejection;
            }
            if (sequenceLocks && !SequenceLocks.of(transaction, coins, previous).areSatisfiedAfter(previous)) {
                return Rejection.consensus(
                        "bad-txns-nonfinal", "contains a non-BIP68-final transaction " + transaction.txid());
            }
        }
        sigOpsCost += SigOps.cost(transaction, coins, p2sh, witness);
        return sigOpsCost > BlockRules.MAX_SIGOPS_COST
                ? Rejection.consensus("bad-blk-sigops", "too many sigops")
                : null;
    }

    private @Nullable Rejection addFee(Transaction transaction, List<Coin> coins) {
        return switch (TransactionRules.checkInputs(transaction, coins, height)) {
            case InputVerdict.Refused(Rejection rejection) -> inBlock(rejection, transaction);
            case InputVerdict.Fee(long fee) -> {
                fees += fee;
                yield Money.inRange(fees)
                        ? null
                        : Rejection.consensus(
                                "bad-txns-accumulated-fee-outofrange", "accumulated fee in the block out of range");
            }
        };
    }

    /** The rejection of a block for one of its transactions. */
    public static Rejection inBlock(Rejection rejection, Transaction transaction) {
        return Rejection.consensus(
                rejection.reason(), rejection.debugMessage() + " in transaction " + transaction.txid());
    }

    /** That the coinbase pays no more than the subsidy and the fees of all that was added. */
    public @Nullable Rejection checkCoinbase(Transaction coinbase) {
        long allowed = fees + BlockRules.subsidy(height, params);
        long paid = TransactionRules.outputValue(coinbase);
        return paid > allowed
                ? Rejection.consensus(
                        "bad-cb-amount", "coinbase pays too much (actual=" + paid + " vs limit=" + allowed + ")")
                : null;
    }

    /** Fees of what was added, in satoshis. */
    public long fees() {
        return fees;
    }

    public long sigOpsCost() {
        return sigOpsCost;
    }
}
