package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.GetData;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.engine.Permission;
import org.starling.world.Randomness;

/**
 * Fetches announced transactions, each from one peer at a time, offers them to the mempool, and keeps for a while those
 * whose parents are missing. What was rejected is not fetched again until the chain has a new tip.
 *
 * <p>A parent that pays too little may get in with a child of the same peer that pays for both: it is fetched again as the
 * orphan's parent, though not for itself, and the two are offered together, each pair once.
 */
final class TransactionDownload {
    private final Peers peers;
    private final ChainView chain;
    private final MempoolView mempool;
    private final Validation validation;
    private final TransactionRelay relay;
    private final TxRequestTracker tracker;
    private final Orphanage orphanage;
    private final ExtraTransactions extra;
    private final RecentHashes rejected;
    // Wtxids of what may get in with a child, and pairs (both wtxids) that did not get in together.
    private final RecentHashes reconsiderable;
    private final RecentHashes confirmed;
    // Txids and wtxids of what the mempool is looking at.
    private final HashSet<Hash256> inValidation = new HashSet<>();

    TransactionDownload(
            Peers peers,
            ChainView chain,
            MempoolView mempool,
            Validation validation,
            TransactionRelay relay,
            ExtraTransactions extra,
            Randomness random) {
        this.peers = peers;
        this.chain = chain;
        this.mempool = mempool;
        this.validation = validation;
        this.relay = relay;
        this.extra = extra;
        this.tracker = new TxRequestTracker(random.child("requests"));
        this.orphanage = new Orphanage(peers.settings().maxOrphans());
        this.rejected = new RecentHashes(BitcoinLimits.RECENT_REJECTS, random.child("rejected"));
        this.reconsiderable = new RecentHashes(BitcoinLimits.RECENT_REJECTS, random.child("reconsiderable"));
        this.confirmed = new RecentHashes(BitcoinLimits.RECENT_CONFIRMED, random.child("confirmed"));
    }

    List<Orphanage.Orphan> orphans() {
        return orphanage.all();
    }

    int tracked() {
        return tracker.size();
    }

    /** Whether transactions from this peer are against what our version message said. */
    boolean isUnwantedFrom(Peer peer) {
        if (peer.link.has(Permission.RELAY)) {
            return false;
        }
        return peers.settings().blocksOnly() || !peer.relaysTransactions();
    }

    /** The peer announced a transaction, in the form that was agreed with it. */
    void announced(long now, Peer peer, InventoryItem item) {
        boolean byWtxid = item.kind() == InventoryItem.WTX;
        if (byWtxid != peer.wtxidRelay) {
            return;
        }
        News news = relay.news(item.hash());
        if (news != null) {
            news.know(peer);
        }
        boolean pooled = news == null ? isPooled(item.hash(), byWtxid) : news.isPooled(mempool);
        if (pooled || chain.isInitialBlockDownload()) {
            return;
        }
        Orphanage.Orphan orphan = byWtxid ? orphanage.find(item.hash()) : null;
        if (orphan != null) {
            List<Hash256> missing = missingParents(orphan.transaction());
            if (!missing.isEmpty()) {
                mayResolve(now, peer, orphan.transaction(), missing);
            }
        } else if (!isKnown(item.hash(), byWtxid) && !reconsiderable.contains(item.hash())) {
            track(now, peer, item.hash(), byWtxid);
        }
    }

    private void track(long now, Peer peer, Hash256 hash, boolean byWtxid) {
        boolean trusted = peer.link.has(Permission.RELAY);
        if (!trusted && tracker.count(peer.id()) >= BitcoinLimits.TX_ANNOUNCEMENTS_PER_PEER) {
            return;
        }
        boolean preferred = BlockDownload.isPreferred(peer);
        boolean othersByWtxid = !byWtxid && peers.countReady(other -> other.wtxidRelay) > 0;
        boolean overloaded = !trusted && tracker.inFlight(peer.id()) >= BitcoinLimits.TX_IN_FLIGHT_PER_PEER;
        long delay = (preferred ? 0 : BitcoinLimits.TX_NONPREFERRED_DELAY_MILLIS)
                + (othersByWtxid ? BitcoinLimits.TX_TXID_DELAY_MILLIS : 0)
                + (overloaded ? BitcoinLimits.TX_OVERLOADED_DELAY_MILLIS : 0);
        tracker.announced(peer.id(), hash, byWtxid, preferred, now + delay);
        peers.requests().at(peer, now + delay);
    }

    /** Whether there is no use in fetching it; what paid too little may be of use with a child. */
    private boolean isKnown(Hash256 hash, boolean byWtxid) {
        // An orphan with that txid may have another witness; without a witness, txid and wtxid are one.
        return isPooled(hash, byWtxid)
                || orphanage.contains(hash)
                || rejected.contains(hash)
                || confirmed.contains(hash);
    }

    private boolean isPooled(Hash256 hash, boolean byWtxid) {
        return byWtxid ? mempool.containsWtxid(hash) : mempool.contains(hash);
    }

    /** A transaction arrived. */
    void received(long now, Peer peer, Transaction transaction) {
        Hash256 txid = transaction.txid();
        Hash256 wtxid = transaction.wtxid();
        News news = relay.news(peer.wtxidRelay ? wtxid : txid);
        if (news != null) {
            news.know(peer);
        }
        tracker.answered(peer.id(), txid);
        tracker.answered(peer.id(), wtxid);
        if (chain.isInitialBlockDownload()) {
            return;
        }
        if (isKnown(wtxid, true)) {
            MempoolView.Entry entry = mempool.byWtxid(wtxid);
            if (peer.link.has(Permission.FORCERELAY)) {
                forceRelay(now, peer, transaction, entry);
            }
            return;
        }
        if (inValidation.contains(wtxid)) {
            return;
        }
        if (reconsiderable.contains(wtxid)) {
            submitWithChild(peer, transaction);
        } else {
            submit(peer, transaction);
        }
    }

    /** A peer that the operator trusts so wants us to tell of it again. */
    private void forceRelay(long now, Peer peer, Transaction transaction, MempoolView.@Nullable Entry entry) {
        String named = transaction.txid() + " (wtxid=" + transaction.wtxid() + ") from ";
        if (entry == null) {
            peers.info("Not relaying non-mempool transaction " + named + "forcerelay " + peer);
        } else {
            peers.info("Force relaying tx " + named + peer);
            relay.announce(now, entry.transaction());
        }
    }

    private void submit(Peer peer, Transaction transaction) {
        validating(transaction);
        peer.transactionsInValidation++;
        validation.transaction(peer.id(), transaction);
    }

    /** A parent that pays too little is offered again with an orphan of the same peer, if there is one to be tried. */
    private void submitWithChild(Peer peer, Transaction parent) {
        for (Transaction child : orphanage.childrenOf(parent, peer.id())) {
            if (!reconsiderable.contains(pair(parent, child))
                    && !rejected.contains(child.txid())
                    && !inValidation.contains(child.wtxid())) {
                validating(parent);
                validating(child);
                peer.transactionsInValidation++;
                validation.packageOf(peer.id(), parent, child);
                return;
            }
        }
    }

    private static Bytes pair(Transaction parent, Transaction child) {
        return Bytes.concat(parent.wtxid().toBytes(), child.wtxid().toBytes());
    }

    private void validating(Transaction transaction) {
        inValidation.add(transaction.txid());
        inValidation.add(transaction.wtxid());
    }

    private void validated(Transaction transaction) {
        inValidation.remove(transaction.txid());
        inValidation.remove(transaction.wtxid());
    }

    /** The mempool has accepted or rejected what the peer (null if it is gone) sent. */
    void judged(long now, @Nullable Peer peer, long id, Transaction transaction, @Nullable Rejection fault) {
        validated(transaction);
        boolean first = !orphanage.contains(transaction.wtxid());
        if (fault == null) {
            accepted(now, peer, transaction);
        } else if (fault.kind() == Rejection.Kind.MISSING_INPUTS) {
            if (first) {
                logRejected(id, transaction, fault);
                orphaned(now, peer, transaction);
            }
        } else {
            rejected(now, peer, id, transaction, fault, first);
            if (first && peer != null && fault.kind() == Rejection.Kind.RECONSIDERABLE) {
                submitWithChild(peer, transaction);
            }
        }
        if (fault != null) {
            wakeAnnouncers(now, transaction);
        }
        reconsiderOrphans(peer);
    }

    /** Others may have it, too, and were not asked while it was looked at. */
    private void wakeAnnouncers(long now, Transaction transaction) {
        for (Hash256 hash : List.of(transaction.txid(), transaction.wtxid())) {
            for (long id : tracker.announcers(hash)) {
                Peer announcer = peers.find(id);
                if (announcer != null) {
                    peers.requests().at(announcer, now);
                }
            }
        }
    }

    /** The mempool has looked at two transactions together. */
    void judged(long now, @Nullable Peer peer, long id, Transaction parent, Transaction child, PackageVerdict verdict) {
        validated(parent);
        validated(child);
        if (!verdict.taken().contains(child.wtxid())) {
            reconsiderable.add(pair(parent, child));
        }
        // The parent first: who hears of both can fetch them in that order. The child is no orphan any more by then.
        if (verdict.taken().contains(child.wtxid())) {
            orphanage.remove(child.wtxid());
        }
        for (Transaction member : List.of(parent, child)) {
            Rejection fault = verdict.refused().get(member.wtxid());
            if (verdict.taken().contains(member.wtxid())) {
                accepted(now, peer, member);
            } else if (fault != null && fault.kind() != Rejection.Kind.MISSING_INPUTS) {
                rejected(now, peer, id, member, fault, false);
            }
            wakeAnnouncers(now, member);
        }
        reconsiderOrphans(peer);
    }

    private void accepted(long now, @Nullable Peer peer, Transaction transaction) {
        if (peer != null) {
            peer.lastTransactionMillis = now;
            peers.debug(
                    "mempool",
                    "AcceptToMemoryPool: " + peer + ": accepted " + transaction.txid() + " (wtxid="
                            + transaction.wtxid() + ")");
        }
        added(now, peer, transaction);
    }

    /** The transaction is in the mempool now, not from a peer. */
    void added(long now, Transaction transaction) {
        added(now, null, transaction);
    }

    /** It is told on, but not to those who told us of it, and orphans that spend it have a chance. */
    private void added(long now, @Nullable Peer sender, Transaction transaction) {
        List<Long> knowing = new ArrayList<>(tracker.forget(transaction.wtxid()));
        if (transaction.hasWitness()) {
            knowing.addAll(tracker.forget(transaction.txid()));
        }
        if (sender != null) {
            knowing.add(sender.id());
        }
        List<Orphanage.Orphan> children = orphanage.childrenOf(transaction);
        Orphanage.Orphan waited = orphanage.find(transaction.wtxid());
        if (waited != null) {
            knowing.addAll(waited.peers());
            orphanage.remove(transaction.wtxid());
        }
        children.forEach(child -> knowing.addAll(child.peers()));
        relay.announce(now, transaction, knowing);
        children.forEach(this::reconsider);
    }

    /** The orphan is offered to the mempool again, in the name of the first who had it. */
    private void reconsider(Orphanage.Orphan orphan) {
        Peer sender = peers.find(orphan.peers().getFirst());
        if (sender != null) {
            sender.orphanWork.add(orphan.transaction().wtxid());
            reconsiderOrphans(sender);
        }
    }

    private void reconsiderOrphans(@Nullable Peer peer) {
        while (peer != null
                && !peer.orphanWork.isEmpty()
                && peer.transactionsInValidation < BitcoinLimits.TRANSACTIONS_IN_VALIDATION) {
            Orphanage.Orphan orphan = orphanage.find(peer.orphanWork.removeFirst());
            if (orphan != null && !inValidation.contains(orphan.transaction().wtxid())) {
                submit(peer, orphan.transaction());
            }
        }
    }

    /** The parents are asked for, of everybody who has the orphan, unless one of them is known to be no good. */
    private void orphaned(long now, @Nullable Peer sender, Transaction transaction) {
        Set<Hash256> parents = parents(transaction);
        if (isHopeless(parents)) {
            peers.debug(
                    "mempool",
                    "not keeping orphan with rejected parents " + transaction.txid() + " (wtxid=" + transaction.wtxid()
                            + ")");
            rejected.add(transaction.txid());
            rejected.add(transaction.wtxid());
            forget(transaction);
            return;
        }
        List<Hash256> missing = missingParents(transaction);
        Set<Long> candidates = new LinkedHashSet<>();
        if (sender != null) {
            parents.stream().map(relay::news).filter(Objects::nonNull).forEach(news -> news.know(sender));
            candidates.add(sender.id());
        }
        candidates.addAll(tracker.announcers(transaction.txid()));
        candidates.addAll(tracker.announcers(transaction.wtxid()));
        for (long id : candidates) {
            Peer candidate = peers.find(id);
            if (candidate != null) {
                mayResolve(now, candidate, transaction, missing);
            }
        }
        tracker.forget(transaction.txid());
        tracker.forget(transaction.wtxid());
        int evicted = orphanage.trim();
        if (evicted > 0) {
            peers.debug("txpackages", "orphanage overflow, removed " + evicted + " tx");
        }
    }

    private static Set<Hash256> parents(Transaction transaction) {
        Set<Hash256> parents = new TreeSet<>();
        for (TxIn input : transaction.inputs()) {
            parents.add(input.previous().txid());
        }
        return parents;
    }

    private List<Hash256> missingParents(Transaction orphan) {
        return parents(orphan).stream()
                .filter(parent -> !isKnown(parent, false))
                .toList();
    }

    /** One parent that paid too little may come in with the orphan; two cannot, nor one that is bad in itself. */
    private boolean isHopeless(Set<Hash256> parents) {
        long tooCheap = parents.stream()
                .filter(parent -> reconsiderable.contains(parent) && !mempool.contains(parent))
                .count();
        return tooCheap > 1 || parents.stream().anyMatch(rejected::contains);
    }

    /** The peer has an orphan, so it can be asked for the parents too, unless it has told of too much already. */
    private void mayResolve(long now, Peer peer, Transaction orphan, List<Hash256> missing) {
        boolean trusted = peer.link.has(Permission.RELAY);
        boolean tooMany = tracker.count(peer.id()) + missing.size() > BitcoinLimits.TX_ANNOUNCEMENTS_PER_PEER;
        if (!trusted && tooMany || orphanage.contains(orphan.wtxid(), peer.id())) {
            return;
        }
        for (Hash256 parent : missing) {
            track(now, peer, parent, false);
        }
        peers.debug("txpackages", "added " + peer + " as a candidate for resolving orphan " + orphan.wtxid());
        boolean fresh = !orphanage.contains(orphan.wtxid());
        if (orphanage.add(now, orphan, peer.id()) && fresh) {
            extra.add(orphan);
            peers.debug(
                    "mempool",
                    "stored orphan tx " + orphan.txid() + " (wtxid=" + orphan.wtxid() + "), weight: " + orphan.weight()
                            + " (mapsz " + orphanage.size() + ")");
        }
    }

    private void rejected(
            long now, @Nullable Peer peer, long id, Transaction transaction, Rejection fault, boolean first) {
        logRejected(id, transaction, fault);
        boolean anotherWitnessMayDo = fault.kind() == Rejection.Kind.WITNESS_STRIPPED;
        if (fault.kind() == Rejection.Kind.RECONSIDERABLE) {
            reconsiderable.add(transaction.wtxid());
            tracker.forget(transaction.wtxid());
        } else if (!anotherWitnessMayDo) {
            rejected.add(transaction.wtxid());
            tracker.forget(transaction.wtxid());
        }
        if (fault.kind() == Rejection.Kind.INPUTS_NOT_STANDARD) {
            // Whatever its witness: the fault is in what the txid commits to.
            rejected.add(transaction.txid());
            tracker.forget(transaction.txid());
        }
        orphanage.remove(transaction.wtxid());
        if (first && !anotherWitnessMayDo) {
            extra.add(transaction);
        }
        if (peer != null && fault.kind() == Rejection.Kind.CONSENSUS) {
            peers.misbehaving(now, peer, fault.toString());
        }
    }

    private void logRejected(long id, Transaction transaction, Rejection fault) {
        peers.debug(
                "mempoolrej",
                transaction.txid() + " (wtxid=" + transaction.wtxid() + ") from peer=" + id + " was not accepted: "
                        + fault);
    }

    private void forget(Transaction transaction) {
        tracker.forget(transaction.txid());
        tracker.forget(transaction.wtxid());
        orphanage.remove(transaction.wtxid());
    }

    /** A transaction left the mempool because another took its place. */
    void replaced(Transaction transaction) {
        extra.add(transaction);
    }

    void notFound(Peer peer, InventoryItem item) {
        tracker.answered(peer.id(), item.hash());
        peers.requests().allAt(0);
    }

    void connected(Block block) {
        for (Transaction transaction : block.transactions()) {
            confirmed.add(transaction.txid());
            if (transaction.hasWitness()) {
                confirmed.add(transaction.wtxid());
            }
            tracker.forget(transaction.txid());
            tracker.forget(transaction.wtxid());
        }
        int erased = orphanage.removeForBlock(block);
        if (erased > 0) {
            peers.debug("txpackages", "Erased " + erased + " orphan transaction(s) included or conflicted by block");
        }
    }

    /** What was confirmed may have to be relayed again after a reorganisation. */
    void disconnectedBlock() {
        confirmed.clear();
    }

    /** What was rejected may be valid on the new tip. */
    void tipChanged() {
        rejected.clear();
        reconsiderable.clear();
    }

    void disconnected(Peer peer) {
        tracker.disconnected(peer.id());
        List<Hash256> unfinished = List.copyOf(peer.orphanWork);
        peer.orphanWork.clear();
        int erased = orphanage.removeForPeer(peer.id());
        if (erased > 0) {
            peers.debug("txpackages", "Erased " + erased + " orphan transaction(s) from " + peer);
        }
        for (Hash256 wtxid : unfinished) {
            Orphanage.Orphan orphan = orphanage.find(wtxid);
            if (orphan != null) {
                reconsider(orphan);
            }
        }
        peers.requests().allAt(0);
    }

    /** When the next request is over, and others may be asked instead. */
    long nextExpiryMillis() {
        return tracker.nextExpiryMillis();
    }

    /** Requests what is due; returns when to look again. */
    long tick(long now, Peer peer) {
        List<InventoryItem> items = new ArrayList<>();
        for (TxRequestTracker.Request request : tracker.requestable(peer.id(), now)) {
            if (inValidation.contains(request.hash())) {
                continue;
            }
            if (isKnown(request.hash(), request.byWtxid())) {
                tracker.forget(request.hash());
                continue;
            }
            items.add(new InventoryItem(kindFor(peer, request), request.hash()));
            tracker.requested(peer.id(), request.hash(), now + BitcoinLimits.TX_REQUEST_TIMEOUT_MILLIS);
            if (items.size() == BitcoinLimits.GETDATA_ITEMS) {
                peers.send(now, peer, new GetData(items));
                items = new ArrayList<>();
            }
        }
        if (!items.isEmpty()) {
            peers.send(now, peer, new GetData(items));
        }
        return tracker.nextMillis(peer.id(), now);
    }

    private static int kindFor(Peer peer, TxRequestTracker.Request request) {
        if (request.byWtxid()) {
            return InventoryItem.WTX;
        }
        return peer.servesWitnesses() ? InventoryItem.TX | InventoryItem.WITNESS : InventoryItem.TX;
    }
}
