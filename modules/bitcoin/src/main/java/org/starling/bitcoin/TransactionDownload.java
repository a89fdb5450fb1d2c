package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.GetData;
import org.starling.bitcoin.message.InventoryItem;
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
    private final RecentHashes confirmed;

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
        this.orphanage = new Orphanage(random.child("orphanage"));
        this.rejected = new RecentHashes(BitcoinLimits.RECENT_REJECTS, random.child("rejected"));
        this.confirmed = new RecentHashes(BitcoinLimits.RECENT_CONFIRMED, random.child("confirmed"));
    }

    int orphans() {
        return orphanage.size();
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
        peer.knownTransactions.add(item.hash());
        if (!chain.isInitialBlockDownload() && !isKnown(item.hash(), byWtxid)) {
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
        peers.wakeAt(peer, now + delay);
    }

    private boolean isKnown(Hash256 hash, boolean byWtxid) {
        boolean pooled = byWtxid ? mempool.byWtxid(hash) != null : mempool.byTxid(hash) != null;
        return pooled || orphanage.contains(hash) || rejected.contains(hash) || confirmed.contains(hash);
    }

    /** A transaction arrived. */
    void received(long now, Peer peer, Transaction transaction) {
        Hash256 txid = transaction.txid();
        Hash256 wtxid = transaction.wtxid();
        peer.knownTransactions.add(peer.wtxidRelay ? wtxid : txid);
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
        submit(peer, transaction);
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
        peer.transactionsInValidation++;
        validation.transaction(peer.id(), transaction);
    }

    /** The mempool has accepted or rejected what the peer (null if it is gone) sent. */
    void judged(long now, @Nullable Peer peer, long id, Transaction transaction, @Nullable Rejection fault) {
        if (fault == null) {
            accepted(now, peer, transaction);
        } else if (fault.kind() == Rejection.Kind.MISSING_INPUTS && peer != null) {
            orphaned(now, peer, transaction);
        } else {
            rejected(now, peer, id, transaction, fault);
        }
    }

    private void accepted(long now, @Nullable Peer peer, Transaction transaction) {
        if (peer != null) {
            peer.lastTransactionMillis = now;
            peers.debug(
                    "mempool",
                    "AcceptToMemoryPool: " + peer + ": accepted " + transaction.txid() + " (wtxid="
                            + transaction.wtxid() + ")");
        }
        added(now, transaction);
    }

    /** The transaction is in the mempool now, from wherever: it is told on, and orphans that spend it have a chance. */
    void added(long now, Transaction transaction) {
        tracker.forget(transaction.txid());
        tracker.forget(transaction.wtxid());
        orphanage.remove(transaction.wtxid());
        relay.announce(now, transaction);
        retryChildren(now, transaction);
    }

    private void retryChildren(long now, Transaction parent) {
        for (Orphanage.Orphan orphan : orphanage.childrenOf(parent)) {
            Peer sender = peers.find(orphan.peer());
            if (sender != null) {
                sender.orphanWork.add(orphan.transaction().wtxid());
                peers.wakeAt(sender, now);
            }
        }
    }

    /** The parents are asked for, unless one of them is known to be no good. */
    private void orphaned(long now, Peer peer, Transaction transaction) {
        TreeSet<Hash256> parents = new TreeSet<>();
        boolean hopeless = false;
        for (TxIn input : transaction.inputs()) {
            parents.add(input.previous().txid());
            hopeless |= rejected.contains(input.previous().txid());
        }
        if (hopeless) {
            peers.debug("mempool", "not keeping orphan with rejected parents " + transaction.txid());
            rejected.add(transaction.txid());
            rejected.add(transaction.wtxid());
            forget(transaction);
            return;
        }
        for (Hash256 parent : parents) {
            peer.knownTransactions.add(parent);
            if (!isKnown(parent, false)) {
                track(now, peer, parent, false);
            }
        }
        if (orphanage.add(now, transaction, peer.id())) {
            extra.add(transaction);
            peers.debug(
                    "mempool",
                    "stored orphan tx " + transaction.txid() + " (wtxid=" + transaction.wtxid() + "), weight: "
                            + transaction.weight() + " (mapsz " + orphanage.size() + ")");
            int evicted = orphanage.trim();
            if (evicted > 0) {
                peers.debug("txpackages", "orphanage overflow, removed " + evicted + " tx");
            }
        }
        tracker.forget(transaction.txid());
        tracker.forget(transaction.wtxid());
    }

    private void rejected(long now, @Nullable Peer peer, long id, Transaction transaction, Rejection fault) {
        peers.debug(
                "mempoolrej",
                transaction.txid() + " (wtxid=" + transaction.wtxid() + ") from peer=" + id + " was not accepted: "
                        + fault);
        boolean anotherWitnessMayDo = fault.kind() == Rejection.Kind.WITNESS_STRIPPED;
        if (!anotherWitnessMayDo) {
            rejected.add(transaction.wtxid());
            tracker.forget(transaction.wtxid());
        }
        if (fault.kind() == Rejection.Kind.INPUTS_NOT_STANDARD || !transaction.hasWitness() && !anotherWitnessMayDo) {
            // Whatever its witness: the fault is in what the txid commits to.
            rejected.add(transaction.txid());
            tracker.forget(transaction.txid());
        }
        orphanage.remove(transaction.wtxid());
        extra.add(transaction);
        if (peer != null && fault.kind() == Rejection.Kind.CONSENSUS) {
            peers.misbehaving(now, peer, fault.toString());
        }
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
        peers.wakeAllAt(0);
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
    }

    void disconnected(Peer peer) {
        tracker.disconnected(peer.id());
        int erased = orphanage.removeForPeer(peer.id());
        if (erased > 0) {
            peers.debug("txpackages", "Erased " + erased + " orphan transaction(s) from " + peer);
        }
        peers.wakeAllAt(0);
    }

    /** When the next request is over, and others may be asked instead. */
    long nextExpiryMillis() {
        return tracker.nextExpiryMillis();
    }

    /** Requests what is due; returns when to look again. */
    long tick(long now, Peer peer) {
        while (!peer.orphanWork.isEmpty() && peer.transactionsInValidation < BitcoinLimits.TRANSACTIONS_IN_VALIDATION) {
            Orphanage.Orphan orphan = orphanage.find(peer.orphanWork.removeFirst());
            if (orphan != null) {
                submit(peer, orphan.transaction());
            }
        }
        List<InventoryItem> items = new ArrayList<>();
        for (TxRequestTracker.Request request : tracker.requestable(peer.id(), now)) {
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
