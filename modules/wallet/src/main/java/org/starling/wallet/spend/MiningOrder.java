package org.starling.wallet.spend;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.mempool.Feerate;

/**
 * What of some unconfirmed transactions would be mined at a feerate anyway: in turn the one is taken that pays most with
 * its ancestors that are not taken yet, as long as that is enough. What is left must be paid for by who spends from it.
 */
public final class MiningOrder {
    /**
     * A transaction.
     *
     * @param fee in satoshis
     * @param parents those that it spends from; such as are not known here count as confirmed
     */
    public record Waiting(Hash256 txid, long virtualSize, long fee, List<Hash256> parents) {
        public Waiting {
            parents = List.copyOf(parents);
        }
    }

    private record Sum(long virtualSize, long fee) {
        long missing(Feerate rate) {
            return rate.fee(virtualSize) - fee;
        }
    }

    private final Map<Hash256, Waiting> left = new LinkedHashMap<>();
    private final Feerate rate;

    public MiningOrder(Collection<Waiting> all, Feerate rate) {
        this.rate = rate;
        all.forEach(waiting -> left.put(waiting.txid(), waiting));
        for (Waiting best = best(); best != null; best = best()) {
            withAncestors(List.of(best.txid())).forEach(left::remove);
        }
    }

    /** What who spends from these has to pay beyond its own size, so that they are mined with it; satoshis. */
    public long shortfall(Collection<Hash256> txids) {
        return Math.max(0, sum(withAncestors(txids)).missing(rate));
    }

    private @Nullable Waiting best() {
        Waiting best = null;
        Sum most = new Sum(1, 0);
        for (Waiting waiting : left.values()) {
            Sum sum = sum(withAncestors(List.of(waiting.txid())));
            boolean pays = sum.missing(rate) <= 0;
            if (pays && (best == null || sum.fee() * most.virtualSize() > most.fee() * sum.virtualSize())) {
                best = waiting;
                most = sum;
            }
        }
        return best;
    }

    private Set<Hash256> withAncestors(Collection<Hash256> txids) {
        Set<Hash256> found = new HashSet<>();
        List<Hash256> open = new ArrayList<>(txids);
        while (!open.isEmpty()) {
            Hash256 txid = open.removeLast();
            Waiting waiting = left.get(txid);
            if (waiting != null && found.add(txid)) {
                open.addAll(waiting.parents());
            }
        }
        return found;
    }

    private Sum sum(Set<Hash256> txids) {
        long size = 0;
        long fee = 0;
        for (Hash256 txid : txids) {
            Waiting waiting = left.get(txid);
            if (waiting != null) {
                size += waiting.virtualSize();
                fee += waiting.fee();
            }
        }
        return new Sum(size, fee);
    }
}
