package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.crypto.SipHash;
import org.starling.engine.IdTable;
import org.starling.world.Randomness;

/**
 * Decides which peer is asked for which transaction, and when. An announcement is one peer's word that it has one
 * transaction:
 *
 * <pre>
 *   CANDIDATE --asked--> REQUESTED --answered, or not in time--> COMPLETED
 *       \____________________answered unasked________________________/
 * </pre>
 *
 * A transaction is asked of one peer at a time, and never twice of the same one. Of several that may be asked, preferred
 * ones come first, and among equals a keyed hash decides, which nobody can influence. When no candidate and no request of
 * a hash is left, all its announcements are forgotten.
 *
 * <p>The cost of a call grows with the announcements of one hash or one peer, both bounded by the caller: a peer's by
 * {@link BitcoinLimits#TX_ANNOUNCEMENTS_PER_PEER}.
 */
final class TxRequestTracker {
    private enum State {
        CANDIDATE,
        REQUESTED,
        COMPLETED
    }

    private static final class Announcement {
        private final long peer;
        private final Hash256 hash;
        private final boolean byWtxid;
        private final boolean preferred;
        private final long notBefore;
        private final long priority;
        private State state = State.CANDIDATE;
        private long expiry;

        private Announcement(
                long peer, Hash256 hash, boolean byWtxid, boolean preferred, long notBefore, long priority) {
            this.peer = peer;
            this.hash = hash;
            this.byWtxid = byWtxid;
            this.preferred = preferred;
            this.notBefore = notBefore;
            this.priority = priority;
        }

        private boolean isReady(long now) {
            return state == State.CANDIDATE && notBefore <= now;
        }

        private boolean isBetterThan(Announcement other) {
            return preferred != other.preferred ? preferred : Long.compareUnsigned(priority, other.priority) > 0;
        }
    }

    /** What one peer announced, in that order. */
    private static final class PeerAnnouncements {
        private final LinkedHashMap<Hash256, Announcement> candidates = new LinkedHashMap<>();
        private final LinkedHashMap<Hash256, Announcement> others = new LinkedHashMap<>();
        private int inFlight;
    }

    /** Something to ask a peer for. */
    record Request(Hash256 hash, boolean byWtxid) {}

    private final SipHash hasher;
    private final HashMap<Hash256, List<Announcement>> byHash = new HashMap<>();
    private final IdTable<PeerAnnouncements> byPeer = new IdTable<>();
    private final PriorityQueue<Announcement> expiries =
            new PriorityQueue<>((a, b) -> Long.compare(a.expiry, b.expiry));

    TxRequestTracker(Randomness random) {
        hasher = new SipHash(random.nextLong(), random.nextLong());
    }

    /** Notes an announcement, unless that peer's is known. It may be asked for from {@code notBefore} on. */
    void announced(long peer, Hash256 hash, boolean byWtxid, boolean preferred, long notBefore) {
        List<Announcement> same = byHash.computeIfAbsent(hash, key -> new ArrayList<>(2));
        if (find(same, peer) != null) {
            return;
        }
        long priority = hasher.hash(hash, (int) peer);
        Announcement announcement = new Announcement(peer, hash, byWtxid, preferred, notBefore, priority);
        same.add(announcement);
        PeerAnnouncements own = byPeer.get(peer);
        if (own == null) {
            own = new PeerAnnouncements();
            byPeer.add(peer, own);
        }
        own.candidates.put(hash, announcement);
    }

    /** Forgets all that a peer announced: it is gone. */
    void disconnected(long peer) {
        PeerAnnouncements gone = byPeer.remove(peer);
        if (gone == null) {
            return;
        }
        List<Announcement> all = new ArrayList<>(gone.candidates.values());
        all.addAll(gone.others.values());
        for (Announcement announcement : all) {
            announcement.state = State.COMPLETED;
            List<Announcement> same = byHash.get(announcement.hash);
            if (same != null) {
                same.remove(announcement);
                forgetIfSpent(announcement.hash, same);
            }
        }
    }

    /** Forgets all announcements of a hash: it is no longer wanted. Returns who had announced it. */
    List<Long> forget(Hash256 hash) {
        List<Announcement> same = byHash.remove(hash);
        if (same == null) {
            return List.of();
        }
        List<Long> announcers = new ArrayList<>(same.size());
        for (Announcement announcement : same) {
            unlist(announcement);
            announcers.add(announcement.peer);
        }
        return announcers;
    }

    /** What to ask the peer for now, in the order in which it was announced. Requests that took too long are over. */
    List<Request> requestable(long peer, long now) {
        expire(now);
        PeerAnnouncements own = byPeer.get(peer);
        List<Request> requests = new ArrayList<>();
        if (own != null) {
            for (Announcement announcement : own.candidates.values()) {
                if (announcement.isReady(now) && isBest(announcement, now)) {
                    requests.add(new Request(announcement.hash, announcement.byWtxid));
                }
            }
        }
        return requests;
    }

    private boolean isBest(Announcement announcement, long now) {
        for (Announcement other : byHash.getOrDefault(announcement.hash, List.of())) {
            if (other != announcement
                    && (other.state == State.REQUESTED || other.isReady(now) && other.isBetterThan(announcement))) {
                return false;
            }
        }
        return true;
    }

    private void expire(long now) {
        while (!expiries.isEmpty() && expiries.peek().expiry <= now) {
            Announcement announcement = expiries.remove();
            if (announcement.state == State.REQUESTED) {
                complete(announcement);
            }
        }
    }

    /** Notes that the peer was asked and has until {@code expiry}. */
    void requested(long peer, Hash256 hash, long expiry) {
        List<Announcement> same = byHash.getOrDefault(hash, List.of());
        Announcement announcement = find(same, peer);
        PeerAnnouncements own = byPeer.get(peer);
        if (announcement == null || own == null || announcement.state != State.CANDIDATE) {
            return;
        }
        for (Announcement other : List.copyOf(same)) {
            if (other.state == State.REQUESTED) {
                complete(other);
            }
        }
        own.candidates.remove(hash);
        own.others.put(hash, announcement);
        own.inFlight++;
        announcement.state = State.REQUESTED;
        announcement.expiry = expiry;
        expiries.add(announcement);
    }

    /** Those who announced the hash and have neither answered nor let the time pass, in the order of announcing. */
    List<Long> announcers(Hash256 hash) {
        return byHash.getOrDefault(hash, List.of()).stream()
                .filter(announcement -> announcement.state != State.COMPLETED)
                .map(announcement -> announcement.peer)
                .toList();
    }

    /** Notes that the peer sent the transaction, or that it does not have it. */
    void answered(long peer, Hash256 hash) {
        Announcement announcement = find(byHash.getOrDefault(hash, List.of()), peer);
        if (announcement != null && announcement.state != State.COMPLETED) {
            complete(announcement);
        }
    }

    private void complete(Announcement announcement) {
        PeerAnnouncements own = byPeer.get(announcement.peer);
        if (own != null) {
            own.inFlight -= announcement.state == State.REQUESTED ? 1 : 0;
            own.candidates.remove(announcement.hash);
            own.others.put(announcement.hash, announcement);
        }
        announcement.state = State.COMPLETED;
        List<Announcement> same = byHash.get(announcement.hash);
        if (same != null) {
            forgetIfSpent(announcement.hash, same);
        }
    }

    private void forgetIfSpent(Hash256 hash, List<Announcement> same) {
        if (same.stream().allMatch(announcement -> announcement.state == State.COMPLETED)) {
            byHash.remove(hash);
            same.forEach(this::unlist);
        }
    }

    private void unlist(Announcement announcement) {
        PeerAnnouncements own = byPeer.get(announcement.peer);
        if (own == null) {
            return;
        }
        own.inFlight -= announcement.state == State.REQUESTED ? 1 : 0;
        announcement.state = State.COMPLETED;
        own.candidates.remove(announcement.hash);
        own.others.remove(announcement.hash);
        if (own.candidates.isEmpty() && own.others.isEmpty()) {
            byPeer.remove(announcement.peer);
        }
    }

    private static @Nullable Announcement find(List<Announcement> same, long peer) {
        for (Announcement announcement : same) {
            if (announcement.peer == peer) {
                return announcement;
            }
        }
        return null;
    }

    /** When the first of the requests that are out is over; {@link Long#MAX_VALUE} if none is out. */
    long nextExpiryMillis() {
        while (!expiries.isEmpty() && expiries.peek().state != State.REQUESTED) {
            expiries.remove();
        }
        Announcement oldest = expiries.peek();
        return oldest == null ? Long.MAX_VALUE : oldest.expiry;
    }

    /**
     * When {@link #requestable} may next have something for the peer that it does not have at {@code now}: a delay ends,
     * or a request of somebody else does. {@link Long#MAX_VALUE} if never.
     */
    long nextMillis(long peer, long now) {
        PeerAnnouncements own = byPeer.get(peer);
        if (own == null || own.candidates.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long next = nextExpiryMillis();
        for (Announcement announcement : own.candidates.values()) {
            if (announcement.notBefore > now) {
                next = Math.min(next, announcement.notBefore);
            }
        }
        return Math.max(next, now + 1);
    }

    int inFlight(long peer) {
        PeerAnnouncements own = byPeer.get(peer);
        return own == null ? 0 : own.inFlight;
    }

    int candidates(long peer) {
        PeerAnnouncements own = byPeer.get(peer);
        return own == null ? 0 : own.candidates.size();
    }

    /** All announcements of the peer that are remembered. */
    int count(long peer) {
        PeerAnnouncements own = byPeer.get(peer);
        return own == null ? 0 : own.candidates.size() + own.others.size();
    }

    int size() {
        int size = 0;
        for (PeerAnnouncements own : byPeer.values()) {
            size += own.candidates.size() + own.others.size();
        }
        return size;
    }
}
