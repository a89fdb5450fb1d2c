package org.starling.bitcoin;

import java.util.List;
import org.starling.chain.BlockEntry;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.Transaction;

/**
 * What {@link PeerManager} asks of whoever owns chain and mempool. Each method returns at once; the answer comes back, on the
 * core thread and in the order of the questions, as the call on {@link PeerManager} that is named. A peer's further
 * messages wait for it.
 */
public interface Validation {
    /** Takes in headers, each on top of the one before, the first on one that is known; {@link PeerManager#headersJudged}. */
    void headers(long peer, List<BlockHeader> headers);

    /**
     * Takes in a block; {@link PeerManager#blockJudged}. Whether it is connected comes by {@link PeerManager#chainChanged}
     * or {@link PeerManager#blockRejected}.
     *
     * @param requested whether we asked for it; others are kept only if they seem to lead to a better chain
     */
    void block(long peer, Block block, boolean requested);

    /** Offers a transaction to the mempool; {@link PeerManager#transactionJudged}. */
    void transaction(long peer, Transaction transaction);

    /**
     * Offers to the mempool a parent that alone pays too little, with a child that may pay for both;
     * {@link PeerManager#packageJudged}.
     */
    void packageOf(long peer, Transaction parent, Transaction child);

    /** Reads a block from disk as it goes on the wire; {@link PeerManager#blockRead}. */
    void readBlock(long peer, BlockEntry entry, boolean withWitness);

    /** Reads from the index of block filters; {@link PeerManager#filtersRead}. */
    void readFilters(long peer, FilterQuery query);
}
