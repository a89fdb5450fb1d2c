package org.starling.mempool;

import java.util.List;
import org.starling.consensus.Block;

/**
 * A block that only lacks its proof of work.
 *
 * @param fees for each transaction but the coinbase, in satoshis
 * @param sigOpsCosts for each transaction but the coinbase
 */
public record BlockTemplate(Block block, int height, List<Long> fees, List<Long> sigOpsCosts) {
    public BlockTemplate {
        fees = List.copyOf(fees);
        sigOpsCosts = List.copyOf(sigOpsCosts);
    }

    /** Of all transactions, in satoshis. */
    public long totalFees() {
        return fees.stream().mapToLong(Long::longValue).sum();
    }
}
