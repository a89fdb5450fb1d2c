package org.starling.bitcoin;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
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
    private long wakeMillis;

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

    /** Those that have completed the handshake. */
    Collection<Peer> ready() {
        return byId.values().stream().filter(Peer::isReady).toList();
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

    /** Asks for a tick at that time or before. */
    void wakeAt(long millis) {
        wakeMillis = Math.min(wakeMillis, millis);
    }

    long wakeMillis() {
        return wakeMillis;
    }

    void resetWake(long millis) {
        wakeMillis = millis;
    }
}
