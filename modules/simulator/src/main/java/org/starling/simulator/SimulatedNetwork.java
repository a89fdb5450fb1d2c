package org.starling.simulator;

import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.engine.IdTable;
import org.starling.world.Endpoint;
import org.starling.world.Network;
import org.starling.world.NetworkEvent;
import org.starling.world.NetworkException;

/** One node's access to the simulated internet, by one IP address. */
final class SimulatedNetwork implements Network {
    private final SimulatedInternet internet;
    private final Scheduler scheduler;
    private final long id;
    private final Bytes ip;
    private final Region region;
    private final boolean reachable;
    private final long bytesPerSecond;
    private final Consumer<NetworkEvent> sink;
    private final IdTable<Ends> links = new IdTable<>();
    private final TreeSet<Long> connecting = new TreeSet<>();
    private long nextLink = 1;
    private int nextPort = 49_152;
    private long uplinkFreeMicros;
    private int side;
    private boolean closed;
    private SimulatedInternet.@Nullable Pipe receiving;
    private long receivingLink;

    /** The two directions of a link. */
    private record Ends(SimulatedInternet.Pipe out, SimulatedInternet.Pipe in) {}

    /** @param reachable false behind a NAT: others cannot connect to it */
    SimulatedNetwork(
            SimulatedInternet internet,
            long id,
            Bytes ip,
            Region region,
            boolean reachable,
            Consumer<NetworkEvent> sink) {
        this(internet, id, ip, region, reachable, internet.bytesPerSecond(), sink);
    }

    /** @param bytesPerSecond what it can send */
    SimulatedNetwork(
            SimulatedInternet internet,
            long id,
            Bytes ip,
            Region region,
            boolean reachable,
            long bytesPerSecond,
            Consumer<NetworkEvent> sink) {
        this.bytesPerSecond = bytesPerSecond;
        this.internet = internet;
        this.scheduler = internet.scheduler();
        this.id = id;
        this.ip = ip;
        this.region = region;
        this.reachable = reachable;
        this.sink = sink;
    }

    long id() {
        return id;
    }

    Region region() {
        return region;
    }

    /** Nodes on different sides of a partition do not hear each other. */
    int side() {
        return side;
    }

    void side(int newSide) {
        side = newSide;
    }

    int links() {
        return links.size();
    }

    /** Books the sender's line for so many bytes; returns when they have left. */
    long occupyUplink(int bytes) {
        uplinkFreeMicros = Math.max(uplinkFreeMicros, scheduler.micros()) + bytes * 1_000_000L / bytesPerSecond;
        return uplinkFreeMicros;
    }

    void report(NetworkEvent event) {
        if (!closed) {
            sink.accept(event);
        }
    }

    /** A piece has come in. */
    void receive(SimulatedInternet.Pipe from, long link, Bytes data) {
        receiving = from;
        receivingLink = link;
        report(new NetworkEvent.Received(link, data));
        receiving = null;
    }

    /** The other end, or the way there, is gone. */
    void broken(long link, String reason) {
        if (forget(link) != null) {
            report(new NetworkEvent.Closed(link, reason));
        }
    }

    private @Nullable Ends forget(long link) {
        Ends ends = links.remove(link);
        if (ends != null) {
            ends.in().close();
            ends.out().senderGone();
        }
        return ends;
    }

    @Override
    public Endpoint listen(Endpoint address) throws NetworkException {
        Endpoint own = new Endpoint(ip, address.port());
        if (!internet.listen(own, this)) {
            throw new NetworkException("Unable to bind to " + own + ": the port is in use");
        }
        return own;
    }

    /** Is reached at all addresses of which that holds, as one that owns many. */
    void listenAt(Predicate<Endpoint> owned) {
        internet.listenAt(owned, this);
    }

    @Override
    public long connect(Endpoint target, long timeoutMillis) {
        return connectFrom(ip, target, timeoutMillis);
    }

    @Override
    public long connectLocal(String path) {
        return connect(Endpoint.NOWHERE, 0);
    }

    /** As {@link #connect}, from another of one's addresses. */
    long connectFrom(Bytes source, Endpoint target, long timeoutMillis) {
        long link = nextLink++;
        Endpoint local = new Endpoint(source, nextPort++);
        nextPort = nextPort > 65_535 ? 49_152 : nextPort;
        connecting.add(link);
        SimulatedNetwork other = internet.listenerAt(target);
        boolean silent = other == null || !other.reachable || other.closed || other.side != side;
        if (other == null || silent) {
            long end = scheduler.micros() + timeoutMillis * 1_000;
            scheduler.at(end, Scheduler.Kind.CLOSED, id, Bytes.EMPTY, () -> unanswered(link, target));
            return link;
        }
        long there = scheduler.micros() + internet.wayMicros(this, other) + internet.lossMicros();
        scheduler.at(there, Scheduler.Kind.OPENED, other.id, Bytes.EMPTY, () -> shakeHands(link, local, target, other));
        return link;
    }

    private void shakeHands(long link, Endpoint local, Endpoint target, SimulatedNetwork other) {
        if (other.closed || other.side != side || !connecting.contains(link)) {
            unanswered(link, target);
            return;
        }
        long otherLink = other.nextLink++;
        SimulatedInternet.Pipe out = internet.new Pipe(this, link, other, otherLink);
        SimulatedInternet.Pipe back = internet.new Pipe(other, otherLink, this, link);
        internet.add(out);
        internet.add(back);
        other.links.add(otherLink, new Ends(back, out));
        long here = scheduler.micros() + internet.wayMicros(other, this);
        back.opensAt(here);
        other.sink.accept(new NetworkEvent.Accepted(otherLink, target, local));
        scheduler.at(here, Scheduler.Kind.OPENED, id, Bytes.EMPTY, () -> {
            if (connecting.remove(link)) {
                links.add(link, new Ends(out, back));
                sink.accept(new NetworkEvent.Connected(link, local, target));
            } else {
                back.close();
                out.end("closed by the other side");
            }
        });
    }

    private void unanswered(long link, Endpoint target) {
        if (connecting.remove(link)) {
            sink.accept(new NetworkEvent.Closed(link, "no answer from " + target));
        }
    }

    @Override
    public void read(long link) {
        if (receiving != null && link == receivingLink) {
            // Most links are read from again while what they brought is looked at.
            receiving.read();
            return;
        }
        Ends ends = links.get(link);
        if (ends != null) {
            ends.in().read();
        }
    }

    @Override
    public boolean send(long link, Bytes data) {
        Ends ends = links.get(link);
        return ends != null && ends.out().send(data);
    }

    @Override
    public void close(long link) {
        connecting.remove(link);
        Ends ends = forget(link);
        if (ends != null) {
            ends.out().end("closed by the other side");
        }
    }

    @Override
    public void close() {
        for (long link : links.ids()) {
            close(link);
        }
        connecting.clear();
        closed = true;
        internet.stopListening(this);
    }
}
