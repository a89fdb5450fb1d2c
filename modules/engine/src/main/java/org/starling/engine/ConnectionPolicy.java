package org.starling.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.engine.AnchorFile.Anchor;
import org.starling.world.Randomness;

/**
 * Decides whom to connect to: the nodes that the operator named, until linked, with growing waits between attempts; those
 * that blocks came from before the last stop; and from the address book as many outbound links as wanted, each in another
 * part of the network. Links beyond that number come and go: for a tip that may be old, for another opinion about the
 * chain every few minutes, and for a network that we have no link in; the service decides which link then goes. Call
 * {@link #tick} at the time that it returned last.
 */
public final class ConnectionPolicy {
    private static final long NOT_SET = -1;

    private final Settings settings;
    private final LinkTable links;
    private final AddressBook book;
    private final BanList bans;
    private final Randomness random;
    private final Consumer<LogEvent> log;
    private final TreeMap<NetAddress, Retry> added = new TreeMap<>();
    private final ArrayDeque<Anchor> anchors = new ArrayDeque<>();
    private boolean seeksExtraFullRelay;
    private long changes;
    private boolean extraBlockRelay;
    private long nextAttemptMillis;
    private long nextFeelerMillis = NOT_SET;
    private long nextExtraBlockRelayMillis;
    private long nextExtraNetworkMillis;
    private long nextFetchMillis;
    private long fetchWaitMillis = Limits.FETCH_FIRST_MILLIS;
    private int sizeAtFetch;

    /**
     * @param fullRelay outbound links wanted for everything
     * @param blockRelay outbound links wanted for blocks only
     * @param only if not empty, connect to these and no others ({@code -connect})
     * @param wantedServices service bits that a node chosen from the book must have
     * @param encryptedServices service bits of nodes that speak the encrypted transport
     * @param active false to connect to named nodes only ({@code -connect=0})
     */
    public record Settings(
            int fullRelay,
            int blockRelay,
            List<NetAddress> only,
            long wantedServices,
            long encryptedServices,
            boolean active) {
        public Settings {
            only = List.copyOf(only);
        }
    }

    /**
     * A node that the operator named.
     *
     * @param text as the operator wrote it
     */
    public record Added(NetAddress address, String text, boolean linked) {}

    private static final class Retry {
        private final String text;
        private final boolean encrypted;
        private long nextMillis;
        private long waitMillis = Limits.RETRY_FIRST_MILLIS;

        Retry(String text, boolean encrypted) {
            this.text = text;
            this.encrypted = encrypted;
        }
    }

    /** @param anchored nodes to begin with, which blocks came from before the last stop */
    public ConnectionPolicy(
            Settings settings,
            LinkTable links,
            AddressBook book,
            BanList bans,
            List<Anchor> anchored,
            Randomness random,
            Consumer<LogEvent> log) {
        this.settings = settings;
        this.links = links;
        this.book = book;
        this.bans = bans;
        this.random = random;
        this.log = log;
        anchored.forEach(anchors::push);
        settings.only()
                .forEach(address -> added.put(address, new Retry(links.routes().text(address), true)));
    }

    /**
     * Keeps a link to that node from now on ({@code addnode add}). False if it was named before, or too many are.
     *
     * @param text as the operator wrote it
     * @param encrypted whether the encrypted transport is tried first
     */
    public boolean add(NetAddress address, String text, boolean encrypted) {
        changes++;
        return added.size() < Limits.ADDED_NODES && added.putIfAbsent(address, new Retry(text, encrypted)) == null;
    }

    /** No longer keeps a link to it; an open one stays. False if it was not named. */
    public boolean remove(NetAddress address) {
        return added.remove(address) != null;
    }

    /** Grows whenever there may be reason to look before the time that {@link #tick} returned. */
    public long changes() {
        return changes + links.changes();
    }

    /** The nodes that the operator named, sorted by address. */
    public List<Added> added() {
        List<Added> all = new ArrayList<>();
        added.forEach((address, retry) -> all.add(new Added(address, retry.text, isLinked(address))));
        return all;
    }

    /** Outbound links wanted for everything. */
    public int fullRelay() {
        return settings.fullRelay();
    }

    /** Outbound links wanted for blocks only. */
    public int blockRelay() {
        return settings.blockRelay();
    }

    /** Whether nodes are chosen from the address book. */
    public boolean chooses() {
        return settings.active() && settings.only().isEmpty();
    }

    /** Says whether one link for everything is opened beyond those wanted: our tip may be old. */
    public void seekExtraFullRelay(boolean on) {
        changes++;
        seeksExtraFullRelay = on;
    }

    public boolean seeksExtraFullRelay() {
        return seeksExtraFullRelay;
    }

    /** From now on somebody else is asked for blocks every few minutes: we have caught up. */
    public void beginExtraBlockRelay() {
        extraBlockRelay = true;
    }

    /** The nodes to begin with after a stop now. */
    public List<Anchor> anchors() {
        return links.links(link -> link.kind() == LinkKind.BLOCK_RELAY).stream()
                .limit(Limits.ANCHORS)
                .map(link -> {
                    KnownAddress known = book.find(link.remote());
                    return new Anchor(link.remote(), known == null ? 0 : known.services());
                })
                .toList();
    }

    /**
     * Does what is due, and returns when something may be due again, in milliseconds; or earlier, if {@link #changes}
     * grows.
     */
    public long tick(long now) {
        if (!links.isActive()) {
            return now + Limits.RETRY_LONGEST_MILLIS;
        }
        long next = Math.min(links.tick(now), connectAdded(now));
        if (!chooses()) {
            return next;
        }
        if (nextFeelerMillis == NOT_SET) {
            nextFeelerMillis = now + (long) random.exponential(Limits.FEELER_INTERVAL_MILLIS);
            nextExtraBlockRelayMillis = now + (long) random.exponential(Limits.EXTRA_BLOCK_RELAY_MILLIS);
            nextExtraNetworkMillis = now + (long) random.exponential(Limits.EXTRA_NETWORK_MILLIS);
        }
        if (now >= nextAttemptMillis) {
            nextAttemptMillis = now + Limits.ATTEMPT_INTERVAL_MILLIS;
            connectFromBook(now);
        }
        return Math.min(next, wantsNothing() ? Math.max(nextAttemptMillis, nextExtraMillis(now)) : nextAttemptMillis);
    }

    /** Whether all links are there that are to be there at any time, and none is sought beyond them. */
    private boolean wantsNothing() {
        return !seeksExtraFullRelay
                && links.count(LinkKind.OUTBOUND_FULL_RELAY) >= settings.fullRelay()
                && links.count(LinkKind.BLOCK_RELAY) >= settings.blockRelay();
    }

    /** When one of the links that come now and then may be due. */
    private long nextExtraMillis(long now) {
        long next = now + Limits.RESTING_INTERVAL_MILLIS;
        if (!extraSlotFree()) {
            return next;
        }
        next = book.defences().feelers() ? Math.min(next, nextFeelerMillis) : next;
        next = seeksOtherNetworks() ? Math.min(next, nextExtraNetworkMillis) : next;
        return extraBlockRelay ? Math.min(next, nextExtraBlockRelayMillis) : next;
    }

    private long connectAdded(long now) {
        long next = now + Limits.RETRY_LONGEST_MILLIS;
        for (var entry : added.entrySet()) {
            Retry retry = entry.getValue();
            if (isLinked(entry.getKey())) {
                retry.waitMillis = Limits.RETRY_FIRST_MILLIS;
                // Were the link lost, it would be sought again this soon.
                retry.nextMillis = now + Limits.RETRY_FIRST_MILLIS;
            } else if (now >= retry.nextMillis && manualSlotFree()) {
                links.connect(entry.getKey(), LinkKind.MANUAL, retry.encrypted);
                retry.nextMillis = now + retry.waitMillis;
                retry.waitMillis = Math.min(2 * retry.waitMillis, Limits.RETRY_LONGEST_MILLIS);
            }
            next = Math.min(next, Math.max(retry.nextMillis, now + 1));
        }
        return next;
    }

    private boolean manualSlotFree() {
        return !settings.only().isEmpty() || links.count(LinkKind.MANUAL) < Limits.MANUAL;
    }

    private boolean isLinked(NetAddress address) {
        return links.isConnectedTo(address);
    }

    private void connectFromBook(long now) {
        if (links.attempts().size() >= Limits.CONNECTING || tryAnchor(now)) {
            return;
        }
        book.resolveCollisions(now / 1000);
        boolean full = links.count(LinkKind.OUTBOUND_FULL_RELAY) < settings.fullRelay();
        if (full || links.count(LinkKind.BLOCK_RELAY) < settings.blockRelay()) {
            LinkKind kind = full ? LinkKind.OUTBOUND_FULL_RELAY : LinkKind.BLOCK_RELAY;
            if (!connect(now, kind, select(now, false))) {
                fetchAddresses(now);
            }
        } else if (extraSlotFree()) {
            connectExtra(now);
        }
    }

    /** What is beyond the usual links goes one at a time. */
    private boolean extraSlotFree() {
        int chosen = links.count(LinkKind.OUTBOUND_FULL_RELAY)
                + links.count(LinkKind.BLOCK_RELAY)
                + links.count(LinkKind.FEELER);
        return settings.fullRelay() > 0 && chosen < settings.fullRelay() + settings.blockRelay() + Limits.FEELERS;
    }

    private void connectExtra(long now) {
        if (seeksExtraFullRelay) {
            connect(now, LinkKind.OUTBOUND_FULL_RELAY, select(now, false));
        } else if (extraBlockRelay && now >= nextExtraBlockRelayMillis) {
            nextExtraBlockRelayMillis = now + (long) random.exponential(Limits.EXTRA_BLOCK_RELAY_MILLIS);
            connect(now, LinkKind.BLOCK_RELAY, select(now, false));
        } else if (now >= nextFeelerMillis && book.defences().feelers()) {
            nextFeelerMillis = now + (long) random.exponential(Limits.FEELER_INTERVAL_MILLIS);
            connect(now, LinkKind.FEELER, feelerTarget(now));
        } else if (now >= nextExtraNetworkMillis && seeksOtherNetworks()) {
            nextExtraNetworkMillis = now + (long) random.exponential(Limits.EXTRA_NETWORK_MILLIS);
            connect(now, LinkKind.OUTBOUND_FULL_RELAY, inUnlinkedNetwork(now));
        }
    }

    private boolean seeksOtherNetworks() {
        return settings.fullRelay() == Limits.OUTBOUND_FULL_RELAY;
    }

    private boolean connect(long now, LinkKind kind, @Nullable KnownAddress chosen) {
        if (chosen == null) {
            return false;
        }
        if (links.connect(chosen.address(), kind, speaksEncrypted(chosen))) {
            book.attempt(now / 1000, chosen.address());
        }
        return true;
    }

    /** Connects to the next anchor if there is one. */
    private boolean tryAnchor(long now) {
        while (book.defences().anchors()
                && !anchors.isEmpty()
                && links.count(LinkKind.BLOCK_RELAY) < settings.blockRelay()) {
            Anchor anchor = anchors.pop();
            if (suits(now, anchor.address(), anchor.services(), outboundGroups())) {
                log.accept(LogEvent.debug("net", "Trying to make an anchor connection to " + anchor.address()));
                return links.connect(
                        anchor.address(),
                        LinkKind.BLOCK_RELAY,
                        (anchor.services() & settings.encryptedServices()) != 0);
            }
        }
        return false;
    }

    private boolean speaksEncrypted(KnownAddress known) {
        return (known.services() & settings.encryptedServices()) != 0;
    }

    /** Nobody is left to connect to: somebody known is asked for addresses, ever more seldom while that brings none. */
    private void fetchAddresses(long now) {
        if (book.size() != sizeAtFetch) {
            sizeAtFetch = book.size();
            fetchWaitMillis = Limits.FETCH_FIRST_MILLIS;
        }
        if (nextFetchMillis == 0) {
            nextFetchMillis = now + fetchWaitMillis;
        }
        if (now < nextFetchMillis) {
            return;
        }
        KnownAddress known = book.select(
                now / 1000,
                false,
                candidate ->
                        links.routes().choosable(candidate.address()) && !bans.shuns(now / 1000, candidate.address()));
        if (known != null) {
            links.connect(known.address(), LinkKind.ADDR_FETCH, true);
        }
        nextFetchMillis = now + fetchWaitMillis;
        fetchWaitMillis = Math.min(2 * fetchWaitMillis, Limits.FETCH_LONGEST_MILLIS);
    }

    private @Nullable KnownAddress feelerTarget(long now) {
        KnownAddress contested = book.selectToTest();
        if (contested != null && isLinked(contested.address())) {
            // It works: no need to test it.
            book.good(now / 1000, contested.address());
            contested = null;
        }
        return contested != null ? contested : select(now, true);
    }

    private @Nullable KnownAddress select(long now, boolean newOnly) {
        // Nothing is told to those who are only tested, so they may be of the same part of the network.
        Set<Bytes> groups = newOnly ? Set.of() : outboundGroups();
        return book.select(now / 1000, newOnly, candidate -> mayConnect(now, candidate, groups));
    }

    /** Somebody in a network that we have no link in for everything, nor one that the operator named. */
    private @Nullable KnownAddress inUnlinkedNetwork(long now) {
        List<NetworkType> networks = new ArrayList<>();
        for (NetworkType network : NetworkType.values()) {
            if (links.routes().usable(network) && links.linksForAll(network) == 0 && book.knows(network)) {
                networks.add(network);
            }
        }
        if (networks.isEmpty()) {
            return null;
        }
        Set<Bytes> groups = outboundGroups();
        return book.selectIn(
                networks.get(random.below(networks.size())), candidate -> mayConnect(now, candidate, groups));
    }

    private boolean mayConnect(long now, KnownAddress candidate, Set<Bytes> groups) {
        return suits(now, candidate.address(), candidate.services(), groups)
                && now / 1000 - candidate.lastTrySeconds() >= waitSeconds(candidate);
    }

    private boolean suits(long now, NetAddress address, long services, Set<Bytes> groups) {
        return links.routes().choosable(address)
                && !groups.contains(book.routability().group(address))
                && !isLinked(address)
                && !added.containsKey(address)
                && !bans.shuns(now / 1000, address)
                && (services & settings.wantedServices()) == settings.wantedServices();
    }

    /** Doubles with each failure from one second to ten minutes. */
    private static long waitSeconds(KnownAddress candidate) {
        return Math.min(600, 1L << Math.min(candidate.attempts(), 10));
    }

    /**
     * The parts of the network that we are linked to and shall not be linked to twice. Short links do not count, nor those
     * of networks in which an address costs nothing: there a group says nothing about who holds it.
     */
    private Set<Bytes> outboundGroups() {
        TreeSet<Bytes> groups = new TreeSet<>();
        for (Link link : links.links()) {
            addGroup(groups, link.kind(), link.remote());
        }
        for (LinkTable.Attempt attempt : links.attempts()) {
            addGroup(groups, attempt.kind(), attempt.address());
        }
        return groups;
    }

    private void addGroup(Set<Bytes> groups, LinkKind kind, NetAddress address) {
        boolean lasting = switch (kind) {
            case OUTBOUND_FULL_RELAY, BLOCK_RELAY, MANUAL -> true;
            case INBOUND, FEELER, ADDR_FETCH -> false;
        };
        if (book.defences().diversity()
                && lasting
                && (address.network() == NetworkType.IPV4 || address.network() == NetworkType.IPV6)) {
            groups.add(book.routability().group(address));
        }
    }
}
