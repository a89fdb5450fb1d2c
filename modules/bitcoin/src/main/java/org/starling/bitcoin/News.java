package org.starling.bitcoin;

import java.util.Arrays;
import java.util.Comparator;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bytes.Hash256;

/**
 * A transaction that peers are told of, the same for all of them: who of them has it, and for whom it waits to be announced.
 * Nothing is noted of peers that came later than it: their marks were others' before.
 */
final class News {
    /** Parents first; then the better feerate, compared without rounding; then any fixed order. */
    static final Comparator<News> ORDER = (a, b) -> {
        int byAncestors = Integer.compare(a.ancestors, b.ancestors);
        int byFeerate = byAncestors != 0
                ? byAncestors
                : Double.compare((double) b.fee * a.virtualSize, (double) a.fee * b.virtualSize);
        return byFeerate != 0 ? byFeerate : a.wtxid.compareTo(b.wtxid);
    };

    private final long number;
    private final Hash256 txid;
    private final Hash256 wtxid;
    private long fee;
    private int virtualSize;
    private int ancestors;
    private long removals;
    // Of each 64 marks one word of those who know it, and one of those for whom it is in line.
    private long[] bits = new long[2];

    /**
     * @param number counts up from one to the next
     * @param removals how many transactions had left the mempool before the entry was looked up
     */
    News(long number, MempoolView.Entry entry, long removals) {
        this.number = number;
        this.txid = entry.transaction().txid();
        this.wtxid = entry.transaction().wtxid();
        update(entry, removals);
    }

    /** What the mempool has now; {@code removals} as above. */
    void update(MempoolView.Entry entry, long removalsBefore) {
        fee = entry.fee();
        virtualSize = entry.virtualSize();
        ancestors = entry.ancestors();
        removals = removalsBefore;
    }

    /** Whether it is in the mempool; brings what is known of it up to date. */
    boolean isPooled(MempoolView mempool) {
        long now = mempool.removals();
        if (now != removals) {
            MempoolView.Entry entry = mempool.byWtxid(wtxid);
            if (entry == null) {
                return false;
            }
            update(entry, now);
        }
        return true;
    }

    Hash256 wtxid() {
        return wtxid;
    }

    /** As the peer is told of it. */
    InventoryItem item(Peer peer) {
        return peer.wtxidRelay
                ? new InventoryItem(InventoryItem.WTX, wtxid)
                : new InventoryItem(InventoryItem.TX, txid);
    }

    /** Whether it pays what the peer wants. */
    boolean paysFor(Peer peer) {
        return fee * 1000 >= peer.feeFilterReceived * virtualSize;
    }

    void know(Peer peer) {
        if (number >= peer.firstNews) {
            set(2 * (peer.mark / Long.SIZE), peer);
        }
    }

    boolean isKnownTo(Peer peer) {
        return isSet(2 * (peer.mark / Long.SIZE), peer);
    }

    /** Puts it in line for the peer, unless it is. */
    void enqueue(Peer peer) {
        boolean inLine = number >= peer.firstNews ? isInLineFor(peer) : peer.toAnnounce.contains(this);
        if (!inLine) {
            peer.toAnnounce.add(this);
            if (number >= peer.firstNews) {
                set(2 * (peer.mark / Long.SIZE) + 1, peer);
            }
        }
    }

    /** Its turn in the peer's line has come. */
    void dequeued(Peer peer) {
        if (isInLineFor(peer)) {
            bits[2 * (peer.mark / Long.SIZE) + 1] &= ~(1L << peer.mark);
        }
    }

    boolean isInLineFor(Peer peer) {
        return isSet(2 * (peer.mark / Long.SIZE) + 1, peer);
    }

    private void set(int word, Peer peer) {
        if (word >= bits.length) {
            bits = Arrays.copyOf(bits, 2 * (peer.mark / Long.SIZE) + 2);
        }
        bits[word] |= 1L << peer.mark;
    }

    private boolean isSet(int word, Peer peer) {
        return number >= peer.firstNews && word < bits.length && (bits[word] & 1L << peer.mark) != 0;
    }
}
