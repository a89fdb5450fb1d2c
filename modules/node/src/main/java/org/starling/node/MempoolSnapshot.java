package org.starling.node;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.MempoolView;
import org.starling.bytes.Hash256;
import org.starling.consensus.Transaction;
import org.starling.mempool.Mempool;
import org.starling.mempool.MempoolEntry;

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
        return entry(mempool.entry(txid));
    }

    @Override
    public @Nullable Entry byWtxid(Hash256 wtxid) {
        Transaction transaction = mempool.getByWtxid(wtxid);
        return transaction == null ? null : byTxid(transaction.txid());
    }

    @Override
    public List<Entry> all() {
        return mempool.entries().stream().map(MempoolSnapshot::present).toList();
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

    private static @Nullable Entry entry(@Nullable MempoolEntry entry) {
        return entry == null ? null : present(entry);
    }

    private static Entry present(MempoolEntry entry) {
        return new Entry(
                entry.transaction(), entry.fee(), entry.virtualSize(), entry.ancestorCount(), entry.sequence());
    }
}
