package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.Arrays;
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

    // The same peers in the order in which they connected, and when the tick of each is due: looked at so often that
    // the times stand together.
    private final List<Peer> order = new ArrayList<>();
    private long[] dueMillis = new long[8];
    private long firstDueMillis = Long.MAX_VALUE;
    private long allDueMillis;

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

    void add(Peer peer) {
        byId.add(peer.id(), peer);
        peer.slot = order.size();
        peer.mark = marks.nextClearBit(0);
        marks.set(peer.mark);
        order.add(peer);
        if (peer.slot == dueMillis.length) {
            dueMillis = Arrays.copyOf(dueMillis, 2 * peer.slot);
        }
        dueMillis[peer.slot] = Long.MAX_VALUE;
    }

    void remove(Peer peer) {
        byId.remove(peer.id());
        order.remove(peer.slot);
        marks.clear(peer.mark);
        for (int i = peer.slot; i < order.size(); i++) {
            order.get(i).slot = i;
            dueMillis[i] = dueMillis[i + 1];
        }
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

    /** Asks for the peer's tick at that time or before. */
    void wakeAt(Peer peer, long millis) {
        if (peer.slot >= 0 && millis < dueMillis[peer.slot]) {
            dueMillis[peer.slot] = millis;
            firstDueMillis = Math.min(firstDueMillis, millis);
        }
    }

    /** Asks for everybody's tick at that time or before: what changed may concern each of them. */
    void wakeAllAt(long millis) {
        allDueMillis = Math.min(allDueMillis, millis);
    }

    /** When the next tick is due. */
    long nextMillis() {
        return Math.min(allDueMillis, firstDueMillis);
    }

    /** Those whose tick is due, in the order in which they connected. They have to ask for the next. */
    List<Peer> takeDue(long now) {
        boolean everybody = now >= allDueMillis;
        if (everybody) {
            allDueMillis = Long.MAX_VALUE;
        }
        List<Peer> due = new ArrayList<>();
        firstDueMillis = Long.MAX_VALUE;
        for (int i = 0; i < order.size(); i++) {
            if (everybody || dueMillis[i] <= now) {
                dueMillis[i] = Long.MAX_VALUE;
                due.add(order.get(i));
            } else {
                firstDueMillis = Math.min(firstDueMillis, dueMillis[i]);
            }
        }
        return due;
    }
}
