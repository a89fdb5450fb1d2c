package org.starling.node;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.chain.Chain;
import org.starling.chain.index.ChainIndex;
import org.starling.chain.index.CoinStatsIndex;
import org.starling.chain.index.FilterIndex;
import org.starling.chain.index.TxIndex;
import org.starling.world.KeyValueStore;
import org.starling.world.Lane;

/** The indexes of a node, those that its operator wants. */
public final class Indexes {
    private final @Nullable TxIndex transactions;
    private final @Nullable FilterIndex filters;
    private final @Nullable CoinStatsIndex coinStatistics;

    Indexes(NodeConfig.Indexing wanted, World world, Chain chain) {
        transactions = wanted.transactions() ? place(world, "txindex", chain, TxIndex::new) : null;
        filters = wanted.filters() ? place(world, "blockfilter/basic", chain, FilterIndex::new) : null;
        coinStatistics = wanted.coinStatistics() ? place(world, "coinstats", chain, CoinStatsIndex::new) : null;
    }

    private interface Maker<T> {
        T make(Chain chain, KeyValueStore store, Lane lane);
    }

    private static <T> T place(World world, String folder, Chain chain, Maker<T> maker) {
        World.IndexPlace place = world.indexes().apply(folder);
        return maker.make(chain, place.store(), place.lane());
    }

    /** Where each transaction stands; null without {@code -txindex}. */
    public @Nullable TxIndex transactions() {
        return transactions;
    }

    /** The blocks' filters; null without {@code -blockfilterindex}. */
    public @Nullable FilterIndex filters() {
        return filters;
    }

    /** Figures about the coins at each block; null without {@code -coinstatsindex}. */
    public @Nullable CoinStatsIndex coinStatistics() {
        return coinStatistics;
    }

    /** Those that there are. */
    public List<ChainIndex> all() {
        List<ChainIndex> all = new ArrayList<>();
        for (ChainIndex index : new ChainIndex @Nullable [] {transactions, filters, coinStatistics}) {
            if (index != null) {
                all.add(index);
            }
        }
        return all;
    }

    /** @param fresh whether to build them again from the beginning */
    void start(boolean fresh) {
        all().forEach(index -> index.start(fresh));
    }

    void close() {
        all().forEach(ChainIndex::close);
    }
}
