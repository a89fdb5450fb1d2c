package org.starling.chain;

import org.starling.chain.index.CoinStatsIndex;
import org.starling.chain.index.FilterIndex;
import org.starling.chain.index.TxIndex;
import org.starling.world.MemoryKeyValueStore;

/** A chain with all indexes, each with a store on the chain's disk and a lane that runs when it is told to. */
final class IndexedChain {
    final TestChain test;
    final QueueLane lane = new QueueLane();
    private final MemoryKeyValueStore[] stores;
    TxIndex transactions;
    FilterIndex filters;
    CoinStatsIndex coins;

    IndexedChain(TestChain test) {
        this(test, new MemoryKeyValueStore[] {
            new MemoryKeyValueStore(test.disk), new MemoryKeyValueStore(test.disk), new MemoryKeyValueStore(test.disk)
        });
    }

    private IndexedChain(TestChain test, MemoryKeyValueStore[] stores) {
        this.test = test;
        this.stores = stores;
        transactions = new TxIndex(test.chain, stores[0], lane);
        filters = new FilterIndex(test.chain, stores[1], lane);
        coins = new CoinStatsIndex(test.chain, stores[2], lane);
        transactions.start(false);
        filters.start(false);
        coins.start(false);
    }

    /** The indexes as they are on the disk, on the chain as it is opened now. */
    IndexedChain reopen() {
        return new IndexedChain(test, stores);
    }
}
