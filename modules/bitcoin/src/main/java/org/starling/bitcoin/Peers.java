package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.Message;
import org.starling.bytes.Bytes;
import org.starling.engine.BanList;
import org.starling.engine.IdTable;
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
    private final IdTable<Peer> byId = new IdTable<>();
    private final BitSet marks = new BitSet();

    // The same peers in the order in which they connected.
    private final List<Peer> order = new ArrayList<>();
    private final Agenda ticks = new Agenda(order);
    private final Agenda requests = new Agenda(order);
    private final Agenda trickles = new Agenda(order);
    private final List<PeerListener> listeners = new ArrayList<>();

    Peers(LinkTable links, BanList bans, PeerSettings settings, Consumer<LogEvent> log) {
        this.links = links;
        this.bans = bans;
        this.settings = settings;
        this.log = log;
    }

    PeerSettings settings() {
        return settings;
    }

    /** What we offer that peer: some are offered more. */
    long ourServices(Peer peer) {
        return settings.services() | (peer.link.has(Permission.BLOOMFILTER) ? Services.BLOOM : 0);
    }

    LinkTable links() {
        return links;
    }

    /** The peer at the other end, unless it is gone. */
    static @Nullable Peer of(Link link) {
        return (Peer) link.state();
    }

    void add(Peer peer) {
        peer.link.keep(peer);
        byId.add(peer.id(), peer);
        peer.slot = order.size();
        peer.mark = marks.nextClearBit(0);
        marks.set(peer.mark);
        order.add(peer);
        ticks.added();
        requests.added();
        trickles.added();
    }

    void addListener(PeerListener listener) {
        listeners.add(listener);
    }

    /** The peer has completed the handshake. */
    void greeted(Peer peer) {
        listeners.forEach(listener ->
                listener.greeted(peer.id(), peer.link.remote(), peer.link.kind(), PeerFacts.clockOffsetSeconds(peer)));
    }

    void remove(Peer peer) {
        if (peer.isReady()) {
            listeners.forEach(listener -> listener.gone(peer.id(), peer.link.remote(), peer.link.kind()));
        }
        peer.link.keep(null);
        byId.remove(peer.id());
        order.remove(peer.slot);
        marks.clear(peer.mark);
        for (int i = peer.slot; i < order.size(); i++) {
            order.get(i).slot = i;
        }
        ticks.removed(peer.slot);
        requests.removed(peer.slot);
        trickles.removed(peer.slot);
        peer.slot = -1;
    }

    @Nullable
    Peer find(long id) {
        return byId.get(id);
    }

    /** All, in the order in which they connected; safe while peers are dropped. */
    Collection<Peer> all() {
        return List.copyOf(order);
    }

    /** Those that have completed the handshake; safe while peers are dropped. */
    Collection<Peer> ready() {
        List<Peer> ready = new ArrayList<>(order.size());
        for (Peer peer : order) {
            if (peer.isReady()) {
                ready.add(peer);
            }
        }
        return ready;
    }

    /** How many of those that have completed the handshake are like that. */
    int countReady(Predicate<Peer> test) {
        int count = 0;
        for (Peer peer : order) {
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

    /** When each peer's state is to be looked over. */
    Agenda ticks() {
        return ticks;
    }

    /** When a transaction may be requested of each peer. */
    Agenda requests() {
        return requests;
    }

    /** When each peer is to be told of transactions. */
    Agenda trickles() {
        return trickles;
    }

    /** Asks for the peer's tick at that time or before. */
    void wakeAt(Peer peer, long millis) {
        ticks.at(peer, millis);
    }

    /** Asks for everybody's tick at that time or before: what changed may concern each of them. */
    void wakeAllAt(long millis) {
        ticks.allAt(millis);
    }

    /** When the next of the agendas has something. */
    long nextMillis() {
        return Math.min(ticks.nextMillis(), Math.min(requests.nextMillis(), trickles.nextMillis()));
    }
}
