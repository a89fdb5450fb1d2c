package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;

/**
 * Which transactions of the latest blocks were not in our mempool when the block came. Mempools being much alike, those whom
 * we tell of the block lack them too, and would have to ask: so they are given in full (BIP-0152 leaves the choice open),
 * as long as that costs little more than the packets that an answer would.
 */
final class Surprises {
    private final MempoolView mempool;
    private final LinkedHashMap<Hash256, List<Integer>> byBlock = new LinkedHashMap<>();

    Surprises(MempoolView mempool) {
        this.mempool = mempool;
    }

    /** A block has come, and its transactions are still in the mempool, if they were. */
    void arrived(Block block) {
        List<Integer> chosen = new ArrayList<>(List.of(0));
        int room = BitcoinLimits.PREFILLED_BYTES;
        List<Transaction> transactions = block.transactions();
        for (int i = 1; i < transactions.size(); i++) {
            Transaction transaction = transactions.get(i);
            if (transaction.totalLength() <= room && mempool.byWtxid(transaction.wtxid()) == null) {
                chosen.add(i);
                room -= transaction.totalLength();
            }
        }
        byBlock.put(block.hash(), chosen);
        if (byBlock.size() > BitcoinLimits.SURPRISING_BLOCKS) {
            byBlock.pollFirstEntry();
        }
    }

    /** Places in the block, ascending, of what to give in full: the coinbase, which nobody can have, and perhaps others. */
    List<Integer> of(Hash256 block) {
        return byBlock.getOrDefault(block, List.of(0));
    }
}
