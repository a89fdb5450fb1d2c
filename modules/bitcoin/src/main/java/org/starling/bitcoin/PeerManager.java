package org.starling.bitcoin;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.Addr;
import org.starling.bitcoin.message.AddrV2;
import org.starling.bitcoin.message.BlockMessage;
import org.starling.bitcoin.message.BlockTransactions;
import org.starling.bitcoin.message.BloomMessage;
import org.starling.bitcoin.message.CompactBlock;
import org.starling.bitcoin.message.FeeFilter;
import org.starling.bitcoin.message.FilterMessage;
import org.starling.bitcoin.message.GetAddr;
import org.starling.bitcoin.message.GetBlockTransactions;
import org.starling.bitcoin.message.GetBlocks;
import org.starling.bitcoin.message.GetData;
import org.starling.bitcoin.message.GetHeaders;
import org.starling.bitcoin.message.Headers;
import org.starling.bitcoin.message.Inv;
import org.starling.bitcoin.message.Mempool;
import org.starling.bitcoin.message.Message;
import org.starling.bitcoin.message.NotFound;
import org.starling.bitcoin.message.Ping;
import org.starling.bitcoin.message.Pong;
import org.starling.bitcoin.message.SendAddrV2;
import org.starling.bitcoin.message.SendCompact;
import org.starling.bitcoin.message.SendHeaders;
import org.starling.bitcoin.message.TxMessage;
import org.starling.bitcoin.message.Unknown;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.bitcoin.message.WtxidRelay;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockEntry;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;
import org.starling.engine.AddressBook;
import org.starling.engine.BanList;
import org.starling.engine.ConnectionPolicy;
import org.starling.engine.Link;
import org.starling.engine.LinkHandler;
import org.starling.engine.LinkKind;
import org.starling.engine.LinkTable;
import org.starling.engine.LocalAddresses;
import org.starling.engine.LogEvent;
import org.starling.engine.Merits;
import org.starling.engine.NetAddress;
import org.starling.engine.Transport;
import org.starling.world.Randomness;

/**
 * All that concerns Bitcoin peers: takes their messages from the {@link LinkTable}, asks {@link Validation} to judge what
 * they send, and tells the others. Of the core thread alone. After a batch of inputs call {@link #tick} if
 * {@link #nextMillis} has come.
 *
 * <p>A peer's messages are handled in order: while validation judges its headers, blocks or transactions, what follows
 * waits (a few more of the same kind do not), and its socket is not read. So each peer holds a bounded part of our
 * memory, and what it hears from us, a pong too, comes after the effect of what it said.
 */
public final class PeerManager implements LinkHandler {
    private final Peers peers;
    private final Randomness random;
    private final Handshake handshake;
    private final Liveness liveness;
    private final AddressRelay addresses;
    private final BlockDownload downloads;
    private final HeaderSync headers;
    private final BlockServer server;
    private final FilterServer filters;
    private final BloomServer blooms;
    private final Requests requests;
    private final TransactionRelay relay;
    private final TransactionDownload transactions;
    private final CompactBlocks compactBlocks;
    private final ChainView chain;
    private final OutboundReview outbound;
    private final LocalAddresses own;
    private final WorkMeter work;
    private final Inventory inventory;

    /** What the manager works with, all of it of the same node. */
    public record Parts(
            LinkTable links,
            AddressBook book,
            BanList bans,
            LocalAddresses own,
            ChainView chain,
            MempoolView mempool,
            Validation validation,
            Randomness random,
            Consumer<LogEvent> log) {}

    public PeerManager(PeerSettings settings, Parts parts) {
        random = parts.random();
        chain = parts.chain();
        own = parts.own();
        peers = new Peers(parts.links(), parts.bans(), settings, parts.log());
        handshake = new Handshake(peers, chain);
        work = new WorkMeter(peers);
        liveness = new Liveness(peers, random.child("ping"));
        addresses = new AddressRelay(peers, chain, parts.book(), parts.bans(), parts.own(), random.child("addresses"));
        Surprises surprises = new Surprises(parts.mempool());
        downloads = new BlockDownload(peers, chain, parts.validation(), surprises);
        outbound = new OutboundReview(peers, downloads);
        headers = new HeaderSync(peers, chain, parts.validation(), downloads, random.child("headers"));
        blooms = new BloomServer(peers);
        server = new BlockServer(peers, chain, parts.validation(), blooms, surprises, random.child("compact blocks"));
        filters = new FilterServer(peers, chain, parts.validation(), server::mayServe);
        relay = new TransactionRelay(peers, chain, parts.mempool(), random.child("relay"));
        requests = new Requests(peers, server, relay, work);
        ExtraTransactions extra = new ExtraTransactions();
        transactions = new TransactionDownload(
                peers, chain, parts.mempool(), parts.validation(), relay, extra, random.child("transactions"));
        inventory = new Inventory(peers, chain, headers, downloads, transactions);
        compactBlocks = new CompactBlocks(peers, chain, parts.mempool(), parts.validation(), downloads, headers, extra);
        parts.links().attach(this);
    }

    // ---- links

    @Override
    public @Nullable String known(String type) {
        return Message.ownCopy(type);
    }

    @Override
    public void opened(long now, Link link) {
        Peer peer = new Peer(link, random.nextLong(), relay.nextNews(), random.child("peer " + link.id()));
        peers.add(peer);
        peers.debug("Added connection " + peer + " (" + link.kind().label() + ") " + link.remote());
        if (!link.kind().isInbound()) {
            handshake.sendVersion(now, peer);
        }
        peers.wakeAt(peer, now);
    }

    @Override
    public void closed(long now, Link link, String reason) {
        Peer peer = Peers.of(link);
        if (peer != null) {
            peers.remove(peer);
            work.disconnected(peer);
            headers.disconnected(peer);
            compactBlocks.disconnected(peer);
            downloads.disconnected(peer);
            transactions.disconnected(peer);
            addresses.disconnected(now, peer);
            peers.wakeAllAt(now);
        }
    }

    @Override
    public void unreachable(long now, NetAddress address, LinkKind kind, String reason) {
        peers.debug("connection to " + address + " failed: " + reason);
    }

    @Override
    public boolean busy(Link link) {
        Peer peer = Peers.of(link);
        return peer == null
                || link.congested()
                || peer.held != null
                || peer.overworked
                || !peer.requests.isEmpty()
                || peer.reading != null
                || peer.filterQuery != null
                || peer.headersInValidation > 0
                || peer.blocksInValidation >= BitcoinLimits.BLOCKS_IN_VALIDATION
                || peer.transactionsInValidation >= BitcoinLimits.TRANSACTIONS_IN_VALIDATION;
    }

    @Override
    public Merits merits(Link link) {
        Peer peer = Peers.of(link);
        if (peer == null) {
            return new Merits(Long.MAX_VALUE, 0, 0, true, false);
        }
        return new Merits(
                peer.minPingMillis < 0 ? Long.MAX_VALUE : peer.minPingMillis,
                peer.lastTransactionMillis,
                peer.lastBlockMillis,
                peer.wantsTransactions,
                Services.servesBlocks(peer.services()) && peer.servesWitnesses());
    }

    @Override
    public void drained(long now, Link link) {
        Peer peer = Peers.of(link);
        if (peer != null) {
            requests.serve(now, peer);
            filters.serve(peer);
        }
    }

    @Override
    public @Nullable String message(long now, Link link, Transport.Message raw) {
        Peer peer = Peers.of(link);
        if (peer == null) {
            return null;
        }
        if (peers.settings().traceMessages()) {
            peers.debug("received: " + raw.type() + " (" + raw.payload().length() + " bytes) " + peer);
        }
        try {
            Message message = Message.read(raw.type(), raw.payload());
            if (mustWait(peer, message)) {
                peer.held = message;
            } else {
                handle(now, peer, message);
            }
            return null;
        } catch (MalformedException e) {
            return "ProcessMessages(" + raw.type() + ", " + raw.payload().length() + " bytes): Exception '"
                    + e.getMessage() + "'";
        }
    }

    private static boolean mustWait(Peer peer, Message message) {
        return switch (message) {
            case BlockMessage block -> peer.headersInValidation + peer.transactionsInValidation > 0;
            case TxMessage transaction -> peer.headersInValidation + peer.blocksInValidation > 0;
            default -> peer.isWaitingForValidation();
        };
    }

    // ---- messages

    private void handle(long now, Peer peer, Message message) throws MalformedException {
        if (message instanceof Version version) {
            if (handshake.version(now, peer, version)) {
                peer.preferredDownload = BlockDownload.isPreferred(peer);
                addresses.versionReceived(now, peer);
                if (peer.link.kind() == LinkKind.FEELER) {
                    peers.drop(now, peer, "feeler connection completed");
                }
            }
        } else if (peer.version == null) {
            peers.debug(
                    "non-version message before version handshake. Message \"" + message.type() + "\" from " + peer);
        } else if (message instanceof Verack) {
            if (handshake.verack(peer)) {
                peers.greeted(peer);
                compactBlocks.ready(now, peer);
                peers.wakeAt(peer, now);
            }
        } else if (message instanceof WtxidRelay) {
            handshake.wtxidRelay(now, peer);
        } else if (message instanceof SendAddrV2) {
            handshake.sendAddrV2(now, peer);
        } else if (!peer.verackReceived) {
            peers.debug("Unsupported message \"" + message.type() + "\" prior to verack from " + peer);
        } else {
            work.spend(peer, message);
            handleReady(now, peer, message);
        }
    }

    private void handleReady(long now, Peer peer, Message message) throws MalformedException {
        switch (message) {
            case Ping ping -> liveness.ping(now, peer, ping);
            case Pong pong -> liveness.pong(now, peer, pong);
            case Addr addr -> addresses.received(now, peer, "addr", addr.addresses());
            case AddrV2 addr -> addresses.received(now, peer, "addrv2", addr.addresses());
            case GetAddr getAddr -> addresses.getAddr(now, peer);
            case SendHeaders sendHeaders -> peer.prefersHeaders = true;
            case Inv inv -> inventory.announced(now, peer, inv.items());
            case GetData getData -> requests.getData(now, peer, getData.items());
            case NotFound notFound -> inventory.notFound(now, peer, notFound.items());
            case GetHeaders getHeaders -> server.getHeaders(now, peer, getHeaders);
            case GetBlocks getBlocks -> server.getBlocks(now, peer, getBlocks);
            case Headers received ->
                peer.headersInValidation += headers.received(now, peer, received.headers()) ? 1 : 0;
            case SendCompact compact -> compactBlocks.sendCompact(peer, compact);
            case CompactBlock block -> peer.headersInValidation += compactBlocks.received(now, peer, block) ? 1 : 0;
            case GetBlockTransactions request -> {
                server.getTransactions(now, peer, request);
                requests.serve(now, peer);
            }
            case BlockTransactions received -> compactBlocks.transactions(now, peer, received);
            case BlockMessage block -> downloads.received(now, peer, block.block());
            case TxMessage tx -> transaction(now, peer, tx.transaction());
            case Mempool mempool -> relay.mempool(now, peer);
            case FeeFilter filter -> relay.feeFilter(peer, filter);
            case FilterMessage filter -> filters.received(now, peer, filter);
            case BloomMessage bloom -> blooms.received(now, peer, bloom);
            case Unknown unknown -> peers.debug("Unknown message type \"" + clean(unknown.type()) + "\" from " + peer);
            case Version version -> throw new AssertionError("handled before");
            case Verack verack -> throw new AssertionError("handled before");
            case WtxidRelay wtxidRelay -> throw new AssertionError("handled before");
            case SendAddrV2 sendAddrV2 -> throw new AssertionError("handled before");
        }
    }

    private static String clean(String type) {
        return type.replaceAll("[^A-Za-z0-9_]", "?");
    }

    private void transaction(long now, Peer peer, Transaction transaction) {
        if (transactions.isUnwantedFrom(peer)) {
            peers.drop(now, peer, "transaction sent in violation of protocol");
        } else {
            transactions.received(now, peer, transaction);
        }
    }

    // ---- answers of validation, in the order of the questions

    /**
     * Answers {@link Validation#headers}.
     *
     * @param last the entry of the last header that was accepted; null if none was
     * @param fault what is wrong with the one after it; null if all were accepted
     */
    public void headersJudged(
            long now, long peerId, List<BlockHeader> judged, @Nullable BlockEntry last, @Nullable Rejection fault) {
        downloads.headersJudged(judged);
        Peer peer = peers.find(peerId);
        if (peer != null) {
            peer.headersInValidation--;
            if (peer.compactInValidation == null) {
                headers.judged(now, peer, judged, last, fault);
            } else {
                compactBlocks.headerJudged(now, peer, last, fault);
            }
            goOn(now, peer);
        }
    }

    /**
     * Answers {@link Validation#block}.
     *
     * @param fresh whether it was accepted and not known before
     */
    public void blockJudged(long now, long peerId, Hash256 hash, boolean fresh, @Nullable Rejection fault) {
        downloads.judged(now, hash);
        Peer peer = peers.find(peerId);
        BlockDownload.Source source = fault == null ? null : downloads.takeSource(hash);
        if (peer != null) {
            peer.blocksInValidation--;
            peer.lastBlockMillis = fresh ? now : peer.lastBlockMillis;
            if (fault != null) {
                boolean inCompactForm = source != null && source.inCompactForm();
                blame(now, new BlockDownload.Source(peer, inCompactForm), fault);
            }
            headers.available(peer, hash);
            goOn(now, peer);
        }
    }

    /** Answers {@link Validation#transaction}; if it was accepted, {@link #transactionAdded} need not be called. */
    public void transactionJudged(long now, long peerId, Transaction transaction, @Nullable Rejection fault) {
        Peer peer = peers.find(peerId);
        if (peer != null) {
            peer.transactionsInValidation--;
            if (fault != null) {
                work.refused(peer, transaction);
            }
        }
        transactions.judged(now, peer, peerId, transaction, fault);
        if (peer != null) {
            goOn(now, peer);
        }
    }

    /** Answers {@link Validation#packageOf}; of what was accepted {@link #transactionAdded} need not be called. */
    public void packageJudged(long now, long peerId, Transaction parent, Transaction child, PackageVerdict verdict) {
        Peer peer = peers.find(peerId);
        if (peer != null) {
            peer.transactionsInValidation--;
        }
        transactions.judged(now, peer, peerId, parent, child, verdict);
        if (peer != null) {
            goOn(now, peer);
        }
    }

    /** Answers {@link Validation#readBlock}; null if it could not be read. */
    public void blockRead(long now, long peerId, Hash256 hash, @Nullable Bytes block) {
        Peer peer = peers.find(peerId);
        if (peer != null) {
            work.read(peer, block);
            server.blockRead(now, peer, hash, block);
            requests.serve(now, peer);
            goOn(now, peer);
        }
    }

    /** Answers {@link Validation#readFilters}; empty if the index does not have all of it. */
    public void filtersRead(long now, long peerId, List<FilterMessage> answers) {
        Peer peer = peers.find(peerId);
        if (peer != null) {
            filters.read(now, peer, answers);
            goOn(now, peer);
        }
    }

    private void goOn(long now, Peer peer) {
        Message held = peer.held;
        if (held != null && !mustWait(peer, held) && !peer.link.isClosed()) {
            peer.held = null;
            try {
                handle(now, peer, held);
            } catch (MalformedException e) {
                peers.drop(now, peer, held.type() + ": " + e.getMessage());
            }
        }
        peers.links().pump(now, peer.link);
    }

    // ---- events of chain and mempool

    /** A block became part of the active chain. */
    public void blockConnected(long now, Block block) {
        Peer source = downloads.connected(now, block.hash());
        if (source != null && !chain.isInitialBlockDownload()) {
            compactBlocks.deliveredGoodBlock(now, source);
        }
        server.connected(block);
        relay.connected(block);
        transactions.connected(block);
    }

    /**
     * A block on top of the tip has passed all checks that need no coins: to peers that want that it goes on already,
     * which BIP-0152 allows.
     */
    public void blockPlausible(long now, BlockEntry entry, Block block) {
        if (!chain.isInitialBlockDownload()) {
            server.announceAhead(now, entry, block);
        }
    }

    /** A transaction in the mempool gave way to another. */
    public void transactionReplaced(Transaction transaction) {
        transactions.replaced(transaction);
    }

    /** A block is no longer part of the active chain. */
    public void blockDisconnected() {
        transactions.disconnectedBlock();
    }

    /** The active chain ends at {@code tip} now; {@code fork} is the last block that it shares with what it was. */
    public void chainChanged(long now, BlockEntry tip, BlockEntry fork) {
        transactions.tipChanged();
        outbound.tipChanged(now);
        if (!chain.isInitialBlockDownload()) {
            server.announce(now, tip, fork);
        }
        peers.wakeAllAt(now);
    }

    /** A block that had been accepted turned out to be invalid. */
    public void blockRejected(long now, Hash256 hash, Rejection fault) {
        blame(now, downloads.takeSource(hash), fault);
    }

    private void blame(long now, BlockDownload.@Nullable Source source, Rejection fault) {
        boolean ofBody = fault.kind() == Rejection.Kind.CONSENSUS
                || fault.kind() == Rejection.Kind.MUTATED
                || fault.kind() == Rejection.Kind.CACHED_INVALID;
        if (source != null && !(source.inCompactForm() && ofBody)) {
            headers.punish(now, source.peer(), fault, "");
        }
    }

    /** A transaction came into the mempool from here: by RPC, a wallet, or a block that was disconnected. */
    public void transactionAdded(long now, Transaction transaction) {
        transactions.added(now, transaction);
    }

    /** Tells peers again of a transaction in the mempool, the sender being here. */
    public void relay(long now, Transaction transaction) {
        relay.announce(now, transaction);
    }

    // ---- time

    /** When {@link #tick} has something to do, in milliseconds. */
    public long nextMillis() {
        return peers.nextMillis();
    }

    /** Does what is due. */
    public void tick(long now) {
        for (Peer peer : peers.ticks().take(now)) {
            long next = liveness.tick(now, peer);
            peers.wakeAt(peer, peer.isReady() ? Math.min(next, tickReady(now, peer)) : next);
        }
        for (Peer peer : peers.requests().take(now)) {
            peers.requests().at(peer, transactions.tick(now, peer));
        }
        peers.requests().allAt(transactions.nextExpiryMillis());
        for (Peer peer : peers.trickles().take(now)) {
            peers.trickles().at(peer, relay.tick(now, peer));
        }
    }

    /**
     * Gives peers time to have us do more; those whose budget was spent go on. Call it whenever something has happened, and at
     * the time that it returns.
     *
     * @param worldNow the world's time, which nobody stops; what is returned is by it too
     */
    public long refill(long now, long worldNow) {
        return work.refill(worldNow, peer -> {
            requests.serve(now, peer);
            goOn(now, peer);
        });
    }

    /** Looks over the links that we chose, if that is due; returns when it will be. */
    public long reviewOutbound(long now, ConnectionPolicy policy) {
        return outbound.tick(now, policy);
    }

    private long tickReady(long now, Peer peer) {
        long next = addresses.tick(now, peer);
        next = Math.min(next, headers.tick(now, peer));
        server.tick(now, peer);
        next = Math.min(next, relay.tickFeeFilter(now, peer));
        if (!peer.link.isClosed()) {
            headers.refresh(peer);
            next = Math.min(next, downloads.tick(now, peer));
        }
        return next;
    }

    // ---- questions and commands of the operator

    /** Names an address at which others reach us. */
    public void addOwnAddress(NetAddress address, LocalAddresses.Origin origin) {
        if (own.add(address, origin)) {
            addresses.announceOwn();
        }
    }

    /** Takes back what {@link #addOwnAddress} named. */
    public void removeOwnAddress(NetAddress address) {
        own.remove(address);
    }

    /** Where others reach us. */
    public LocalAddresses ownAddresses() {
        return own;
    }

    /** Pings everybody. */
    public void pingAll() {
        liveness.pingAll();
    }

    /** Asks that peer for a block whose header is known. Returns what stands against it, or null. */
    public @Nullable String fetchBlock(long now, long peerId, BlockEntry entry) {
        Peer peer = peers.find(peerId);
        return peer == null ? "Peer does not exist" : downloads.fetch(now, peer, entry);
    }

    /** Blocks asked for and not yet there. */
    public int blocksInFlight() {
        return downloads.inFlight();
    }

    public int orphans() {
        return transactions.orphans().size();
    }

    /** Transactions whose parents are not known, the oldest first. */
    public List<OrphanInfo> orphanTransactions() {
        return transactions.orphans().stream()
                .map(orphan -> new OrphanInfo(
                        orphan.transaction(), orphan.peers(), orphan.entryMillis(), orphan.expiryMillis()))
                .toList();
    }

    /** Announcements of transactions that are remembered. */
    public int trackedAnnouncements() {
        return transactions.tracked();
    }

    public void addListener(PeerListener listener) {
        peers.addListener(listener);
    }

    /** All peers in the order in which they connected. */
    public List<PeerInfo> peers(long now) {
        return peers.all().stream().map(peer -> PeerFacts.of(peer, now)).toList();
    }
}
