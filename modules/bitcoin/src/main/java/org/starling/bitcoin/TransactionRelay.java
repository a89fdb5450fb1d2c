package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.FeeFilter;
import org.starling.bitcoin.message.Inv;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.TxMessage;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;
import org.starling.engine.Permission;
import org.starling.world.Randomness;

/**
 * Tells peers of transactions, some at a time and at random times, so that nobody sees where one came from; and serves
 * them to those that were told. Parents come before children, well paying ones first.
 */
final class TransactionRelay {
    private static final long MAX_MONEY = 2_100_000_000_000_000L;
    private static final int OLDEST_WITH_FEE_FILTER = 70013;

    private static final long MIN_FEERATE_AGE_MILLIS = 1_000;

    private final Peers peers;
    private final ChainView chain;
    private final MempoolView mempool;
    private final Randomness random;
    private final FeeFilterRounder rounder;
    private final RecentNews recent;
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
        this.recent = new RecentNews(BitcoinLimits.RECENT_NEWS, random.child("known transactions"));
    }

    /** The number of the first news that a peer which connects now will be told of. */
    long nextNews() {
        return recent.next();
    }

    /** What there is of the transaction with that txid or wtxid, if it was in the mempool lately. */
    @Nullable
    News news(Hash256 hash) {
        return recent.find(hash);
    }

    /** Puts the transaction in line for all peers that do not know it. */
    void announce(long now, Transaction transaction) {
        announce(now, transaction, List.of());
    }

    /** As {@link #announce(long, Transaction)}, of something new that peers with these ids have told us of. */
    void announce(long now, Transaction transaction, List<Long> knowing) {
        long removals = mempool.removals();
        MempoolView.Entry entry = mempool.byWtxid(transaction.wtxid());
        if (entry == null) {
            return;
        }
        Collection<Peer> ready = peers.ready();
        ready.forEach(peer -> passIdleTrickle(now, peer));
        toldSequence = Math.max(toldSequence, entry.sequence());
        News news = recent.find(transaction.wtxid());
        if (news == null) {
            news = recent.add(entry, removals);
        } else {
            news.update(entry, removals);
        }
        for (long id : knowing) {
            Peer peer = peers.find(id);
            if (peer != null) {
                news.know(peer);
            }
        }
        for (Peer peer : ready) {
            if (peer.wantsTransactions && !news.isKnownTo(peer) && peer.toAnnounce.size() < BitcoinLimits.TO_ANNOUNCE) {
                news.enqueue(peer);
                peers.trickles().at(peer, trickleMillis(now, peer));
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
                peers.drop(now, peer, "mempool request with bandwidth limit reached, disconnect peer");
            }
            return;
        }
        peer.sendMempool = peer.wantsTransactions;
        peers.trickles().at(peer, now);
    }

    /** Serves a transaction that the peer may know of; false if it is answered by notfound. */
    boolean serve(long now, Peer peer, InventoryItem item) {
        passIdleTrickle(now, peer);
        boolean byWtxid = item.kind() == InventoryItem.WTX;
        MempoolView.Entry entry = byWtxid ? mempool.byWtxid(item.hash()) : mempool.byTxid(item.hash());
        Transaction transaction =
                entry != null && mayAskFor(peer, entry) ? entry.transaction() : lastBlock.get(item.hash());
        if (transaction == null) {
            return false;
        }
        peers.send(now, peer, new TxMessage(transaction, item.kind() != InventoryItem.TX));
        mempool.fetched(transaction.txid());
        return true;
    }

    /** Whether it was here when the peer was last told of something; what came back from a block was told of before. */
    private static boolean mayAskFor(Peer peer, MempoolView.Entry entry) {
        return entry.sequence() <= peer.toldSequence;
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
        if (!peer.isReady() || !peer.wantsTransactions) {
            forgetLine(peer);
            return Long.MAX_VALUE;
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
        return peer.toAnnounce.isEmpty() ? Long.MAX_VALUE : trickleMillis(now + 1, peer);
    }

    /** There was nothing to tell the peer when its time came, so nobody looked: it passes now. */
    private void passIdleTrickle(long now, Peer peer) {
        if (peer.toAnnounce.isEmpty() && now >= peer.nextTrickleMillis) {
            peer.nextTrickleMillis = nextTrickle(now, peer);
            peer.toldSequence = toldSequence;
        }
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
        ArrayList<News> line = peer.toAnnounce;
        if (line.isEmpty()) {
            return;
        }
        line.removeIf(news -> {
            boolean useless = news.isKnownTo(peer) || !news.isPooled(mempool);
            if (useless) {
                news.dequeued(peer);
            }
            return useless;
        });
        line.sort(News.ORDER);
        int room = Math.min(BitcoinLimits.TRICKLE_MOST_ITEMS, BitcoinLimits.TRICKLE_ITEMS + line.size() / 1000 * 5);
        List<InventoryItem> items = new ArrayList<>(Math.min(line.size(), room));
        int taken = 0;
        while (taken < line.size() && items.size() < room) {
            News news = line.get(taken++);
            news.dequeued(peer);
            if (isWanted(peer, news)) {
                news.know(peer);
                items.add(news.item(peer));
            }
        }
        line.subList(0, taken).clear();
        if (!items.isEmpty()) {
            peers.send(now, peer, new Inv(items));
        }
    }

    private boolean isWanted(Peer peer, News news) {
        if (!news.paysFor(peer) || peer.bloomFilter == null) {
            return news.paysFor(peer);
        }
        MempoolView.Entry entry = mempool.byWtxid(news.wtxid());
        return entry != null && BloomServer.wants(peer, entry.transaction());
    }

    private void sendAll(long now, Peer peer) {
        forgetLine(peer);
        long removals = mempool.removals();
        List<News> all = new ArrayList<>();
        for (MempoolView.Entry entry : mempool.all()) {
            peer.toldSequence = Math.max(peer.toldSequence, entry.sequence());
            News known = recent.find(entry.transaction().wtxid());
            News news = known == null ? new News(Long.MIN_VALUE, entry, removals) : known;
            if (isWanted(peer, news)) {
                news.know(peer);
                all.add(news);
            }
        }
        all.sort(News.ORDER);
        List<InventoryItem> items = all.stream().map(news -> news.item(peer)).toList();
        for (int from = 0; from < items.size(); from += BitcoinLimits.INV_ITEMS) {
            int to = Math.min(from + BitcoinLimits.INV_ITEMS, items.size());
            peers.send(now, peer, new Inv(items.subList(from, to)));
        }
    }

    private static void forgetLine(Peer peer) {
        peer.toAnnounce.forEach(news -> news.dequeued(peer));
        peer.toAnnounce.clear();
    }

    /** Asked for at each tick of each peer, it may be a second old. */
    private long minFeerate(long now) {
        if (now - minFeerateMillis >= MIN_FEERATE_AGE_MILLIS || now < minFeerateMillis) {
            minFeerateMillis = now;
            minFeeratePerKvb = mempool.minFeeratePerKvb();
        }
        return minFeeratePerKvb;
    }

    /** Tells the peer what transactions must pay, if that is due; returns when to look again. */
    long tickFeeFilter(long now, Peer peer) {
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
