package org.starling.wallet.spend;

import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.mempool.Feerate;
import org.starling.mempool.fees.FeeEstimate;

/** What making a payment must know of the node. Safe to use from any thread. */
public interface MempoolFacts {
    /** What confirms within so many blocks, as far as it can be told. */
    FeeEstimate estimate(int blocks, boolean conservative);

    /** What the mempool asks for at the moment. */
    Feerate mempoolMinimum();

    /** What relay asks for always. */
    Feerate relayMinimum();

    /** By how much a replacement must pay more. */
    Feerate incremental();

    /** Below what an output costs at this rate it is not relayed. */
    Feerate dust();

    /** How long the chains of unconfirmed transactions are that it is in; zeros for one that is not in the mempool. */
    Chains chains(Hash256 txid);

    /**
     * What a transaction that spends these coins must pay beyond its own size, so that the unconfirmed ones they are of
     * reach the rate with it, in satoshis. What is mined at that rate anyway costs nothing, and what spends the coins now
     * does not count, since it would be replaced.
     */
    long shortfall(Collection<OutPoint> coins, Feerate rate);

    /** Transactions of the mempool that spend from it, itself among them; 0 if it is not there. */
    int descendants(Hash256 txid);

    /** Which limit of chains of unconfirmed transactions one that has these parents would exceed; null for none. */
    @Nullable
    String chainExcess(Set<Hash256> parents, long virtualSize);

    /** The most that the mempool takes of both. */
    Chains chainLimits();

    /**
     * Numbers of unconfirmed transactions.
     *
     * @param ancestors of a transaction, itself among them
     * @param descendants the most that one of those ancestors has, itself among them
     */
    record Chains(int ancestors, int descendants) {
        public static final Chains NONE = new Chains(0, 0);

        boolean within(Chains most) {
            return ancestors <= most.ancestors && descendants <= most.descendants;
        }

        /** The longest that one more may be added to. */
        Chains lessOne() {
            return new Chains(ancestors - 1, descendants - 1);
        }

        Chains over(int divisor) {
            return new Chains(ancestors / divisor, descendants / divisor);
        }

        Chains atMost(int most) {
            return new Chains(Math.min(most, ancestors), Math.min(most, descendants));
        }
    }
}
