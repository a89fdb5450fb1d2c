package org.starling.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The addresses at which others reach us, where each is from, and which of them is of most use to whom.
 *
 * <p>Peers tell how they see us. What those say that we chose to connect to is believed once
 * {@link Limits#ADDRESS_AGREEMENT} of them agree, each in another part of the network, and no more disagree: a few hostile ones
 * cannot have us announce another's address. Of what they say only the host counts, since they see the port that we
 * connected from and not the one that we listen at. Who comes to us may be anybody, so his word only helps to choose
 * among the addresses that we know.
 */
public final class LocalAddresses {
    private final boolean discover;
    private final Routability routability;
    private final TreeMap<NetAddress, Origin> known = new TreeMap<>();
    private final AddressVotes outbound = new AddressVotes();
    private final AddressVotes inbound = new AddressVotes();
    private int listenPort;

    /** How we know of an address, and what that counts: Core's scores. */
    public enum Origin {
        /** Peers agree about it. */
        SEEN(0),
        /** An interface of this machine has it. */
        INTERFACE(1),
        /** The operator had us listen there. */
        BOUND(2),
        /** A gateway passes connections on to us. */
        MAPPED(3),
        /** The operator says so, or an onion service has it. */
        MANUAL(4);

        private final int score;

        Origin(int score) {
            this.score = score;
        }
    }

    /** An address with its weight among the others. */
    public record Entry(NetAddress address, int score) {}

    /**
     * @param discover false to know only what the operator names ({@code -discover=0})
     * @param listenPort where others come in
     */
    public LocalAddresses(boolean discover, int listenPort, Routability routability) {
        this.discover = discover;
        this.listenPort = listenPort;
        this.routability = routability;
    }

    /** Whether addresses are sought beside those that the operator names. */
    public boolean discovers() {
        return discover;
    }

    /** Where others come in. */
    public int listenPort() {
        return listenPort;
    }

    /** Says where others come in, if that was not known at first: the system chose it. */
    public void listenPort(int port) {
        listenPort = port;
    }

    /** Whether others could reach that address. */
    public boolean isRoutable(NetAddress address) {
        return routability.routable(address);
    }

    /** Adds an address, if it can be reached from elsewhere and the operator wants it. False if nothing changed. */
    public boolean add(NetAddress address, Origin origin) {
        boolean wanted = discover || origin == Origin.MANUAL || routability.loopbackRoutable() && address.isLoopback();
        Origin before = known.get(address);
        if (!wanted || !routability.routable(address) || before != null && before.score >= origin.score) {
            return false;
        }
        known.put(address, origin);
        return true;
    }

    /** We can no longer be reached there. */
    public void remove(NetAddress address) {
        known.remove(address);
    }

    /** Whether it is one of ours. */
    public boolean contains(long now, NetAddress address) {
        // Asked for each address that is told: mostly nobody has seen us there.
        return known.containsKey(address)
                || outbound.count(now, address.withPort(0)) >= Limits.ADDRESS_AGREEMENT
                        && believed(now).contains(address);
    }

    /** All of them in order, with Core's scores: where it is from, and the inbound peers that came to it. */
    public List<Entry> entries(long now) {
        TreeMap<NetAddress, Integer> scores = new TreeMap<>();
        believed(now).forEach(address -> scores.put(address, Origin.SEEN.score));
        known.forEach((address, origin) -> scores.put(address, origin.score));
        List<Entry> entries = new ArrayList<>();
        scores.forEach((address, score) -> entries.add(new Entry(address, score + inbound.count(now, address))));
        return entries;
    }

    /** The addresses without their weights. */
    public List<NetAddress> all(long now) {
        return entries(now).stream().map(Entry::address).toList();
    }

    /**
     * A peer has said how it sees us. Returns whether we now believe in an address that we did not know.
     *
     * @param kind what for its link was opened; links to test an address or to fetch others have no vote
     * @param peer its address, which no proxy stands before
     */
    public boolean told(long now, LinkKind kind, NetAddress peer, NetAddress seen) {
        if (!discover || !routability.routable(peer) || !routability.routable(seen)) {
            return false;
        }
        return switch (kind) {
            case INBOUND -> {
                if (contains(now, seen)) {
                    inbound.vote(now, routability.group(peer), seen);
                }
                yield false;
            }
            case OUTBOUND_FULL_RELAY, BLOCK_RELAY, MANUAL -> {
                List<NetAddress> before = believed(now);
                outbound.vote(now, routability.group(peer), seen.withPort(0));
                yield !before.containsAll(believed(now));
            }
            case FEELER, ADDR_FETCH -> false;
        };
    }

    /** What peers agree about and we do not know better, one for IPv4 and one for IPv6. */
    private List<NetAddress> believed(long now) {
        List<NetAddress> believed = new ArrayList<>();
        for (NetworkType network : List.of(NetworkType.IPV4, NetworkType.IPV6)) {
            NetAddress elected = outbound.elected(now, network, Limits.ADDRESS_AGREEMENT);
            if (elected != null && known.keySet().stream().noneMatch(elected::sameHost)) {
                believed.add(elected.withPort(listenPort));
            }
        }
        return believed;
    }

    /**
     * The address to tell a peer: the one that it reaches best, and of such the one with the highest score; null for none.
     * Addresses that show where we are and those that do not are never told to one another's networks, or who is told
     * both would know both.
     *
     * @param through the network by which the peer and we are linked
     */
    public @Nullable NetAddress bestFor(long now, NetAddress peer, NetworkType through) {
        Entry best = null;
        Reach reach = Reach.UNREACHABLE;
        for (Entry entry : entries(now)) {
            NetAddress address = entry.address;
            if (address.network() != through && (address.network().hides() || through.hides())) {
                continue;
            }
            Reach from = Reach.of(address, peer, through, routability);
            int order = from.compareTo(reach);
            if (best == null || order > 0 || order == 0 && entry.score > best.score) {
                best = entry;
                reach = from;
            }
        }
        return best == null ? null : best.address;
    }
}
