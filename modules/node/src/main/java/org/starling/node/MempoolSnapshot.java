package org.starling.node;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.MempoolView;
import org.starling.bytes.Hash256;
import org.starling.consensus.Transaction;
import org.starling.mempool.Mempool;

/** The mempool as relay reads it. */
final class MempoolSnapshot implements MempoolView {
    private final Mempool mempool;
    private final NodeClock clock;

    MempoolSnapshot(Mempool mempool, NodeClock clock) {
        this.mempool = mempool;
        this.clock = clock;
    }

    @Override
    public @Nullable Entry byTxid(Hash256 txid) {
        return entry(mempool.brief(txid));
    }

    @Override
    public @Nullable Entry byWtxid(Hash256 wtxid) {
        return entry(mempool.briefByWtxid(wtxid));
    }

    @Override
    public long removals() {
        return mempool.removals();
    }

    @Override
    public boolean contains(Hash256 txid) {
        return mempool.contains(txid);
    }

    @Override
    public boolean containsWtxid(Hash256 wtxid) {
        return mempool.containsWtxid(wtxid);
    }

    @Override
    public List<Entry> all() {
        return mempool.briefs().stream().map(MempoolSnapshot::present).toList();
    }

    @Override
    public List<Transaction> transactions() {
        return mempool.transactions();
    }

    @Override
    public void fetched(Hash256 txid) {
        mempool.removeUnbroadcast(txid);
    }

    @Override
    public long minFeeratePerKvb() {
        return mempool.minimumFeerate(clock.seconds()).satoshisPerKvb();
    }

    private static @Nullable Entry entry(Mempool.@Nullable Brief brief) {
        return brief == null ? null : present(brief);
    }

    private static Entry present(Mempool.Brief brief) {
        return new Entry(brief.transaction(), brief.fee(), brief.virtualSize(), brief.ancestors(), brief.sequence());
    }
}
