package org.starling.simulator;

import java.util.ArrayDeque;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.BitcoinLimits;
import org.starling.bitcoin.Services;
import org.starling.bitcoin.message.Message;
import org.starling.bitcoin.message.Ping;
import org.starling.bitcoin.message.Pong;
import org.starling.bitcoin.message.SendAddrV2;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.bitcoin.message.WtxidRelay;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.ChainParams;
import org.starling.engine.NetAddress;
import org.starling.engine.Transport;
import org.starling.engine.V1Transport;
import org.starling.world.Endpoint;
import org.starling.world.NetworkEvent;

/**
 * A peer that is no node of ours: it opens and takes links by the v1 transport, shakes hands, answers pings, and for the
 * rest does what its {@link Manner} says. It may own any number of addresses.
 */
public final class Outsider {
    /** Pieces of one link that wait to be sent; what is more is not said at all. */
    private static final int MOST_WAITING = 64;

    private final SimulatedInternet internet;
    private final SimulatedNetwork network;
    private final Manner manner;
    private final TreeMap<Long, Talk> talks = new TreeMap<>();

    /** What it says and how it answers. Called while the world runs: nothing here may wait. */
    public interface Manner {
        /** The handshake is done. */
        void ready(Outsider self, Talk talk);

        /** A message arrived, after the handshake. */
        default void message(Outsider self, Talk talk, Message message) {}

        /** All that was said has left. */
        default void idle(Outsider self, Talk talk) {}

        /** The link is gone, or was never opened. */
        default void closed(Outsider self, Talk talk, String reason) {}
    }

    /** One link. */
    public static final class Talk {
        private final long link;
        private final boolean inbound;
        private final Endpoint remote;
        private final Endpoint local;
        private final Transport transport;
        private final ArrayDeque<Bytes> waiting = new ArrayDeque<>();
        private boolean sending;
        private boolean ready;

        private Talk(long link, boolean inbound, Endpoint remote, Endpoint local, Transport transport) {
            this.link = link;
            this.inbound = inbound;
            this.remote = remote;
            this.local = local;
            this.transport = transport;
        }

        /** Whether the other side opened it. */
        public boolean isInbound() {
            return inbound;
        }

        public Endpoint remote() {
            return remote;
        }

        /** Which of its addresses the outsider has on this link. */
        public Endpoint local() {
            return local;
        }
    }

    Outsider(
            SimulatedInternet internet,
            long id,
            Region region,
            Predicate<Endpoint> owned,
            long bytesPerSecond,
            Manner manner) {
        this.internet = internet;
        this.manner = manner;
        Bytes nowhere = Bytes.wrap(new byte[4]);
        network = new SimulatedNetwork(internet, id, nowhere, region, true, bytesPerSecond, this::handle);
        network.listenAt(owned);
    }

    /** Sets out to connect from one of its addresses. */
    public void connect(Bytes from, Endpoint target, long timeoutMillis) {
        long link = network.connectFrom(from, target, timeoutMillis);
        talks.put(link, new Talk(link, false, target, new Endpoint(from, 0), transport()));
    }

    /** Links that are open or being opened. */
    public int links() {
        return talks.size();
    }

    /** Closes all its links and is heard of no more. */
    public void leave() {
        network.close();
        talks.clear();
    }

    private static Transport transport() {
        return new V1Transport(ChainParams.regtest().magic());
    }

    /** Says something. Returns false if too much waits to be said: nothing is added then. */
    public boolean send(Talk talk, Message message) {
        return send(talk, message.type(), message.payload());
    }

    /** Says something that need not be well formed. */
    public boolean send(Talk talk, String type, Bytes payload) {
        if (talk.waiting.size() >= MOST_WAITING) {
            return false;
        }
        talk.waiting.add(talk.transport.encode(type, payload));
        flush(talk);
        return true;
    }

    /** Hangs up. */
    public void close(Talk talk) {
        network.close(talk.link);
        talks.remove(talk.link);
    }

    private void flush(Talk talk) {
        if (!talk.sending && !talk.waiting.isEmpty() && talks.containsKey(talk.link)) {
            talk.sending = true;
            if (network.send(talk.link, talk.waiting.remove())) {
                internet.scheduler().at(0, Scheduler.Kind.DRAINED, network.id(), Bytes.EMPTY, () -> drained(talk.link));
            }
        }
    }

    private void drained(long link) {
        Talk talk = talks.get(link);
        if (talk != null) {
            talk.sending = false;
            flush(talk);
            if (talk.ready && !talk.sending) {
                manner.idle(this, talk);
            }
        }
    }

    private void handle(NetworkEvent event) {
        switch (event) {
            case NetworkEvent.Accepted accepted -> {
                Talk talk = new Talk(accepted.link(), true, accepted.remote(), accepted.local(), transport());
                talks.put(accepted.link(), talk);
                network.read(accepted.link());
            }
            case NetworkEvent.Connected connected -> {
                Talk talk = talks.get(connected.link());
                if (talk != null) {
                    network.read(connected.link());
                    send(talk, version(talk));
                }
            }
            case NetworkEvent.Received received -> {
                Talk talk = talks.get(received.link());
                if (talk != null) {
                    talk.transport.receive(received.data());
                    network.read(received.link());
                    listen(talk);
                }
            }
            case NetworkEvent.Drained drained -> drained(drained.link());
            case NetworkEvent.Closed closed -> {
                Talk talk = talks.remove(closed.link());
                if (talk != null) {
                    manner.closed(this, talk, closed.reason());
                }
            }
        }
    }

    private Version version(Talk talk) {
        return new Version(
                BitcoinLimits.PROTOCOL_VERSION,
                Services.NETWORK | Services.WITNESS | Services.NETWORK_LIMITED,
                internet.scheduler().millis() / 1000,
                NetAddress.of(talk.remote),
                talk.link * 0x9e3779b97f4a7c15L + network.id(),
                "/outsider:1/",
                0,
                true);
    }

    private void listen(Talk talk) {
        while (talks.containsKey(talk.link)) {
            Transport.Incoming incoming = talk.transport.next();
            if (!(incoming instanceof Transport.Message(String type, Bytes payload, int wireBytes))) {
                return;
            }
            Message message = read(type, payload);
            if (message != null) {
                hear(talk, message);
            }
        }
    }

    private static @Nullable Message read(String type, Bytes payload) {
        try {
            return Message.read(type, payload);
        } catch (MalformedException e) {
            return null;
        }
    }

    private void hear(Talk talk, Message message) {
        switch (message) {
            case Version version -> {
                if (talk.inbound) {
                    send(talk, version(talk));
                }
                send(talk, new WtxidRelay());
                send(talk, new SendAddrV2());
                send(talk, new Verack());
            }
            case Verack verack -> {
                talk.ready = true;
                manner.ready(this, talk);
            }
            case Ping ping -> send(talk, new Pong(ping.nonce()));
            default -> {
                if (talk.ready) {
                    manner.message(this, talk, message);
                }
            }
        }
    }
}
