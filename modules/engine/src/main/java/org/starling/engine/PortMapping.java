package org.starling.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.engine.MappingMessages.Reply;
import org.starling.world.Endpoint;
import org.starling.world.Randomness;

/**
 * Has a gateway pass connections to a TCP port on to us: by PCP (RFC 6887), a port through a translator of IPv4 or a hole in a
 * firewall of IPv6; where a gateway of IPv4 does not speak that, by NAT-PMP (RFC 6886).
 *
 * <pre>
 *   PCP ----no answer to {@link #PCP_TRIES}, or told so----> NAT-PMP ----no answer to {@link #NAT_PMP_TRIES}----> rest --> PCP
 *    |                                                 |
 *    +--refused--> rest                                +--refused--> rest
 *    |                                                 |
 *    +--------------> mapped <-------------------------+
 *                        |  half of the lifetime is over, or the gateway has forgotten: the same protocol again
 * </pre>
 *
 * Only what comes from the gateway itself and answers a question of ours counts; a mapping by PCP is known by a nonce.
 */
public final class PortMapping {
    /** Where gateways listen. */
    public static final int GATEWAY_PORT = 5351;

    /** The lifetime that we ask for: it ends soon after a node that was killed. */
    static final long LIFETIME_SECONDS = 7_200;

    /** Bounds on what a gateway says about time. */
    static final long SHORTEST_LIFETIME_SECONDS = 120;

    static final long LONGEST_LIFETIME_SECONDS = 24 * 60 * 60;

    /** Waits before a question is repeated: of PCP three seconds, of NAT-PMP a quarter of one, doubled each time. */
    static final long PCP_FIRST_MILLIS = 3_000;

    static final long NAT_PMP_FIRST_MILLIS = 250;
    static final int PCP_TRIES = 4;
    static final int NAT_PMP_TRIES = 9;

    /** Wait after a refusal or silence, at least. */
    static final long REST_MILLIS = 1_024_000;

    private enum Protocol {
        PCP,
        NAT_PMP
    }

    private final Endpoint gateway;
    private final Bytes client;
    private final int port;
    private final Randomness random;
    private final Bytes nonce;
    private Protocol protocol = Protocol.PCP;
    private int tries;
    private long waitMillis;
    private long nextMillis;
    private @Nullable Bytes externalIp;
    private @Nullable NetAddress mapped;
    private long expiryMillis;
    private long epochSeconds = -1;
    private long epochMillis;
    private String problem = "";

    /**
     * @param gateway where to ask
     * @param client our address, from which we ask; of the same family
     * @param port that we listen at
     */
    public PortMapping(Endpoint gateway, Bytes client, int port, Randomness random) {
        this.gateway = gateway;
        this.client = client;
        this.port = port;
        this.random = random;
        byte[] drawn = new byte[MappingMessages.NONCE_BYTES];
        random.fill(drawn);
        nonce = Bytes.wrap(drawn);
    }

    /** The address at which others reach us by this gateway; null for none. */
    public @Nullable NetAddress mapped() {
        return mapped;
    }

    /** What went wrong last, for people; empty for nothing. */
    public String problem() {
        return problem;
    }

    public Endpoint gateway() {
        return gateway;
    }

    /** When {@link #tick} has something to do. */
    public long nextMillis() {
        return mapped == null ? nextMillis : Math.min(nextMillis, expiryMillis);
    }

    /** Does what is due; returns what to send to the gateway now. */
    public List<Bytes> tick(long now) {
        if (mapped != null && now >= expiryMillis) {
            mapped = null;
        }
        if (now < nextMillis) {
            return List.of();
        }
        if (tries == (protocol == Protocol.PCP ? PCP_TRIES : NAT_PMP_TRIES)) {
            silence(now);
            if (now < nextMillis) {
                return List.of();
            }
        }
        waitMillis = tries++ == 0 ? firstWait() : 2 * waitMillis;
        // PCP wants a tenth more or less, so that hosts do not ask in step.
        nextMillis = now + (long) (waitMillis * (0.9 + 0.2 * random.unit()));
        return List.of(question());
    }

    private long firstWait() {
        return protocol == Protocol.PCP ? PCP_FIRST_MILLIS : NAT_PMP_FIRST_MILLIS;
    }

    private Bytes question() {
        int suggested = mapped == null ? port : mapped.port();
        return switch (protocol) {
            case PCP -> MappingMessages.pcpMap(client, nonce, port, suggested, LIFETIME_SECONDS);
            case NAT_PMP ->
                externalIp == null
                        ? MappingMessages.natPmpAddress()
                        : MappingMessages.natPmpMap(port, suggested, LIFETIME_SECONDS);
        };
    }

    private void silence(long now) {
        if (protocol == Protocol.PCP && client.length() == 4) {
            ask(now, Protocol.NAT_PMP);
        } else {
            rest(now, REST_MILLIS, "no answer");
        }
    }

    /** Begins to ask from the start. */
    private void ask(long now, Protocol by) {
        protocol = by;
        externalIp = null;
        tries = 0;
        nextMillis = now;
    }

    private void rest(long now, long millis, String why) {
        problem = why;
        ask(now + millis, Protocol.PCP);
    }

    /** Takes a datagram. What is not from the gateway, does not decode or answers no question of ours changes nothing. */
    public void receive(long now, Endpoint from, Bytes data) {
        if (!from.equals(gateway)) {
            return;
        }
        Reply reply;
        try {
            reply = MappingMessages.read(data);
        } catch (MalformedException e) {
            return;
        }
        boolean asking = tries > 0;
        switch (reply) {
            case null -> {}
            case Reply.PcpMapped answer -> {
                if (asking
                        && protocol == Protocol.PCP
                        && answer.nonce().equals(nonce)
                        && answer.internalPort() == port) {
                    noteEpoch(now, answer.epochSeconds());
                    answered(now, answer.result(), answer.lifetimeSeconds(), answer.external());
                }
            }
            case Reply.PcpOther other -> {
                if (other.result() == MappingMessages.SUCCESS) {
                    announced(now, other.epochSeconds());
                } else if (asking && protocol == Protocol.PCP) {
                    unsupported(now);
                }
            }
            case Reply.NatPmpAddress answer -> {
                if (asking && protocol == Protocol.NAT_PMP && externalIp == null) {
                    noteEpoch(now, answer.epochSeconds());
                    ask(now, Protocol.NAT_PMP);
                    externalIp = answer.ip();
                } else {
                    announced(now, answer.epochSeconds());
                }
            }
            case Reply.NatPmpMapped answer -> {
                Bytes ip = externalIp;
                if (asking && protocol == Protocol.NAT_PMP && ip != null && answer.internalPort() == port) {
                    noteEpoch(now, answer.epochSeconds());
                    NetAddress external = NetAddress.ofIp(ip, answer.externalPort());
                    answered(now, MappingMessages.SUCCESS, answer.lifetimeSeconds(), external);
                }
            }
            case Reply.NatPmpOther refusal -> {
                if (asking && protocol == Protocol.PCP && refusal.result() == MappingMessages.UNSUPPORTED_VERSION) {
                    unsupported(now);
                } else if (asking && protocol == Protocol.NAT_PMP) {
                    rest(now, REST_MILLIS, "refused with code " + refusal.result());
                }
            }
        }
    }

    /** The gateway does not speak PCP. */
    private void unsupported(long now) {
        if (client.length() == 4) {
            ask(now, Protocol.NAT_PMP);
        } else {
            rest(now, REST_MILLIS, "it does not speak PCP");
        }
    }

    private void answered(long now, int result, long lifetimeSeconds, NetAddress external) {
        long lifetime = Math.clamp(lifetimeSeconds, SHORTEST_LIFETIME_SECONDS, LONGEST_LIFETIME_SECONDS) * 1000;
        if (result != MappingMessages.SUCCESS || external.port() == 0) {
            rest(now, Math.max(lifetime, REST_MILLIS), "refused with code " + result);
            return;
        }
        problem = "";
        mapped = external;
        expiryMillis = now + lifetime;
        ask(now + lifetime / 2, protocol);
    }

    private void noteEpoch(long now, long seconds) {
        epochSeconds = seconds;
        epochMillis = now;
    }

    /** The gateway says when it lost what it knew. If that was after our mapping, that is made anew at once. */
    private void announced(long now, long seconds) {
        if (mapped == null || epochSeconds < 0) {
            return;
        }
        long ours = (now - epochMillis) / 1000;
        long theirs = seconds - epochSeconds;
        boolean agrees = theirs >= -1 && ours + 2 >= theirs - theirs / 16 && theirs + 2 >= ours - ours / 16;
        noteEpoch(now, seconds);
        if (!agrees) {
            ask(now, protocol);
        }
    }

    /** Ends the mapping; returns what to send to the gateway at last. */
    public List<Bytes> close() {
        List<Bytes> last = new ArrayList<>();
        if (mapped != null) {
            last.add(
                    protocol == Protocol.PCP
                            ? MappingMessages.pcpMap(client, nonce, port, 0, 0)
                            : MappingMessages.natPmpMap(port, 0, 0));
        }
        mapped = null;
        return last;
    }
}
