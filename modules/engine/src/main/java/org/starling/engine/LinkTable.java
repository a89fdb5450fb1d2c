package org.starling.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hex;
import org.starling.world.Endpoint;
import org.starling.world.Names;
import org.starling.world.Network;
import org.starling.world.NetworkEvent;
import org.starling.world.Randomness;

/**
 * The links of one service, open and being opened. Turns network events into messages for a {@link LinkHandler}, and
 * messages into bytes, within the bounds of {@link Limits}. Iteration is in the order in which links opened.
 */
public final class LinkTable {
    /** Random bytes in the credentials that keep one link by a proxy apart from the others. */
    private static final int CREDENTIAL_BYTES = 16;

    private final Network network;
    private final Transports transports;
    private final Grants grants;
    private final Consumer<LogEvent> log;
    private final Door door;
    private final Randomness random;
    private final IdTable<Link> byId = new IdTable<>();
    private final IdTable<Link> byNetworkLink = new IdTable<>();
    // Open links by kind.
    private final EnumMap<LinkKind, Integer> open = new EnumMap<>(LinkKind.class);
    private final IdTable<Dial> dials = new IdTable<>();
    private final Lookups lookups;
    private @Nullable LinkHandler handler;
    private Routes routes;
    private @Nullable Endpoint onionEntrance;
    private boolean active = true;
    private long nextId;
    private long changes;
    private long totalSent;
    private final TrafficByType sentBefore = new TrafficByType();
    private final TrafficByType receivedBefore = new TrafficByType();
    private long totalReceived;
    private UploadBudget upload = new UploadBudget(0, 0);

    /** A link being opened, perhaps with the encrypted transport. */
    public record Attempt(NetAddress address, LinkKind kind, boolean encrypted) {}

    /**
     * @param transports makes the transport of each new link
     * @param grants what the operator grants to links
     * @param door who comes in
     * @param random for the credentials of links by a proxy
     */
    public LinkTable(
            Network network,
            Transports transports,
            Grants grants,
            Door door,
            Routes routes,
            Randomness random,
            Consumer<LogEvent> log) {
        this.network = network;
        this.transports = transports;
        this.grants = grants;
        this.door = door;
        this.routes = routes;
        this.random = random;
        this.log = log;
        this.lookups = new Lookups(this::found);
    }

    /** Names the service that is told; once, before anything else. */
    public void attach(LinkHandler service) {
        handler = service;
    }

    private LinkHandler handler() {
        if (handler == null) {
            throw new IllegalStateException("no service attached");
        }
        return handler;
    }

    /** Open links in the order of their ids; a copy. */
    public Collection<Link> links() {
        return byId.values();
    }

    /** Links being opened, oldest first; last those whose hosts are being looked up. */
    public Collection<Attempt> attempts() {
        List<Attempt> attempts = new ArrayList<>();
        dials.values().forEach(dial -> attempts.add(dial.attempt()));
        attempts.addAll(lookups.pending());
        return attempts;
    }

    /** Has names of hosts looked up there from now on; it answers on the core thread. */
    public void names(Names names) {
        lookups.names(names);
    }

    /** Names the address of ours at which only Tor connects, for others that come to our onion service. */
    public void onionEntrance(Endpoint entrance) {
        onionEntrance = entrance;
    }

    /** How addresses are connected to. */
    public Routes routes() {
        return routes;
    }

    /** Connects so from now on; what is open stays. */
    public void routes(Routes changed) {
        routes = changed;
    }

    public @Nullable Link link(long id) {
        return byId.get(id);
    }

    /** Open links and attempts of that kind. */
    public int count(LinkKind kind) {
        int count = open.getOrDefault(kind, 0);
        for (Dial dial : dials.values()) {
            count += dial.attempt().kind() == kind ? 1 : 0;
        }
        if (!lookups.isEmpty()) {
            count += (int) lookups.pending().stream()
                    .filter(attempt -> attempt.kind() == kind)
                    .count();
        }
        return count;
    }

    /** Open links into that network over which everything goes, chosen by us or by the operator. */
    public int linksForAll(NetworkType network) {
        return links(link -> (link.kind() == LinkKind.OUTBOUND_FULL_RELAY || link.kind() == LinkKind.MANUAL)
                        && link.network() == network)
                .size();
    }

    /** Whether a link to exactly that address, or the host that it stands for, is open or being opened by us. */
    public boolean isConnectedTo(NetAddress address) {
        NetAddress found = lookups.found(address);
        for (Link link : byId.values()) {
            if (link.remote().equals(found)) {
                return true;
            }
        }
        return isConnectingTo(address);
    }

    /** Whether a link to exactly that address, or the host that it stands for, is being opened by us. */
    public boolean isConnectingTo(NetAddress address) {
        NetAddress found = lookups.found(address);
        for (Dial dial : dials.values()) {
            if (dial.attempt().address().equals(found)) {
                return true;
            }
        }
        return lookups.isPending(address);
    }

    /** Grows whenever a link opens or closes, or an attempt fails: there may be reason to open another. */
    public long changes() {
        return changes;
    }

    public long totalSent() {
        return totalSent;
    }

    /** Holds what goes out from now on to that budget; whoever serves asks it first. */
    public void upload(UploadBudget budget) {
        upload = budget;
    }

    /** How much may still go out. */
    public UploadBudget upload() {
        return upload;
    }

    public long totalReceived() {
        return totalReceived;
    }

    /** What was sent on all links, those that have closed too. */
    public TrafficByType sentByType() {
        TrafficByType sum = new TrafficByType();
        sum.addAll(sentBefore);
        byId.values().forEach(link -> sum.addAll(link.sent()));
        return sum;
    }

    /** What was received on all links, those that have closed too. */
    public TrafficByType receivedByType() {
        TrafficByType sum = new TrafficByType();
        sum.addAll(receivedBefore);
        byId.values().forEach(link -> sum.addAll(link.received()));
        return sum;
    }

    /** Turns networking off (all links close, none opens) or on again. */
    public void setActive(long now, boolean on) {
        active = on;
        if (!on) {
            for (Link link : byId.values()) {
                close(now, link, "networking was switched off");
            }
            for (long number : dials.ids()) {
                dials.remove(number);
                network.close(number);
            }
        }
    }

    public boolean isActive() {
        return active;
    }

    /** Whether the encrypted transport is spoken. */
    public boolean encrypts() {
        return transports.encrypt();
    }

    /**
     * Begins to connect. Returns false if that cannot work: networking is off, or the address needs a proxy that is not
     * known. A host known by name is looked up first, unless a proxy does that.
     *
     * @param encrypted whether the other side is likely to speak the encrypted transport; if it turns out not to, it is
     *     connected to again without
     */
    public boolean connect(NetAddress address, LinkKind kind, boolean encrypted) {
        if (active && routes.looksUp(address)) {
            lookups.begin(routes.host(address), new Attempt(address, kind, encrypted));
            return true;
        }
        Proxy proxy = routes.proxy(address);
        if (!active || !routes.reaches(address)) {
            return false;
        }
        Attempt attempt = new Attempt(address, kind, encrypted && encrypts());
        Socks5 socks = proxy == null
                ? null
                : new Socks5(routes.host(address), address.port(), proxy.isolate() ? credential() : null);
        String version = attempt.encrypted() ? "v2" : "v1";
        log.accept(LogEvent.debug(
                "net", "trying " + version + " connection (" + kind.label() + ") to " + routes.text(address)));
        Proxy.Place place =
                proxy == null ? new Proxy.Place.Tcp(Objects.requireNonNull(address.endpoint())) : proxy.place();
        long number = switch (place) {
            case Proxy.Place.Tcp(Endpoint endpoint) -> network.connect(endpoint, routes.connectMillis());
            case Proxy.Place.Unix(String path) -> network.connectLocal(path);
        };
        dials.add(number, new Dial(attempt, socks));
        return true;
    }

    /**
     * Begins to connect to a host known by name. Returns false if networking is off, or names are not looked up and there
     * is no proxy that would.
     */
    public boolean connectByName(String host, int port, LinkKind kind, boolean encrypted) {
        return connect(name(host, port), kind, encrypted);
    }

    /** Returns what stands for a host known by name; from now on it can be connected to. */
    public NetAddress name(String host, int port) {
        routes = routes.withName(host, port);
        return NetAddress.ofName(host, port);
    }

    private void found(Attempt named, @Nullable NetAddress address) {
        changes++;
        if (address == null) {
            log.accept(LogEvent.debug("net", "found no address of " + routes.text(named.address())));
        } else if (!isConnectedTo(address)) {
            connect(address, named.kind(), named.encrypted());
        }
    }

    private String credential() {
        byte[] drawn = new byte[CREDENTIAL_BYTES];
        random.fill(drawn);
        return Hex.encode(drawn, 0, drawn.length);
    }

    /** Gives up what a proxy did not open in time, and returns when to look again. */
    public long tick(long now) {
        long next = Long.MAX_VALUE;
        for (long number : dials.ids()) {
            Dial dial = dials.get(number);
            if (dial != null && now >= dial.deadlineMillis()) {
                giveUp(now, number, dial, "no answer in " + Limits.PROXY_MILLIS + " ms");
            } else if (dial != null) {
                next = Math.min(next, dial.deadlineMillis());
            }
        }
        return next;
    }

    private void giveUp(long now, long number, Dial dial, String reason) {
        changes++;
        dials.remove(number);
        network.close(number);
        handler().unreachable(now, dial.attempt().address(), dial.attempt().kind(), "proxy: " + reason);
    }

    /** Takes what the network reports. Events of links that we closed are ignored. */
    public void handle(long now, NetworkEvent event) {
        switch (event) {
            case NetworkEvent.Accepted accepted -> accepted(now, accepted);
            case NetworkEvent.Connected connected -> {
                Dial dial = dials.get(connected.link());
                if (dial != null) {
                    connected(now, connected, dial);
                }
            }
            case NetworkEvent.Received received -> {
                Link link = byNetworkLink.get(received.link());
                Dial dial = link == null ? dials.get(received.link()) : null;
                if (link != null) {
                    received(now, link, received.data());
                } else if (dial != null && dial.socks() != null) {
                    proxyAnswered(now, received, dial, dial.socks());
                }
            }
            case NetworkEvent.Drained drained -> {
                Link link = byNetworkLink.get(drained.link());
                Dial dial = link == null ? dials.get(drained.link()) : null;
                if (link != null) {
                    drained(now, link);
                } else if (dial != null) {
                    dial.drained();
                    dial.send(network, drained.link());
                }
            }
            case NetworkEvent.Closed closed -> {
                Dial dial = dials.remove(closed.link());
                Link link = byNetworkLink.get(closed.link());
                if (dial != null) {
                    changes++;
                    Attempt attempt = dial.attempt();
                    handler().unreachable(now, attempt.address(), attempt.kind(), closed.reason());
                } else if (link != null) {
                    forget(now, link, closed.reason());
                }
            }
        }
    }

    private void accepted(long now, NetworkEvent.Accepted accepted) {
        NetAddress remote = NetAddress.of(accepted.remote());
        Set<Permission> granted = grants.of(remote, NetAddress.of(accepted.local()), LinkKind.INBOUND);
        List<Link> inbound = links(link -> link.kind().isInbound());
        Door.Answer answer = active
                ? door.knock(now, remote, granted, inbound, handler()::merits)
                : new Door.Answer.Refuse("not accepting new connections");
        switch (answer) {
            case Door.Answer.Enter enter -> {}
            case Door.Answer.Replace(Link leaving) -> close(now, leaving, "selected inbound connection for eviction");
            case Door.Answer.Refuse(String reason) -> {
                log.accept(LogEvent.debug("net", "connection from " + remote + " dropped (" + reason + ")"));
                network.close(accepted.link());
                return;
            }
        }
        open(new Link(
                nextId++,
                accepted.link(),
                LinkKind.INBOUND,
                remote,
                NetAddress.of(accepted.local()),
                granted,
                now,
                transports.inbound(),
                accepted.local().equals(onionEntrance) ? NetworkType.TORV3 : remote.network()));
        network.read(accepted.link());
    }

    private void connected(long now, NetworkEvent.Connected connected, Dial dial) {
        long number = connected.link();
        if (dial.socks() == null) {
            dials.remove(number);
            open(outbound(now, number, connected.local(), dial.attempt()));
            network.read(number);
        } else {
            dial.proxyConnected(now, connected.local());
            dial.send(network, number);
            network.read(number);
        }
    }

    private void proxyAnswered(long now, NetworkEvent.Received received, Dial dial, Socks5 socks) {
        long number = received.link();
        socks.receive(received.data());
        if (socks.hasFailed()) {
            giveUp(now, number, dial, socks.failure());
        } else if (socks.isOpen()) {
            dials.remove(number);
            Link link = outbound(now, number, dial.local(), dial.attempt());
            link.sending(dial.isSending());
            open(link);
            if (socks.rest().isEmpty()) {
                network.read(number);
            } else {
                received(now, link, socks.rest());
            }
        } else {
            dial.send(network, number);
            network.read(number);
        }
    }

    private Link outbound(long now, long number, Endpoint local, Attempt attempt) {
        return new Link(
                nextId++,
                number,
                attempt.kind(),
                attempt.address(),
                NetAddress.of(local),
                grants.of(attempt.address(), null, attempt.kind()),
                now,
                transports.outbound(attempt.encrypted()),
                attempt.address().network());
    }

    private void open(Link link) {
        long now = link.openedMillis();
        changes++;
        byId.add(link.id(), link);
        open.merge(link.kind(), 1, Integer::sum);
        byNetworkLink.add(link.networkLink(), link);
        sendHandshake(now, link);
        handler().opened(now, link);
    }

    private void sendHandshake(long now, Link link) {
        if (link.enqueueHandshake()) {
            log.accept(LogEvent.debug("net", "start sending v2 handshake to " + link));
        }
        flush(now, link);
    }

    private void received(long now, Link link, Bytes data) {
        totalReceived += data.length();
        link.received(now, data.length());
        link.transport().receive(data);
        link.awaitingRead(true);
        pump(now, link);
    }

    /** Hands on the messages that have arrived, unless the link has to wait, and then reads on. */
    public void pump(long now, Link link) {
        while (link.awaitingRead() && !link.isClosed() && !handler().busy(link)) {
            Transport.Incoming incoming = link.transport().next();
            sendHandshake(now, link);
            switch (incoming) {
                case null -> {
                    link.awaitingRead(false);
                    network.read(link.networkLink());
                }
                case Transport.Message message -> deliver(now, link, message);
                case Transport.BadMessage bad -> {
                    link.countReceived(TrafficByType.OTHER, bad.wireBytes());
                    bad(now, link, bad.reason());
                }
                case Transport.Failure failure -> {
                    log.accept(LogEvent.debug("net", failure.reason() + ", " + link));
                    close(now, link, failure.reason());
                }
            }
        }
    }

    private void deliver(long now, Link link, Transport.Message message) {
        String known = handler().known(message.type());
        link.countReceived(known == null ? TrafficByType.OTHER : known, message.wireBytes());
        String problem = handler().message(now, link, message);
        if (problem != null) {
            bad(now, link, problem);
        }
    }

    private void bad(long now, Link link, String reason) {
        log.accept(LogEvent.debug("net", reason + ", " + link));
        if (link.countBad()) {
            close(now, link, "too many bad messages, the last: " + reason);
        }
    }

    private void drained(long now, Link link) {
        link.sending(false);
        flush(now, link);
        handler().drained(now, link);
        pump(now, link);
    }

    /** Sends a message; it waits in the link's queue if need be. A link whose queue overflows is closed. */
    public void send(long now, Link link, String type, Bytes payload) {
        if (link.isClosed()) {
            return;
        }
        link.enqueue(type, payload);
        if (link.queuedBytes() > Limits.SEND_QUEUE_HARD_BYTES) {
            close(now, link, "it reads too slowly: " + link.queuedBytes() + " bytes wait for it");
            return;
        }
        flush(now, link);
    }

    private void flush(long now, Link link) {
        for (Bytes piece = link.nextPiece(now); piece != null; piece = link.nextPiece(now)) {
            totalSent += piece.length();
            upload.sent(now, piece.length());
            link.sending(!network.send(link.networkLink(), piece));
        }
    }

    /** Closes the link and tells the service. */
    public void close(long now, Link link, String reason) {
        if (!link.isClosed()) {
            network.close(link.networkLink());
            forget(now, link, reason);
        }
    }

    private void forget(long now, Link link, String reason) {
        changes++;
        link.closed();
        sentBefore.addAll(link.sent());
        receivedBefore.addAll(link.received());
        byId.remove(link.id());
        open.merge(link.kind(), -1, Integer::sum);
        byNetworkLink.remove(link.networkLink());
        log.accept(LogEvent.debug("net", reason + ", disconnecting " + link));
        handler().closed(now, link, reason);
        if (link.transport().refusedUnanswered() && connect(link.remote(), link.kind(), false)) {
            log.accept(LogEvent.debug("net", "retrying with v1 transport protocol for " + link));
        }
    }

    /** The open links for which the test holds. */
    public List<Link> links(java.util.function.Predicate<Link> test) {
        List<Link> matching = new ArrayList<>();
        for (Link link : byId.values()) {
            if (test.test(link)) {
                matching.add(link);
            }
        }
        return matching;
    }
}
