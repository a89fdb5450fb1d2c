package org.starling.simulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.world.Endpoint;
import org.starling.world.NetworkEvent;
import org.starling.world.Randomness;

/**
 * Carries bytes between nodes: at most as fast as the sender can, after the time that the distance takes, lost pieces
 * later. While a partition separates two nodes nothing passes; links between them break when that lasts too long.
 */
final class SimulatedInternet {
    /** How long a link survives that nothing gets through. */
    private static final long BREAK_MICROS = 60_000_000;

    /** Wait before a lost piece is sent again; doubles with each loss. */
    private static final long RETRANSMIT_MICROS = 250_000;

    private static final int MAX_LOSSES = 6;

    /** What a sender may have under way on a link: given and not yet read. */
    private static final int WINDOW_BYTES = 262_144;

    private final Scheduler scheduler;
    private final Conditions conditions;
    private final Randomness random;
    private final TreeMap<String, SimulatedNetwork> listeners = new TreeMap<>();
    private final List<Owner> owners = new ArrayList<>();
    private final LinkedHashSet<Pipe> pipes = new LinkedHashSet<>();

    /** Whether the ends of some link are on different sides. */
    private boolean divided;

    /** Somebody with many addresses. */
    private record Owner(Predicate<Endpoint> owned, SimulatedNetwork network) {}

    SimulatedInternet(Scheduler scheduler, Conditions conditions, Randomness random) {
        this.scheduler = scheduler;
        this.conditions = conditions;
        this.random = random;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    @Nullable
    SimulatedNetwork listenerAt(Endpoint endpoint) {
        SimulatedNetwork listener = listeners.get(endpoint.toString());
        for (int i = 0; listener == null && i < owners.size(); i++) {
            listener = owners.get(i).owned.test(endpoint) ? owners.get(i).network : null;
        }
        return listener;
    }

    void listenAt(Predicate<Endpoint> owned, SimulatedNetwork network) {
        owners.add(new Owner(owned, network));
    }

    /** Returns false if somebody listens there. */
    boolean listen(Endpoint endpoint, SimulatedNetwork network) {
        return listeners.putIfAbsent(endpoint.toString(), network) == null;
    }

    void stopListening(SimulatedNetwork network) {
        listeners.values().removeIf(other -> other == network);
        owners.removeIf(owner -> owner.network == network);
    }

    /** One way between two nodes, jitter included. */
    long wayMicros(SimulatedNetwork from, SimulatedNetwork to) {
        return from.region().millisTo(to.region()) * 1_000L + jitterMicros();
    }

    private long jitterMicros() {
        return (long) (random.exponential(conditions.jitterMillis()) * 1_000);
    }

    long bytesPerSecond() {
        return conditions.bytesPerSecond();
    }

    /** What lost pieces cost in time. */
    long lossMicros() {
        long total = 0;
        long wait = RETRANSMIT_MICROS;
        for (int i = 0; i < MAX_LOSSES && random.unit() < conditions.lossRate(); i++) {
            total += wait;
            wait *= 2;
        }
        return total;
    }

    void add(Pipe pipe) {
        pipes.add(pipe);
    }

    void remove(Pipe pipe) {
        pipes.remove(pipe);
    }

    /** Somebody's side of a partition changed: what waited may go on, and what cannot pass is watched. */
    void sidesChanged() {
        divided = pipes.stream().anyMatch(Pipe::isBetweenSides);
        for (Pipe pipe : List.copyOf(pipes)) {
            if (pipe.isCut()) {
                pipe.watch(BREAK_MICROS);
            } else {
                pipe.resume();
            }
        }
    }

    /** One direction of a link: what is given to it and not yet read is bounded by a window. */
    final class Pipe {
        private final SimulatedNetwork from;
        private final SimulatedNetwork to;
        private final long fromLink;
        private final long toLink;
        private final long distanceMicros;
        private final List<Bytes> stuck = new ArrayList<>();
        private final ArrayDeque<Bytes> unread = new ArrayDeque<>();
        private long lastArrivalMicros;
        private int underWay;
        private boolean wanted;
        private boolean drainOwed;
        private boolean closed;
        private boolean senderGone;
        private long cutSince;
        private @Nullable String endReason;

        Pipe(SimulatedNetwork from, long fromLink, SimulatedNetwork to, long toLink) {
            this.from = from;
            this.fromLink = fromLink;
            this.to = to;
            this.toLink = toLink;
            distanceMicros = from.region().millisTo(to.region()) * 1_000L;
        }

        private long wayMicros() {
            return distanceMicros + jitterMicros();
        }

        boolean isCut() {
            return divided && isBetweenSides();
        }

        private boolean isBetweenSides() {
            return from.side() != to.side();
        }

        /** Nothing arrives before the receiver knows of the link. */
        void opensAt(long micros) {
            lastArrivalMicros = micros;
        }

        /** The sender gives a piece; returns whether the next may follow at once, or it will be told. */
        boolean send(Bytes data) {
            underWay += data.length();
            long arrival = from.occupyUplink(data.length()) + wayMicros() + lossMicros();
            lastArrivalMicros = Math.max(lastArrivalMicros, arrival);
            scheduler.at(lastArrivalMicros, Scheduler.Kind.BYTES, to.id(), data, () -> arrive(data));
            drainOwed = underWay >= WINDOW_BYTES;
            return !drainOwed;
        }

        private void drain() {
            if (drainOwed && !senderGone && underWay < WINDOW_BYTES) {
                drainOwed = false;
                scheduler.at(0, Scheduler.Kind.DRAINED, from.id(), Bytes.EMPTY, this::reportDrained);
            }
        }

        private void reportDrained() {
            if (!senderGone) {
                from.report(new NetworkEvent.Drained(fromLink));
            }
        }

        private void arrive(Bytes data) {
            if (closed) {
                return;
            }
            if (isCut() || !stuck.isEmpty()) {
                stuck.add(data);
                return;
            }
            unread.add(data);
            deliver();
        }

        /** The receiver wants the next piece. */
        void read() {
            wanted = true;
            deliver();
        }

        private void deliver() {
            if (!wanted || unread.isEmpty() || closed) {
                return;
            }
            wanted = false;
            Bytes data = unread.remove();
            underWay -= data.length();
            drain();
            to.receive(this, toLink, data);
        }

        /** The sender has closed the link: the receiver hears of it after what was sent before. */
        void end(String reason) {
            if (closed) {
                return;
            }
            if (isCut()) {
                // Nobody hears of it until the partition heals.
                endReason = reason;
                return;
            }
            lastArrivalMicros = Math.max(lastArrivalMicros, scheduler.micros() + wayMicros());
            scheduler.at(
                    lastArrivalMicros, Scheduler.Kind.CLOSED, to.id(), Bytes.EMPTY, () -> to.broken(toLink, reason));
        }

        /** What is stuck sets out again. */
        void resume() {
            cutSince = 0;
            if (!stuck.isEmpty()) {
                lastArrivalMicros = Math.max(lastArrivalMicros, scheduler.micros() + wayMicros() + lossMicros());
                scheduler.at(lastArrivalMicros, Scheduler.Kind.BYTES, to.id(), Bytes.EMPTY, this::arriveLate);
            }
            if (endReason != null) {
                end(endReason);
            }
        }

        private void arriveLate() {
            if (!closed && !isCut()) {
                unread.addAll(stuck);
                stuck.clear();
                deliver();
            }
        }

        void watch(long breakMicros) {
            if (cutSince != 0) {
                return;
            }
            long since = scheduler.micros();
            cutSince = since;
            scheduler.at(since + breakMicros, Scheduler.Kind.CLOSED, to.id(), Bytes.EMPTY, () -> {
                if (cutSince == since && isCut() && !closed) {
                    from.broken(fromLink, "connection timed out");
                    to.broken(toLink, "connection timed out");
                }
            });
        }

        /** Who gave the pieces is not to be told of them any more. */
        void senderGone() {
            senderGone = true;
        }

        void close() {
            closed = true;
            unread.clear();
            stuck.clear();
            remove(this);
        }
    }
}
