package org.starling.bitcoin;

import org.starling.chain.BlockEntry;

/** What of the index of block filters a peer is to be sent (BIP-0157): of the chain that ends with {@code stop}. */
public sealed interface FilterQuery {
    BlockEntry stop();

    /** The filters from a height on; some at a time. */
    record Filters(int fromHeight, BlockEntry stop) implements FilterQuery {}

    /** The hashes of the filters from a height on, and the filter header before them. */
    record Headers(int fromHeight, BlockEntry stop) implements FilterQuery {}

    /** The filter headers at every thousandth block. */
    record Checkpoints(BlockEntry stop) implements FilterQuery {}
}
