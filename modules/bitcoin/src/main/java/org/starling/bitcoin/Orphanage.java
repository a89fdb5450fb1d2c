package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;

/**
 * Transactions whose parents are not known yet: few, for some minutes, with the peers that have them.
 *
 * <p>All peers share the room, and who takes the greatest share of it, by count or by bytes, makes room for others: a peer
 * loses nothing as long as it takes no more than its equal part, whatever the others send.
 */
final class Orphanage {
    /**
     * An orphan as it was when asked about.
     *
     * @param peers those that sent or announced it, in that order; never none
     */
    record Orphan(Transaction transaction, List<Long> peers, long entryMillis, long expiryMillis) {}

    private static final class Kept {
        private final Transaction transaction;
        private final long number;
        private final long entryMillis;
        private final LinkedHashSet<Long> peers = new LinkedHashSet<>();

        private Kept(Transaction transaction, long number, long entryMillis) {
            this.transaction = transaction;
            this.number = number;
            this.entryMillis = entryMillis;
        }

        private Orphan orphan() {
            return new Orphan(
                    transaction, List.copyOf(peers), entryMillis, entryMillis + BitcoinLimits.ORPHAN_EXPIRY_MILLIS);
        }
    }

    /** What one peer has here, the oldest first, by number. */
    private static final class Share {
        private final TreeMap<Long, Kept> orphans = new TreeMap<>();
        private long bytes;
    }

    private final int capacity;
    private final HashMap<Hash256, Kept> byWtxid = new HashMap<>();
    private final TreeMap<Long, Kept> byNumber = new TreeMap<>();
    private final TreeMap<Long, Share> byPeer = new TreeMap<>();
    private final HashMap<OutPoint, LinkedHashSet<Hash256>> spenders = new HashMap<>();
    private long totalBytes;
    private long nextNumber;

    /** @param capacity most orphans kept */
    Orphanage(int capacity) {
        this.capacity = capacity;
    }

    int size() {
        return byWtxid.size();
    }

    /** Serialized bytes of all orphans. */
    long totalBytes() {
        return totalBytes;
    }

    boolean contains(Hash256 wtxid) {
        return !byWtxid.isEmpty() && byWtxid.containsKey(wtxid);
    }

    boolean contains(Hash256 wtxid, long peer) {
        Kept kept = byWtxid.get(wtxid);
        return kept != null && kept.peers.contains(peer);
    }

    @Nullable
    Orphan find(Hash256 wtxid) {
        // Mostly there is none, and this is asked for each announcement.
        Kept kept = byWtxid.isEmpty() ? null : byWtxid.get(wtxid);
        return kept == null ? null : kept.orphan();
    }

    /** All, the oldest first. */
    List<Orphan> all() {
        return byNumber.values().stream().map(Kept::orphan).toList();
    }

    /**
     * Keeps the transaction, or notes one more peer that has it. False if that was known or the transaction is too large.
     * Call {@link #trim} afterwards.
     */
    boolean add(long now, Transaction transaction, long peer) {
        if (transaction.weight() > BitcoinLimits.ORPHAN_WEIGHT || contains(transaction.wtxid(), peer)) {
            return false;
        }
        expire(now);
        Kept kept = byWtxid.get(transaction.wtxid());
        if (kept == null) {
            kept = new Kept(transaction.compact(), nextNumber++, now);
            byWtxid.put(transaction.wtxid(), kept);
            byNumber.put(kept.number, kept);
            totalBytes += kept.transaction.totalLength();
            for (TxIn input : transaction.inputs()) {
                spenders.computeIfAbsent(input.previous(), key -> new LinkedHashSet<>())
                        .add(transaction.wtxid());
            }
        }
        kept.peers.add(peer);
        Share share = byPeer.computeIfAbsent(peer, key -> new Share());
        share.orphans.put(kept.number, kept);
        share.bytes += kept.transaction.totalLength();
        return true;
    }

    /** While there are too many, the peer with the greatest share loses its oldest; returns how many orphans went. */
    int trim() {
        int before = byWtxid.size();
        while (byWtxid.size() > capacity || totalBytes > BitcoinLimits.ORPHAN_BYTES) {
            long greediest = greediest();
            Share share = byPeer.get(greediest);
            if (share == null) {
                throw new AssertionError("orphans of nobody: " + byWtxid.size());
            }
            leave(share.orphans.firstEntry().getValue(), greediest);
        }
        return before - byWtxid.size();
    }

    private long greediest() {
        long greediest = -1;
        double most = -1;
        for (var entry : byPeer.entrySet()) {
            Share share = entry.getValue();
            double part = Math.max(
                    share.orphans.size() / (double) Math.max(1, capacity),
                    share.bytes / (double) BitcoinLimits.ORPHAN_BYTES);
            if (part > most) {
                most = part;
                greediest = entry.getKey();
            }
        }
        return greediest;
    }

    /** The peer no longer vouches for the orphan, which goes if nobody else does. */
    private void leave(Kept kept, long peer) {
        release(kept, peer);
        kept.peers.remove(peer);
        if (kept.peers.isEmpty()) {
            forget(kept);
        }
    }

    private void release(Kept kept, long peer) {
        Share share = byPeer.get(peer);
        if (share != null && share.orphans.remove(kept.number) != null) {
            share.bytes -= kept.transaction.totalLength();
            if (share.orphans.isEmpty()) {
                byPeer.remove(peer);
            }
        }
    }

    private void forget(Kept kept) {
        Transaction transaction = kept.transaction;
        byWtxid.remove(transaction.wtxid());
        byNumber.remove(kept.number);
        totalBytes -= transaction.totalLength();
        for (TxIn input : transaction.inputs()) {
            Set<Hash256> others = spenders.get(input.previous());
            if (others != null) {
                others.remove(transaction.wtxid());
                if (others.isEmpty()) {
                    spenders.remove(input.previous());
                }
            }
        }
    }

    /** Drops the orphan; returns whether it was here. */
    boolean remove(Hash256 wtxid) {
        Kept kept = byWtxid.get(wtxid);
        if (kept == null) {
            return false;
        }
        kept.peers.forEach(peer -> release(kept, peer));
        forget(kept);
        return true;
    }

    /** Orphans that spend an output of the transaction, in the order of the outputs. */
    List<Orphan> childrenOf(Transaction parent) {
        return kept(parent).stream().map(Kept::orphan).toList();
    }

    /** Those of them that this peer has as well, the newest first: of several that conflict it is likely the best. */
    List<Transaction> childrenOf(Transaction parent, long peer) {
        return kept(parent).stream()
                .filter(kept -> kept.peers.contains(peer))
                .sorted((a, b) -> Long.compare(b.number, a.number))
                .map(kept -> kept.transaction)
                .toList();
    }

    private List<Kept> kept(Transaction parent) {
        if (spenders.isEmpty()) {
            return List.of();
        }
        Set<Hash256> children = new LinkedHashSet<>();
        for (int i = 0; i < parent.outputs().size(); i++) {
            children.addAll(spenders.getOrDefault(parent.outPoint(i), new LinkedHashSet<>()));
        }
        List<Kept> orphans = new ArrayList<>();
        for (Hash256 wtxid : children) {
            Kept kept = byWtxid.get(wtxid);
            if (kept != null) {
                orphans.add(kept);
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

    /** Drops what only this peer has; returns how many. */
    int removeForPeer(long peer) {
        int before = byWtxid.size();
        Share share = byPeer.get(peer);
        if (share != null) {
            List.copyOf(share.orphans.values()).forEach(kept -> leave(kept, peer));
        }
        return before - byWtxid.size();
    }

    private void expire(long now) {
        // In the order of arrival, so also of expiry, unless the clock was set back.
        while (!byNumber.isEmpty()) {
            Kept oldest = byNumber.firstEntry().getValue();
            if (oldest.entryMillis + BitcoinLimits.ORPHAN_EXPIRY_MILLIS > now) {
                return;
            }
            remove(oldest.transaction.wtxid());
        }
    }
}
