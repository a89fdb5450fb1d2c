package org.starling.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.world.Randomness;

/**
 * Decides whom to connect to: the nodes that the operator named, until linked, with growing waits between attempts; and
 * from the address book as many outbound links as wanted, each in another part of the network. Call {@link #tick} at
 * the time that it returned last.
 */
public final class ConnectionPolicy {
    private final Settings settings;
    private final LinkTable links;
    private final AddressBook book;
    private final BanList bans;
    private final Randomness random;
    private final TreeMap<NetAddress, Retry> added = new TreeMap<>();
    private long nextAttemptMillis;
    private long nextFeelerMillis;
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

    private static final class Retry {
        private final boolean encrypted;
        private long nextMillis;
        private long waitMillis = Limits.RETRY_FIRST_MILLIS;

        Retry(boolean encrypted) {
            this.encrypted = encrypted;
        }
    }

    public ConnectionPolicy(Settings settings, LinkTable links, AddressBook book, BanList bans, Randomness random) {
        this.settings = settings;
        this.links = links;
        this.book = book;
        this.bans = bans;
        this.random = random;
        settings.only().forEach(address -> added.put(address, new Retry(true)));
    }

    /**
     * Keeps a link to that node from now on ({@code addnode add}). False if it was named before, or too many are.
     *
     * @param encrypted whether the encrypted transport is tried first
     */
    public boolean add(NetAddress address, boolean encrypted) {
        return added.size() < Limits.ADDED_NODES && added.putIfAbsent(address, new Retry(encrypted)) == null;
    }

    /** No longer keeps a link to it; an open one stays. False if it was not named. */
    public boolean remove(NetAddress address) {
        return added.remove(address) != null;
    }

    /** The nodes that the operator named, sorted. */
    public List<NetAddress> added() {
        return List.copyOf(added.keySet());
    }

    /** Does what is due, and returns when something may be due again, in milliseconds. */
    public long tick(long now) {
        if (!links.isActive()) {
            return now + Limits.RETRY_LONGEST_MILLIS;
        }
        long next = Math.min(links.tick(now), connectAdded(now));
        if (!settings.active() || !settings.only().isEmpty()) {
            return next;
        }
        if (now >= nextAttemptMillis) {
            nextAttemptMillis = now + Limits.ATTEMPT_INTERVAL_MILLIS;
            connectFromBook(now);
        }
        return Math.min(next, nextAttemptMillis);
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
        if (links.attempts().size() >= Limits.CONNECTING) {
            return;
        }
        book.resolveCollisions(now / 1000);
        LinkKind kind = wantedKind(now);
        if (kind == null) {
            return;
        }
        KnownAddress chosen = kind == LinkKind.FEELER ? feelerTarget(now) : select(now, false);
        if (chosen != null && links.connect(chosen.address(), kind, speaksEncrypted(chosen))) {
            book.attempt(now / 1000, chosen.address());
        }
        if (chosen == null && kind != LinkKind.FEELER) {
            fetchAddresses(now);
        }
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

    private @Nullable LinkKind wantedKind(long now) {
        if (links.count(LinkKind.OUTBOUND_FULL_RELAY) < settings.fullRelay()) {
            return LinkKind.OUTBOUND_FULL_RELAY;
        }
        if (links.count(LinkKind.BLOCK_RELAY) < settings.blockRelay()) {
            return LinkKind.BLOCK_RELAY;
        }
        if (settings.fullRelay() > 0 && now >= nextFeelerMillis && links.count(LinkKind.FEELER) < Limits.FEELERS) {
            nextFeelerMillis = now + (long) random.exponential(Limits.FEELER_INTERVAL_MILLIS);
            return LinkKind.FEELER;
        }
        return null;
    }

    private @Nullable KnownAddress feelerTarget(long now) {
        KnownAddress contested = book.selectToTest();
        return contested != null && !isLinked(contested.address()) ? contested : select(now, true);
    }

    private @Nullable KnownAddress select(long now, boolean newOnly) {
        Set<Bytes> groups = outboundGroups();
        long seconds = now / 1000;
        return book.select(
                seconds,
                newOnly,
                candidate -> links.routes().choosable(candidate.address())
                        && !groups.contains(book.routability().group(candidate.address()))
                        && !isLinked(candidate.address())
                        && !bans.shuns(now / 1000, candidate.address())
                        && (candidate.services() & settings.wantedServices()) == settings.wantedServices()
                        && seconds - candidate.lastTrySeconds() >= waitSeconds(candidate));
    }

    /** Doubles with each failure from one second to ten minutes. */
    private static long waitSeconds(KnownAddress candidate) {
        return Math.min(600, 1L << Math.min(candidate.attempts(), 10));
    }

    private Set<Bytes> outboundGroups() {
        TreeSet<Bytes> groups = new TreeSet<>();
        for (Link link : links.links()) {
            if (link.kind() == LinkKind.OUTBOUND_FULL_RELAY || link.kind() == LinkKind.BLOCK_RELAY) {
                groups.add(book.routability().group(link.remote()));
            }
        }
        for (LinkTable.Attempt attempt : links.attempts()) {
            groups.add(book.routability().group(attempt.address()));
        }
        return groups;
    }

    /** What the operator named, with whether a link to it is open; for {@code getaddednodeinfo}. */
    public List<NetAddress> linkedAdded() {
        List<NetAddress> linked = new ArrayList<>();
        for (NetAddress address : added.keySet()) {
            if (isLinked(address)) {
                linked.add(address);
            }
        }
        return Collections.unmodifiableList(linked);
    }
}
