package org.starling.wallet.spend;

import java.util.Collection;
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

    /** A transaction of the mempool and all its unconfirmed ancestors; zeros for one that is not there. */
    Ancestry ancestry(Hash256 txid);

    /**
     * What a transaction that spends these coins must pay beyond its own size, so that the unconfirmed ones they are of
     * reach the rate with it, in satoshis. What is mined at that rate anyway costs nothing, and what spends the coins now
     * does not count, since it would be replaced.
     */
    long shortfall(Collection<OutPoint> coins, Feerate rate);

    /** Transactions of the mempool that spend from it, itself among them; 0 if it is not there. */
    int descendants(Hash256 txid);

    /** Most transactions of a chain of unconfirmed ones. */
    int chainLimit();

    /**
     * Sums over a transaction and its unconfirmed ancestors.
     *
     * @param virtualSize in bytes
     * @param fees in satoshis
     */
    record Ancestry(int count, long virtualSize, long fees) {
        public static final Ancestry NONE = new Ancestry(0, 0, 0);
    }
}
