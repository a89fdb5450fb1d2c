package org.starling.engine;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/**
 * An open link, and what waits to be sent on it. One piece is with the network at a time; the next leaves when the
 * network has drained. Owned by the {@link LinkTable}; others read it on the same thread.
 */
public final class Link {
    private final long id;
    private final long networkLink;
    private final LinkKind kind;
    private final NetAddress remote;
    private final NetAddress local;
    private final Set<Permission> permissions;
    private final long openedMillis;
    private final Transport transport;
    private final NetworkType network;
    private final ArrayDeque<Bytes> queue = new ArrayDeque<>();
    // Messages that wait for the transport's handshake.
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final TrafficByType sent = new TrafficByType();
    private final TrafficByType received = new TrafficByType();
    private long queuedBytes;
    private boolean sending;
    private boolean awaitingRead;
    private boolean closed;
    private @Nullable Object state;
    private int badMessages;
    private long bytesSent;
    private long bytesReceived;
    private long lastSendMillis;
    private long lastReceiveMillis;

    private record Waiting(String type, Bytes payload) {}

    Link(
            long id,
            long networkLink,
            LinkKind kind,
            NetAddress remote,
            NetAddress local,
            Set<Permission> permissions,
            long openedMillis,
            Transport transport,
            NetworkType network) {
        this.network = network;
        this.id = id;
        this.networkLink = networkLink;
        this.kind = kind;
        this.remote = remote;
        this.local = local;
        this.permissions = permissions.isEmpty() ? EnumSet.noneOf(Permission.class) : EnumSet.copyOf(permissions);
        this.openedMillis = openedMillis;
        this.transport = transport;
    }

    /** Counts up from 0 in the order in which links opened; never used twice. */
    public long id() {
        return id;
    }

    long networkLink() {
        return networkLink;
    }

    public LinkKind kind() {
        return kind;
    }

    /** The other end, as the socket shows it. */
    public NetAddress remote() {
        return remote;
    }

    /** The network that the link goes over: an inbound one by Tor seems to come from this machine. */
    public NetworkType network() {
        return network;
    }

    /** Our end. */
    public NetAddress local() {
        return local;
    }

    /** What the service that the link belongs to keeps with it; null if nothing. */
    public @Nullable Object state() {
        return state;
    }

    /** Keeps that with the link for the service, in place of what was there. */
    public void keep(@Nullable Object kept) {
        state = kept;
    }

    public boolean has(Permission permission) {
        return permissions.contains(permission);
    }

    /** In the order in which {@link Permission} lists them. */
    public Set<Permission> permissions() {
        return Collections.unmodifiableSet(permissions);
    }

    public long openedMillis() {
        return openedMillis;
    }

    public Transport transport() {
        return transport;
    }

    public boolean isClosed() {
        return closed;
    }

    /** More waits to be sent than we want to add to; see {@link Limits#SEND_QUEUE_BYTES}. */
    public boolean congested() {
        return queuedBytes > Limits.SEND_QUEUE_BYTES;
    }

    /** Bytes given to the network. */
    public long bytesSent() {
        return bytesSent;
    }

    public long bytesReceived() {
        return bytesReceived;
    }

    /** 0 if nothing was sent. */
    public long lastSendMillis() {
        return lastSendMillis;
    }

    /** 0 if nothing was received. */
    public long lastReceiveMillis() {
        return lastReceiveMillis;
    }

    /** Bytes sent by type of message; those beyond {@link Limits#COUNTED_TYPES} as {@code *other*}. */
    public SortedMap<String, Long> sentByType() {
        return sent.bytes();
    }

    /** Bytes received by type of message; unknown and bad ones as {@code *other*}. */
    public SortedMap<String, Long> receivedByType() {
        return received.bytes();
    }

    TrafficByType sent() {
        return sent;
    }

    TrafficByType received() {
        return received;
    }

    /** Puts a message in line, once the transport's handshake allows it. */
    void enqueue(String type, Bytes payload) {
        if (transport.ready()) {
            Bytes wire = transport.encode(type, payload);
            queue.add(wire);
            queuedBytes += wire.length();
            sent.count(type, wire.length());
        } else {
            waiting.add(new Waiting(type, payload));
            queuedBytes += V1Transport.HEADER_BYTES + payload.length();
        }
    }

    /**
     * Puts what the transport has to say for itself in line, and then what waited for that. Returns whether this is the
     * first that we say.
     */
    boolean enqueueHandshake() {
        Bytes wire = transport.takeHandshake();
        boolean first = !wire.isEmpty() && queue.isEmpty() && bytesSent == 0;
        if (!wire.isEmpty()) {
            queue.add(wire);
            queuedBytes += wire.length();
        }
        while (!waiting.isEmpty() && transport.ready()) {
            Waiting next = waiting.remove();
            queuedBytes -= V1Transport.HEADER_BYTES + next.payload().length();
            enqueue(next.type(), next.payload());
        }
        return first;
    }

    /** Bytes that wait to be given to the network. */
    public long queuedBytes() {
        return queuedBytes;
    }

    /** The next piece to send, or null if none waits or one is under way. */
    @Nullable
    Bytes nextPiece(long now) {
        if (sending || queue.isEmpty()) {
            return null;
        }
        Bytes piece = queue.remove();
        if (piece.length() > Limits.SEND_PIECE_BYTES) {
            queue.addFirst(piece.from(Limits.SEND_PIECE_BYTES));
            piece = piece.slice(0, Limits.SEND_PIECE_BYTES);
        } else if (!queue.isEmpty() && piece.length() + queue.getFirst().length() <= Limits.SEND_PIECE_BYTES) {
            piece = joinSmall(piece);
        }
        queuedBytes -= piece.length();
        bytesSent += piece.length();
        lastSendMillis = now;
        return piece;
    }

    private Bytes joinSmall(Bytes first) {
        ArrayDeque<Bytes> parts = new ArrayDeque<>();
        parts.add(first);
        int total = first.length();
        while (!queue.isEmpty() && total + queue.getFirst().length() <= Limits.SEND_PIECE_BYTES) {
            total += queue.getFirst().length();
            parts.add(queue.remove());
        }
        return Bytes.concat(parts.toArray(Bytes[]::new));
    }

    /** Notes whether the network is busy with the last piece, so that the next has to wait. */
    void sending(boolean busy) {
        sending = busy;
    }

    void received(long now, int bytes) {
        bytesReceived += bytes;
        lastReceiveMillis = now;
    }

    void countReceived(String type, int bytes) {
        received.count(type, bytes);
    }

    /** One more bad message; returns whether that was one too many. */
    boolean countBad() {
        return ++badMessages > Limits.BAD_MESSAGES;
    }

    boolean awaitingRead() {
        return awaitingRead;
    }

    void awaitingRead(boolean value) {
        awaitingRead = value;
    }

    void closed() {
        closed = true;
        queue.clear();
        waiting.clear();
        queuedBytes = 0;
    }

    @Override
    public String toString() {
        return "peer=" + id;
    }
}
