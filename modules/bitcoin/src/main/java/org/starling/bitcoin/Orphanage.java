package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.world.Randomness;

/** Transactions whose parents are not known yet: few, for some minutes, with who sent them. */
final class Orphanage {
    /** An orphan and the peer that sent it. */
    record Orphan(Transaction transaction, long peer, long expiryMillis) {}

    private final Randomness random;
    private final LinkedHashMap<Hash256, Orphan> byWtxid = new LinkedHashMap<>();
    private final HashMap<OutPoint, LinkedHashSet<Hash256>> spenders = new HashMap<>();
    private long totalBytes;

    Orphanage(Randomness random) {
        this.random = random;
    }

    int size() {
        return byWtxid.size();
    }

    /** Serialized bytes of all orphans. */
    long totalBytes() {
        return totalBytes;
    }

    boolean contains(Hash256 wtxid) {
        return byWtxid.containsKey(wtxid);
    }

    @Nullable
    Orphan find(Hash256 wtxid) {
        return byWtxid.get(wtxid);
    }

    /** Keeps the transaction. False if it is known or too large. Call {@link #trim} afterwards. */
    boolean add(long now, Transaction transaction, long peer) {
        if (byWtxid.containsKey(transaction.wtxid()) || transaction.weight() > BitcoinLimits.ORPHAN_WEIGHT) {
            return false;
        }
        expire(now);
        Transaction kept = transaction.compact();
        byWtxid.put(kept.wtxid(), new Orphan(kept, peer, now + BitcoinLimits.ORPHAN_EXPIRY_MILLIS));
        totalBytes += kept.totalLength();
        for (TxIn input : kept.inputs()) {
            spenders.computeIfAbsent(input.previous(), key -> new LinkedHashSet<>())
                    .add(kept.wtxid());
        }
        return true;
    }

    /** Drops random ones while there are too many; returns how many went. */
    int trim() {
        int before = byWtxid.size();
        while (byWtxid.size() > BitcoinLimits.ORPHANS || totalBytes > BitcoinLimits.ORPHAN_BYTES) {
            List<Hash256> all = new ArrayList<>(byWtxid.keySet());
            remove(all.get(random.below(all.size())));
        }
        return before - byWtxid.size();
    }

    @Nullable
    Orphan remove(Hash256 wtxid) {
        Orphan orphan = byWtxid.remove(wtxid);
        if (orphan == null) {
            return null;
        }
        totalBytes -= orphan.transaction().totalLength();
        for (TxIn input : orphan.transaction().inputs()) {
            Set<Hash256> others = spenders.get(input.previous());
            if (others != null) {
                others.remove(wtxid);
                if (others.isEmpty()) {
                    spenders.remove(input.previous());
                }
            }
        }
        return orphan;
    }

    /** Orphans that spend an output of the transaction, in the order of the outputs. */
    List<Orphan> childrenOf(Transaction parent) {
        Set<Hash256> children = new LinkedHashSet<>();
        for (int i = 0; i < parent.outputs().size(); i++) {
            children.addAll(spenders.getOrDefault(parent.outPoint(i), new LinkedHashSet<>()));
        }
        List<Orphan> orphans = new ArrayList<>();
        for (Hash256 wtxid : children) {
            Orphan orphan = byWtxid.get(wtxid);
            if (orphan != null) {
                orphans.add(orphan);
            }
        }
        return orphans;
    }

    /** Drops what the block confirms or makes impossible; returns how many. */
    int removeForBlock(Block block) {
        if (byWtxid.isEmpty()) {
            return 0;
        }
        Set<Hash256> spent = new TreeSet<>();
        for (Transaction transaction : block.transactions()) {
            for (TxIn input : transaction.inputs()) {
                spent.addAll(spenders.getOrDefault(input.previous(), new LinkedHashSet<>()));
            }
        }
        spent.forEach(this::remove);
        return spent.size();
    }

    /** Drops what the peer sent; returns how many. */
    int removeForPeer(long peer) {
        List<Orphan> gone = byWtxid.values().stream()
                .filter(orphan -> orphan.peer() == peer)
                .toList();
        gone.forEach(orphan -> remove(orphan.transaction().wtxid()));
        return gone.size();
    }

    private void expire(long now) {
        // In the order of insertion, so also of expiry, unless the clock was set back.
        while (!byWtxid.isEmpty() && byWtxid.firstEntry().getValue().expiryMillis() <= now) {
            remove(byWtxid.firstEntry().getKey());
        }
    }
}
