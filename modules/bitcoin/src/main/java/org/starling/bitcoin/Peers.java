package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.Message;
import org.starling.bytes.Bytes;
import org.starling.engine.BanList;
import org.starling.engine.Link;
import org.starling.engine.LinkKind;
import org.starling.engine.LinkTable;
import org.starling.engine.LogEvent;
import org.starling.engine.Permission;

/** The peers by id, and what is done to them: sending, dropping, logging. */
final class Peers {
    private final LinkTable links;
    private final BanList bans;
    private final PeerSettings settings;
    private final Consumer<LogEvent> log;
    private final TreeMap<Long, Peer> byId = new TreeMap<>();
    private final PriorityQueue<Due> dues = new PriorityQueue<>();
    private long allDueMillis;

    /** When a peer's tick is due, unless it asked for an earlier one since. */
    private record Due(long millis, Peer peer) implements Comparable<Due> {
        boolean isSpent() {
            return millis != peer.dueMillis || peer.link.isClosed();
        }

        @Override
        public int compareTo(Due other) {
            int order = Long.compare(millis, other.millis);
            return order == 0 ? Long.compare(peer.id(), other.peer.id()) : order;
        }
    }

    Peers(LinkTable links, BanList bans, PeerSettings settings, Consumer<LogEvent> log) {
        this.links = links;
        this.bans = bans;
        this.settings = settings;
        this.log = log;
    }

    PeerSettings settings() {
        return settings;
    }

    LinkTable links() {
        return links;
    }

    void add(Peer peer) {
        byId.put(peer.id(), peer);
    }

    void remove(Peer peer) {
        byId.remove(peer.id());
    }

    @Nullable
    Peer find(long id) {
        return byId.get(id);
    }

    /** All, in the order in which they connected; safe while peers are dropped. */
    Collection<Peer> all() {
        return List.copyOf(byId.values());
    }

    /** Those that have completed the handshake; safe while peers are dropped. */
    Collection<Peer> ready() {
        List<Peer> ready = new ArrayList<>(byId.size());
        for (Peer peer : byId.values()) {
            if (peer.isReady()) {
                ready.add(peer);
            }
        }
        return ready;
    }

    /** How many of those that have completed the handshake are like that. */
    int countReady(Predicate<Peer> test) {
        int count = 0;
        for (Peer peer : byId.values()) {
            count += peer.isReady() && test.test(peer) ? 1 : 0;
        }
        return count;
    }

    int size() {
        return byId.size();
    }

    void send(long now, Peer peer, Message message) {
        Bytes payload = message.payload();
        if (settings.traceMessages()) {
            debug("sending " + message.type() + " (" + payload.length() + " bytes) " + peer);
        }
        links.send(now, peer.link, message.type(), payload);
    }

    void drop(long now, Peer peer, String reason) {
        links.close(now, peer.link, reason);
    }

    /** Drops the peer for breaking the protocol, and remembers its host. Those the operator trusts are only logged. */
    void misbehaving(long now, Peer peer, String reason) {
        debug("Misbehaving: " + peer + (reason.isEmpty() ? "" : ": " + reason));
        Link link = peer.link;
        if (link.has(Permission.NOBAN)) {
            log.accept(LogEvent.warning("net", "Warning: not punishing noban peer " + peer.id() + "!"));
            return;
        }
        if (link.kind() == LinkKind.MANUAL) {
            log.accept(LogEvent.warning("net", "Warning: not punishing manually connected peer " + peer.id() + "!"));
            return;
        }
        if (!link.remote().isLoopback()) {
            bans.discourage(link.remote());
        }
        drop(now, peer, "misbehaving: " + reason);
    }

    void debug(String text) {
        log.accept(LogEvent.debug("net", text));
    }

    void debug(String category, String text) {
        log.accept(LogEvent.debug(category, text));
    }

    void info(String text) {
        log.accept(LogEvent.info("net", text));
    }

    /** Asks for the peer's tick at that time or before. */
    void wakeAt(Peer peer, long millis) {
        if (millis < peer.dueMillis) {
            peer.dueMillis = millis;
            dues.add(new Due(millis, peer));
        }
    }

    /** Asks for everybody's tick at that time or before: what changed may concern each of them. */
    void wakeAllAt(long millis) {
        allDueMillis = Math.min(allDueMillis, millis);
    }

    /** When the next tick is due. */
    long nextMillis() {
        while (!dues.isEmpty() && dues.peek().isSpent()) {
            dues.remove();
        }
        return dues.isEmpty() ? allDueMillis : Math.min(allDueMillis, dues.peek().millis);
    }

    /** Those whose tick is due, in the order in which they connected. They have to ask for the next. */
    List<Peer> takeDue(long now) {
        List<Peer> due = new ArrayList<>();
        if (now >= allDueMillis) {
            allDueMillis = Long.MAX_VALUE;
            dues.clear();
            due.addAll(byId.values());
        } else {
            while (nextMillis() <= now) {
                Peer peer = dues.remove().peer;
                peer.dueMillis = Long.MAX_VALUE;
                due.add(peer);
            }
            due.sort(Comparator.comparingLong(Peer::id));
        }
        due.forEach(peer -> peer.dueMillis = Long.MAX_VALUE);
        return due;
    }
}
