package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.Addr;
import org.starling.bitcoin.message.AddrV2;
import org.starling.bitcoin.message.GetAddr;
import org.starling.bitcoin.message.TimedAddress;
import org.starling.bytes.ByteWriter;
import org.starling.crypto.SipHash;
import org.starling.engine.AddressBook;
import org.starling.engine.BanList;
import org.starling.engine.LinkKind;
import org.starling.engine.LocalAddresses;
import org.starling.engine.NetAddress;
import org.starling.engine.NetworkType;
import org.starling.engine.Permission;
import org.starling.world.Randomness;

/** Gossip of addresses: what peers tell goes to the address book, and what is fresh to one or two other peers. */
final class AddressRelay {
    private static final long EARLIEST_TIME = 100_000_000;
    private static final long FRESH_SECONDS = 10 * 60;
    private static final int FRESH_MOST = 10;
    private static final long UNKNOWN_AGE_SECONDS = 5 * 24 * 60 * 60;
    private static final long ROTATION_SECONDS = 24 * 60 * 60;

    private final Peers peers;
    private final ChainView chain;
    private final AddressBook book;
    private final BanList bans;
    private final Randomness random;
    private final SipHash hasher;
    private final LocalAddresses own;
    private final LinkedHashMap<Side, Answer> answers = new LinkedHashMap<>();

    /** From where a peer sees us: its network, and the address that it came to. */
    private record Side(NetworkType network, NetAddress local) {}

    private record Answer(List<TimedAddress> addresses, long expiryMillis, int bookSize) {}

    AddressRelay(Peers peers, ChainView chain, AddressBook book, BanList bans, LocalAddresses own, Randomness random) {
        this.peers = peers;
        this.chain = chain;
        this.book = book;
        this.bans = bans;
        this.own = own;
        this.random = random;
        this.hasher = new SipHash(random.nextLong(), random.nextLong());
    }

    /** We can be reached at another address: everybody is told now. */
    void announceOwn() {
        peers.all().forEach(peer -> peer.nextLocalAddressMillis = 0);
        peers.wakeAllAt(0);
    }

    /** The peer has sent its version. */
    void versionReceived(long now, Peer peer) {
        LinkKind kind = peer.link.kind();
        NetAddress remote = peer.link.remote();
        listen(now, peer, remote);
        if (kind.isInbound()) {
            return;
        }
        book.setServices(remote, peer.services());
        book.good(now / 1000, remote);
        if (setUp(peer)) {
            peers.send(now, peer, new GetAddr());
            peer.getAddrSent = true;
            // The answer may be as long as an answer may be.
            peer.addressTokens += BitcoinLimits.ADDRESSES;
        }
    }

    /** Takes its word about our own address; beside a proxy it would see that, and in a network that hides nothing. */
    private void listen(long now, Peer peer, NetAddress remote) {
        boolean seesUs = !peer.link.network().hides() && peers.links().routes().proxy(remote) == null;
        NetAddress seen = peer.localAsSeen;
        if (seesUs && seen != null && own.told(now, peer.link.kind(), remote, seen)) {
            peers.debug("Peers agree about our own address: " + own.all(now));
            announceOwn();
        }
    }

    /** Addresses are exchanged on the link from now on; inbound peers show that they want to by speaking of them. */
    private boolean setUp(Peer peer) {
        if (peer.link.kind() != LinkKind.BLOCK_RELAY && peer.link.kind() != LinkKind.FEELER) {
            peer.addressRelay = true;
        }
        return peer.addressRelay;
    }

    void disconnected(long now, Peer peer) {
        if (peer.verackReceived && peer.link.kind() != LinkKind.BLOCK_RELAY) {
            book.connected(now / 1000, peer.link.remote());
        }
    }

    void received(long now, Peer peer, String type, List<TimedAddress> addresses) {
        if (!setUp(peer)) {
            peers.debug("ignoring " + type + " message from " + peer.link.kind().label() + " " + peer);
            return;
        }
        if (addresses.size() > BitcoinLimits.ADDRESSES) {
            peers.misbehaving(now, peer, type + " message size = " + addresses.size());
            return;
        }
        refillTokens(now, peer);
        boolean unlimited = peer.link.has(Permission.ADDR) || !book.defences().addressLimits();
        int added = 0;
        int processed = 0;
        int limited = 0;
        for (TimedAddress told : shuffled(addresses)) {
            if (peer.addressTokens < 1 && !unlimited) {
                limited++;
                continue;
            }
            peer.addressTokens -= peer.addressTokens >= 1 ? 1 : 0;
            NetAddress address = told.address();
            if (address == null || !Services.servesBlocks(told.services())) {
                continue;
            }
            processed++;
            added += take(now, peer, told, address, addresses.size()) ? 1 : 0;
        }
        peer.addressesProcessed += processed;
        peer.addressesRateLimited += limited;
        peers.debug("Received addr: " + addresses.size() + " addresses (" + processed + " processed, " + limited
                + " rate-limited) from " + peer);
        peers.debug("addrman", "Added " + added + " addresses (of " + addresses.size() + ") from " + peer);
        peer.getAddrSent &= addresses.size() >= BitcoinLimits.ADDRESSES;
        if (peer.link.kind() == LinkKind.ADDR_FETCH && addresses.size() > 1) {
            peers.drop(now, peer, "addrfetch connection completed");
        }
    }

    private void refillTokens(long now, Peer peer) {
        double tokens = peer.addressTokens
                + Math.max(0, now - peer.addressTokensMillis) / 1000.0 * BitcoinLimits.ADDRESSES_PER_SECOND;
        // The bucket may hold more only because an answer to getaddr is awaited.
        peer.addressTokens = Math.max(peer.addressTokens, Math.min(tokens, BitcoinLimits.ADDRESSES));
        peer.addressTokensMillis = now;
    }

    private List<TimedAddress> shuffled(List<TimedAddress> addresses) {
        List<TimedAddress> order = new ArrayList<>(addresses);
        for (int i = order.size() - 1; i > 0; i--) {
            int j = random.below(i + 1);
            TimedAddress swap = order.get(i);
            order.set(i, order.get(j));
            order.set(j, swap);
        }
        return order;
    }

    /** Returns whether the address is new to the book. */
    private boolean take(long now, Peer peer, TimedAddress told, NetAddress address, int together) {
        long seconds = now / 1000;
        long seen = told.seenSeconds() <= EARLIEST_TIME || told.seenSeconds() > seconds + FRESH_SECONDS
                ? seconds - UNKNOWN_AGE_SECONDS
                : told.seenSeconds();
        peer.knownAddresses.add(address.key());
        if (bans.shuns(seconds, address) || own.contains(now, address)) {
            return false;
        }
        boolean routable = book.routability().routable(address);
        if (seen > seconds - FRESH_SECONDS && !peer.getAddrSent && together <= FRESH_MOST && routable) {
            relay(now, peer, new TimedAddress(seen, told.services(), address), address);
        }
        // What we have no way to is passed on for those that have, but of no use to us.
        boolean added = isReachable(address)
                && book.add(
                        seconds,
                        address,
                        told.services(),
                        seen,
                        peer.link.remote(),
                        BitcoinLimits.ADDRESS_PENALTY_SECONDS);
        if (added) {
            peers.debug("addrman", "Added " + address + " to new, told by " + peer);
        }
        return added;
    }

    /** Passes it to the same two peers for a day, so that it does not flood the network; in a small one to all. */
    private void relay(long now, Peer from, TimedAddress told, NetAddress address) {
        if (peers.settings().smallNetwork()) {
            for (Peer peer : peers.ready()) {
                if (peer != from && peer.addressRelay) {
                    push(peer, told, address);
                }
            }
            return;
        }
        long day = Long.divideUnsigned(now / 1000 + Math.abs(address.hashCode() % ROTATION_SECONDS), ROTATION_SECONDS);
        Peer first = null;
        Peer second = null;
        long firstRank = 0;
        long secondRank = 0;
        for (Peer peer : peers.ready()) {
            if (peer == from || !peer.addressRelay || !canCarry(peer, address)) {
                continue;
            }
            ByteWriter writer = new ByteWriter();
            writer.bytes(address.key()).i64(day).i64(peer.id());
            long rank = hasher.hash(writer.toBytes());
            if (first == null || Long.compareUnsigned(rank, firstRank) > 0) {
                second = first;
                secondRank = firstRank;
                first = peer;
                firstRank = rank;
            } else if (second == null || Long.compareUnsigned(rank, secondRank) > 0) {
                second = peer;
                secondRank = rank;
            }
        }
        push(first, told, address);
        if (isReachable(address) || (secondRank & 1) == 0) {
            push(second, told, address);
        }
    }

    private boolean isReachable(NetAddress address) {
        return peers.links().routes().reaches(address);
    }

    private static boolean canCarry(Peer peer, NetAddress address) {
        return peer.wantsAddrV2 || address.legacyBytes() != null;
    }

    private void push(@Nullable Peer peer, TimedAddress told, @Nullable NetAddress address) {
        if (peer == null
                || address == null
                || peer.knownAddresses.contains(address.key())
                || !canCarry(peer, address)) {
            return;
        }
        if (peer.addressesToSend.size() >= BitcoinLimits.ADDRESSES) {
            peer.addressesToSend.set(random.below(peer.addressesToSend.size()), told);
        } else {
            peer.addressesToSend.add(told);
            peers.wakeAt(peer, peer.nextAddressMillis);
        }
    }

    void getAddr(long now, Peer peer) {
        if (!peer.link.kind().isInbound()) {
            peers.debug("Ignoring \"getaddr\" from outbound-full-relay connection. " + peer);
            return;
        }
        setUp(peer);
        if (peer.getAddrReceived) {
            peers.debug("Ignoring repeated \"getaddr\". " + peer);
            return;
        }
        peer.getAddrReceived = true;
        peer.addressesToSend.clear();
        boolean everything = peers.settings().smallNetwork() || peer.link.has(Permission.ADDR);
        for (TimedAddress told : everything ? sample(now, 0) : cachedSample(now, peer)) {
            push(peer, told, told.address());
        }
        peer.nextAddressMillis = now;
        peers.wakeAt(peer, now);
    }

    private List<TimedAddress> sample(long now, int percent) {
        return book
                .sample(now / 1000, BitcoinLimits.ADDRESSES, percent, known -> !bans.shuns(now / 1000, known.address()))
                .stream()
                .map(known -> new TimedAddress(known.seenSeconds(), known.services(), known.address()))
                .toList();
    }

    /**
     * The same answer to all for about a day, so that asking often does not show the whole book; another one on each
     * address of ours and in each network, so that answers do not show that two addresses are one node. What was answered
     * from a young book is of little use: there is a new answer each time that the book has doubled.
     */
    private List<TimedAddress> cachedSample(long now, Peer peer) {
        NetAddress local = peer.link.local();
        Answer answer = answers.get(new Side(peer.link.remote().network(), local));
        if (answer == null || now >= answer.expiryMillis || book.size() > 2 * answer.bookSize) {
            long lifetime =
                    BitcoinLimits.ADDRESS_ANSWER_MILLIS + random.below(BitcoinLimits.ADDRESS_ANSWER_SPREAD_MILLIS);
            answer = new Answer(sample(now, BitcoinLimits.ADDRESS_PERCENT), now + lifetime, book.size());
            answers.put(new Side(peer.link.remote().network(), local), answer);
            if (answers.size() > BitcoinLimits.ADDRESS_ANSWERS) {
                answers.pollFirstEntry();
            }
        }
        return answer.addresses;
    }

    /** Sends what waits for the peer if its time has come; returns when to look again. */
    long tick(long now, Peer peer) {
        if (!peer.addressRelay) {
            return Long.MAX_VALUE;
        }
        boolean small = peers.settings().smallNetwork();
        boolean tellsOwn = peers.settings().listening() && (small || !chain.isInitialBlockDownload());
        if (tellsOwn && now >= peer.nextLocalAddressMillis) {
            NetAddress local = own.bestFor(now, peer.link.remote(), peer.link.network());
            if (local != null) {
                peers.debug("Advertising address " + local + " to " + peer);
                // Said again each day, though the peer knows it.
                TimedAddress told =
                        new TimedAddress(now / 1000, peers.settings().services(), local);
                if (canCarry(peer, local) && peer.addressesToSend.size() < BitcoinLimits.ADDRESSES) {
                    peer.addressesToSend.add(told);
                }
            }
            peer.nextLocalAddressMillis = now + (long) random.exponential(BitcoinLimits.LOCAL_ADDRESS_INTERVAL_MILLIS);
        }
        if (now >= peer.nextAddressMillis) {
            long interval =
                    small ? BitcoinLimits.ADDRESS_INTERVAL_SMALL_NETWORK_MILLIS : BitcoinLimits.ADDRESS_INTERVAL_MILLIS;
            peer.nextAddressMillis = now + (long) random.exponential((double) interval);
            flush(now, peer);
        }
        long next = tellsOwn ? peer.nextLocalAddressMillis : Long.MAX_VALUE;
        return peer.addressesToSend.isEmpty() ? next : Math.min(next, peer.nextAddressMillis);
    }

    private void flush(long now, Peer peer) {
        if (peer.addressesToSend.isEmpty()) {
            return;
        }
        List<TimedAddress> addresses = List.copyOf(peer.addressesToSend);
        peer.addressesToSend.clear();
        for (TimedAddress told : addresses) {
            if (told.address() != null) {
                peer.knownAddresses.add(told.address().key());
            }
        }
        peers.send(now, peer, peer.wantsAddrV2 ? new AddrV2(addresses) : new Addr(addresses));
    }
}
