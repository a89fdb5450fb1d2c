package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.FeeFilter;
import org.starling.bitcoin.message.Inv;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.TxMessage;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;
import org.starling.crypto.SipHash;
import org.starling.engine.Permission;
import org.starling.world.Randomness;

/**
 * Tells peers of transactions, some at a time and at random times, so that nobody sees where one came from; and serves
 * them to those that were told. Parents come before children, well paying ones first.
 */
final class TransactionRelay {
    private static final long MAX_MONEY = 2_100_000_000_000_000L;
    private static final int OLDEST_WITH_FEE_FILTER = 70013;

    // Parents first; then the better feerate, compared without rounding; then any fixed order.
    private static final Comparator<MempoolView.Entry> ORDER = Comparator.comparingInt(MempoolView.Entry::ancestors)
            .thenComparing(
                    (a, b) -> Double.compare((double) b.fee() * a.virtualSize(), (double) a.fee() * b.virtualSize()))
            .thenComparing(entry -> entry.transaction().wtxid());

    private static final long MIN_FEERATE_AGE_MILLIS = 1_000;

    private final Peers peers;
    private final ChainView chain;
    private final MempoolView mempool;
    private final Randomness random;
    private final FeeFilterRounder rounder;
    private final SipHash hasher;
    private long nextInboundTrickleMillis;
    private long minFeeratePerKvb;
    private long minFeerateMillis = -MIN_FEERATE_AGE_MILLIS;
    // What peers may be told of: everything in the mempool up to here has been put in line for them.
    private long toldSequence;
    // Of the last block, by txid and by wtxid: peers that were told of them may still ask.
    private final HashMap<Hash256, Transaction> lastBlock = new HashMap<>();

    TransactionRelay(Peers peers, ChainView chain, MempoolView mempool, Randomness random) {
        this.peers = peers;
        this.chain = chain;
        this.mempool = mempool;
        this.random = random.child("trickle");
        this.rounder = new FeeFilterRounder(random.child("fee filter"));
        Randomness key = random.child("known transactions");
        this.hasher = new SipHash(key.nextLong(), key.nextLong());
    }

    /**
     * A transaction that is to be announced, the same for all peers.
     *
     * @param removals of the mempool, when the entry was taken from it
     * @param txidWord what the hasher makes of the txid, by which a peer's known transactions are found
     * @param wtxidWord the same of the wtxid
     */
    record News(MempoolView.Entry entry, long removals, long txidWord, long wtxidWord) {
        boolean isKnownTo(Peer peer) {
            return peer.knownTransactions.contains(peer.wtxidRelay ? wtxidWord : txidWord);
        }
    }

    /** Makes the words of what peers know; with a key of this node. */
    SipHash hasher() {
        return hasher;
    }

    private static Hash256 nameFor(Peer peer, Transaction transaction) {
        return peer.wtxidRelay ? transaction.wtxid() : transaction.txid();
    }

    /** Puts the transaction in line for all peers that do not know it. */
    void announce(long now, Transaction transaction) {
        long removals = mempool.removals();
        MempoolView.Entry entry = mempool.byWtxid(transaction.wtxid());
        if (entry == null) {
            return;
        }
        toldSequence = Math.max(toldSequence, entry.sequence());
        News news = new News(entry, removals, hasher.hash(transaction.txid()), hasher.hash(transaction.wtxid()));
        for (Peer peer : peers.ready()) {
            if (peer.wantsTransactions && !news.isKnownTo(peer) && peer.toAnnounce.size() < BitcoinLimits.TO_ANNOUNCE) {
                peer.toAnnounce.put(transaction.wtxid(), news);
                peers.wakeAt(peer, trickleMillis(now, peer));
            }
        }
    }

    void feeFilter(Peer peer, FeeFilter filter) {
        if (filter.feeratePerKvb() >= 0 && filter.feeratePerKvb() <= MAX_MONEY) {
            peer.feeFilterReceived = filter.feeratePerKvb();
        }
    }

    /** The peer asks for the whole mempool. */
    void mempool(long now, Peer peer) {
        if ((peers.ourServices(peer) & Services.BLOOM) == 0 && !peer.link.has(Permission.MEMPOOL)) {
            if (!peer.link.has(Permission.NOBAN)) {
                peers.drop(now, peer, "mempool request with bloom filters disabled");
            }
            return;
        }
        if (peers.links().upload().isSpent() && !peer.link.has(Permission.MEMPOOL)) {
            if (!peer.link.has(Permission.NOBAN)) {
                peers.drop(now, peer, "mempool request with bandwidth limit reached");
            }
            return;
        }
        peer.sendMempool = peer.wantsTransactions;
        peers.wakeAt(peer, now);
    }

    /** Serves a transaction that the peer may know of; false if it is answered by notfound. */
    boolean serve(long now, Peer peer, InventoryItem item) {
        boolean byWtxid = item.kind() == InventoryItem.WTX;
        MempoolView.Entry entry = byWtxid ? mempool.byWtxid(item.hash()) : mempool.byTxid(item.hash());
        Transaction transaction =
                entry != null && isTold(peer, entry) ? entry.transaction() : lastBlock.get(item.hash());
        if (transaction == null) {
            return false;
        }
        peers.send(now, peer, new TxMessage(transaction, item.kind() != InventoryItem.TX));
        mempool.fetched(transaction.txid());
        return true;
    }

    private static boolean isTold(Peer peer, MempoolView.Entry entry) {
        return entry.sequence() <= peer.toldSequence
                && !peer.toAnnounce.containsKey(entry.transaction().wtxid());
    }

    /** A block became part of the active chain. */
    void connected(Block block) {
        lastBlock.clear();
        for (Transaction transaction : block.transactions()) {
            lastBlock.put(transaction.txid(), transaction);
            lastBlock.put(transaction.wtxid(), transaction);
        }
    }

    /** Announces what is due; returns when to look again. */
    long tick(long now, Peer peer) {
        long next = tickFeeFilter(now, peer);
        if (!peer.wantsTransactions) {
            peer.toAnnounce.clear();
            return next;
        }
        if (peer.sendMempool) {
            peer.sendMempool = false;
            sendAll(now, peer);
        }
        if (now >= trickleMillis(now, peer)) {
            if (now >= peer.nextTrickleMillis) {
                peer.nextTrickleMillis = nextTrickle(now, peer);
            }
            trickle(now, peer);
            peer.toldSequence = toldSequence;
        }
        return peer.toAnnounce.isEmpty() ? next : Math.min(next, trickleMillis(now + 1, peer));
    }

    /** When the peer is told next; one that the operator trusts need not wait. */
    private static long trickleMillis(long now, Peer peer) {
        return peer.link.has(Permission.NOBAN) ? now : Math.max(now, peer.nextTrickleMillis);
    }

    private long nextTrickle(long now, Peer peer) {
        if (!peer.link.kind().isInbound()) {
            return now + 1 + (long) random.exponential(BitcoinLimits.OUTBOUND_TRICKLE_MILLIS);
        }
        // One clock for all inbound peers: connecting many times tells nobody more.
        if (nextInboundTrickleMillis <= now) {
            nextInboundTrickleMillis = now + 1 + (long) random.exponential(BitcoinLimits.INBOUND_TRICKLE_MILLIS);
        }
        return nextInboundTrickleMillis;
    }

    private void trickle(long now, Peer peer) {
        if (peer.toAnnounce.isEmpty()) {
            return;
        }
        long removals = mempool.removals();
        List<MempoolView.Entry> waiting = new ArrayList<>(peer.toAnnounce.size());
        Iterator<News> all = peer.toAnnounce.values().iterator();
        while (all.hasNext()) {
            News news = all.next();
            MempoolView.Entry entry = news.isKnownTo(peer)
                    ? null
                    : news.removals == removals
                            ? news.entry
                            : mempool.byWtxid(news.entry.transaction().wtxid());
            if (entry == null) {
                all.remove();
            } else {
                waiting.add(entry);
            }
        }
        waiting.sort(ORDER);
        int room = Math.min(BitcoinLimits.TRICKLE_MOST_ITEMS, BitcoinLimits.TRICKLE_ITEMS + waiting.size() / 1000 * 5);
        List<InventoryItem> items = new ArrayList<>();
        for (MempoolView.Entry entry : waiting) {
            if (items.size() == room) {
                break;
            }
            peer.toAnnounce.remove(entry.transaction().wtxid());
            InventoryItem item = itemFor(peer, entry);
            if (item != null) {
                items.add(item);
            }
        }
        if (!items.isEmpty()) {
            peers.send(now, peer, new Inv(items));
        }
    }

    private @Nullable InventoryItem itemFor(Peer peer, MempoolView.Entry entry) {
        if (entry.fee() * 1000 < peer.feeFilterReceived * entry.virtualSize()) {
            return null;
        }
        if (!BloomServer.wants(peer, entry.transaction())) {
            return null;
        }
        Hash256 name = nameFor(peer, entry.transaction());
        peer.knownTransactions.add(name);
        return new InventoryItem(peer.wtxidRelay ? InventoryItem.WTX : InventoryItem.TX, name);
    }

    private void sendAll(long now, Peer peer) {
        List<MempoolView.Entry> all = new ArrayList<>(mempool.all());
        all.sort(ORDER);
        List<InventoryItem> items = new ArrayList<>();
        for (MempoolView.Entry entry : all) {
            peer.toAnnounce.remove(entry.transaction().wtxid());
            peer.toldSequence = Math.max(peer.toldSequence, entry.sequence());
            InventoryItem item = itemFor(peer, entry);
            if (item != null) {
                items.add(item);
            }
            if (items.size() == BitcoinLimits.INV_ITEMS) {
                peers.send(now, peer, new Inv(items));
                items = new ArrayList<>();
            }
        }
        if (!items.isEmpty()) {
            peers.send(now, peer, new Inv(items));
        }
    }

    /** Asked for at each tick of each peer, it may be a second old. */
    private long minFeerate(long now) {
        if (now - minFeerateMillis >= MIN_FEERATE_AGE_MILLIS || now < minFeerateMillis) {
            minFeerateMillis = now;
            minFeeratePerKvb = mempool.minFeeratePerKvb();
        }
        return minFeeratePerKvb;
    }

    private long tickFeeFilter(long now, Peer peer) {
        if (peers.settings().blocksOnly()
                || peer.commonVersion() < OLDEST_WITH_FEE_FILTER
                || !peer.relaysTransactions()
                || peer.link.has(Permission.FORCERELAY)) {
            return Long.MAX_VALUE;
        }
        boolean behind = chain.isInitialBlockDownload();
        long current = behind ? MAX_MONEY : minFeerate(now);
        long most = rounder.most();
        if (!behind && peer.feeFilterSent == most) {
            // Transactions are wanted from now on.
            peer.nextFeeFilterMillis = 0;
        }
        if (now > peer.nextFeeFilterMillis) {
            long filter = Math.max(rounder.round(current), peers.settings().minRelayFeeratePerKvb());
            if (filter != peer.feeFilterSent) {
                peers.send(now, peer, new FeeFilter(filter));
                peer.feeFilterSent = filter;
            }
            peer.nextFeeFilterMillis = now + 1 + (long) random.exponential(BitcoinLimits.FEE_FILTER_INTERVAL_MILLIS);
        } else if (peer.nextFeeFilterMillis - now > BitcoinLimits.FEE_FILTER_CHANGE_MILLIS
                && (current < 3 * peer.feeFilterSent / 4 || current > 4 * peer.feeFilterSent / 3)) {
            peer.nextFeeFilterMillis = now + 1 + random.below(BitcoinLimits.FEE_FILTER_CHANGE_MILLIS);
        }
        return peer.nextFeeFilterMillis + 1;
    }
}
