package org.starling.node;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bitcoin.BitcoinLimits;
import org.starling.bitcoin.PeerManager;
import org.starling.bitcoin.Services;
import org.starling.bitcoin.message.ShortTypes;
import org.starling.bytes.Bytes;
import org.starling.chain.Acceptance;
import org.starling.chain.Chain;
import org.starling.chain.HeaderTree;
import org.starling.chain.index.ChainIndex;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.engine.AddressBook;
import org.starling.engine.AddressBookFile;
import org.starling.engine.BanFile;
import org.starling.engine.BanList;
import org.starling.engine.ConnectionPolicy;
import org.starling.engine.Door;
import org.starling.engine.LinkTable;
import org.starling.engine.TorControl;
import org.starling.engine.Transports;
import org.starling.engine.UploadBudget;
import org.starling.mempool.Mempool;
import org.starling.mempool.Rebroadcast;
import org.starling.world.Network;
import org.starling.world.NetworkEvent;
import org.starling.world.NetworkException;
import org.starling.world.Randomness;

/**
 * A Bitcoin node: chain, mempool and peers, wired together in a {@link World}. It has no thread of its own; what it does,
 * it does on the world's lanes. The parts are there to be used directly: those of the core lane through {@link #core},
 * those of the validation lane through {@link #validation}, snapshots from anywhere.
 */
public final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final String ADDRESS_FILE = "peers.dat";

    /** Wait until the address book is written: short at first, when each address counts, and doubled each time. */
    private static final long FIRST_SAVE_MILLIS = 1_000;

    private static final long LONGEST_SAVE_MILLIS = 15 * 60 * 1000;

    /** How often chain and coins are made durable. */
    private static final long FLUSH_MILLIS = 10 * 60 * 1000;

    private final NodeConfig config;
    private final World world;
    private final NodeClock clock;
    private final Chain chain;
    private final Mempool mempool;
    private final SyncState sync;
    private final LinkTable links;
    private final AddressBook book;
    private final Connector connector;
    private final PeerManager peers;
    private final Network network;
    private final Miner miner;
    private final MempoolKeeper keeper;
    private final FeeKeeper fees;
    private final Rebroadcast rebroadcast;
    private final Bans bans;
    private final Importer importer;
    private final ValidationDesk desk;
    private final Indexes indexes;
    private final Warnings warnings = new Warnings();
    private final Lookout.Clocks clocks = new Lookout.Clocks(warnings);

    private long nextPolicyMillis;
    private long nextSaveMillis;
    private long saveIntervalMillis = FIRST_SAVE_MILLIS;
    private @Nullable OnionService onion;
    private @Nullable PortMapper mapper;
    private boolean closed;

    /** When the core lane has its next appointment; 0 for none. */
    private long appointedMillis;

    private final Runnable keepAppointment = this::keepAppointment;

    private Node(NodeConfig config, World world, NodeClock clock, Chain chain) {
        this.config = config;
        this.world = world;
        this.clock = clock;
        this.chain = chain;
        Randomness random = world.randomness().child("node");
        mempool = new Mempool(chain.params(), config.mempool(), chain.coins(), chain.tree()::tip, chain.scriptCache());
        sync = new SyncState(chain.tree(), chain.params().minimumChainWork(), config.maxTipAgeSeconds(), clock);
        NodeConfig.Connections connections = config.connections();
        network = world.network().apply(this::handle);
        BanList banned = BanFile.load(world.files(), Bans.FILE, EventLog::write);
        links = new LinkTable(
                network,
                transports(config, random.child("transport")),
                connections::permissionsOf,
                new Door(
                        connections.max() - connections.outboundSlots(),
                        banned,
                        connections.routability(),
                        random.child("door")),
                connections.routes(),
                random.child("proxy"),
                EventLog::write);
        links.upload(new UploadBudget(config.maxUploadBytes(), BitcoinLimits.KEPT_UPLOAD_BYTES));
        book = AddressBookFile.load(
                world.files(),
                ADDRESS_FILE,
                connections.routability(),
                config.defences(),
                random.child("addresses"),
                EventLog::write);
        indexes = new Indexes(config.indexing(), world, chain);
        desk = new ValidationDesk(
                chain,
                mempool,
                clock,
                world.validation(),
                world.disk(),
                new FilterDesk(indexes.filters()),
                this::withPeers);
        peers = new PeerManager(
                config.peers(),
                new PeerManager.Parts(
                        links,
                        book,
                        banned,
                        connections.localAddresses(),
                        sync,
                        new MempoolSnapshot(mempool, clock),
                        desk,
                        random.child("peers"),
                        EventLog::write));
        connector =
                new Connector(config, world, new Connector.Parts(links, book, banned, peers, EventLog::write), random);
        mempool.addListener(desk);
        chain.addListener(mempool.chainListener(clock));
        chain.addListener(desk);
        chain.addListener(new Lookout(chain.params(), chain.tree(), sync, warnings));
        peers.addListener(clocks);
        miner = new Miner(this, config.mining());
        rebroadcast = new Rebroadcast(mempool, random.child("broadcasts"), clock.millis());
        keeper = new MempoolKeeper(mempool, world, clock);
        fees = new FeeKeeper(sync, world, clock);
        if (!config.peers().blocksOnly()) {
            mempool.addListener(fees);
            chain.addListener(fees);
        }
        bans = new Bans(this, banned, world);
        importer = new Importer(chain, world, clock, this::imported);
    }

    /**
     * Opens the chain, begins to listen and to connect, and sets out for the best block that is stored. If files are to be
     * imported, or the index is built anew, that goes on beside everything else, but networking begins after it.
     *
     * @param imports files to take blocks from ({@code -loadblock})
     * @param prepare is given the chain before it changes, to check it or to add listeners
     * @throws NetworkException if an address to listen at cannot be used
     * @throws ChainIndex.PrunedException if an index needs blocks that are not stored any more
     * @throws org.starling.world.StorageException if the stored data is damaged or the disk fails
     */
    public static Node start(NodeConfig config, World world, List<ImportFile> imports, Consumer<Chain> prepare)
            throws NetworkException {
        NodeClock clock = new NodeClock(world.clock());
        Chain chain = Chain.open(
                config.chain(),
                world.store(),
                world.blocks(),
                world.workers(),
                world.scripts(),
                world.randomness().child("chain"),
                clock.seconds());
        prepare.accept(chain);
        Node node = new Node(config, world, clock, chain);
        try {
            node.open(imports);
        } catch (NetworkException | ChainIndex.PrunedException e) {
            node.close();
            throw e;
        }
        return node;
    }

    /** As {@link #start(NodeConfig, World, List, Consumer)} with nothing to import or prepare. */
    public static Node start(NodeConfig config, World world) throws NetworkException {
        return start(config, world, List.of(), chain -> {});
    }

    private void open(List<ImportFile> imports) throws NetworkException {
        indexes.start(chain.isReindexing());
        NodeConfig.Listening listening = config.connections().listening();
        Entrances.open(config.connections(), network, peers.ownAddresses());
        if (listening.mapPort()) {
            world.core()
                    .execute(() -> mapper = new PortMapper(
                            world,
                            peers,
                            listening.interfaces(),
                            world.randomness().child("port mapping")));
        }
        config.connections()
                .added()
                .forEach(address ->
                        connector.policy().add(address, links.routes().text(address), true));
        boolean importing = chain.isReindexing() || !imports.isEmpty();
        links.setActive(clock.millis(), config.connections().active() && !importing);
        nextSaveMillis = world.clock().millis() + saveIntervalMillis;
        world.core().execute(bans::save);
        world.core().execute(keepAppointment);
        if (importing) {
            keeper.hold();
            importer.start(imports);
        } else {
            world.validation().execute(desk::activate);
        }
        scheduleFlush();
    }

    private static Transports transports(NodeConfig config, Randomness random) {
        Bytes magic = config.chain().params().magic();
        return (config.peers().services() & Services.P2P_V2) == 0
                ? Transports.plain(magic)
                : Transports.encrypted(magic, ShortTypes.BIP324, random);
    }

    // The core lane

    private void handle(NetworkEvent event) {
        world.core().execute(() -> {
            links.handle(clock.millis(), event);
            tend();
        });
    }

    private void withPeers(Consumer<PeerManager> task) {
        world.core().execute(() -> {
            task.accept(peers);
            tend();
        });
    }

    /** Does what is due, and makes an appointment for what will be. */
    private void tend() {
        if (closed) {
            return;
        }
        long now = clock.millis();
        if (now >= peers.nextMillis()) {
            peers.tick(now);
        }
        rebroadcast.due(now).forEach(transaction -> peers.relay(now, transaction));
        fees.tick(now);
        // Connections go on while an operator has stopped the clock.
        long worldNow = world.clock().millis();
        if (worldNow >= nextPolicyMillis || connector.hasChanged()) {
            nextPolicyMillis = worldNow + Math.max(1, connector.tick(now) - now);
        }
        if (worldNow >= nextSaveMillis) {
            saveIntervalMillis = Math.min(2 * saveIntervalMillis, LONGEST_SAVE_MILLIS);
            nextSaveMillis = worldNow + saveIntervalMillis;
            saveAddresses();
        }
        long next = Math.min(
                clock.worldMillis(Math.min(peers.nextMillis(), Math.min(rebroadcast.nextMillis(), fees.nextMillis()))),
                Math.min(nextPolicyMillis, nextSaveMillis));
        next = Math.min(next, peers.refill(now, worldNow));
        if (onion != null) {
            next = Math.min(next, onion.tick(worldNow));
        }
        if (mapper != null) {
            next = Math.min(next, mapper.tick(worldNow));
        }
        if (next != appointedMillis) {
            appointedMillis = next;
            world.core().appoint(next, keepAppointment);
        }
    }

    private void keepAppointment() {
        appointedMillis = 0;
        tend();
    }

    /** Does what would be due by then, as tests want it done. */
    public void lookAhead(long thenMillis) {
        core(() -> {
            rebroadcast.due(thenMillis).forEach(transaction -> peers.relay(clock.millis(), transaction));
            fees.tick(thenMillis);
            peers.tick(thenMillis);
            peers.reviewOutbound(thenMillis, connector.policy());
            return true;
        });
        drain();
    }

    private void saveAddresses() {
        byte[] content = AddressBookFile.encode(book).toArray();
        world.disk().execute(() -> world.files().replace(ADDRESS_FILE, content));
    }

    private void scheduleFlush() {
        world.validation().appoint(world.clock().millis() + FLUSH_MILLIS, () -> {
            chain.flush();
            scheduleFlush();
        });
    }

    /** All files are taken in: now the mempool's, and networking begins. */
    private void imported() {
        keeper.release();
        world.core().execute(() -> {
            if (!closed) {
                links.setActive(clock.millis(), config.connections().active());
                nextPolicyMillis = 0;
                tend();
            }
        });
    }

    // What an embedding program uses

    public NodeConfig config() {
        return config;
    }

    public ChainParams params() {
        return chain.params();
    }

    public NodeClock clock() {
        return clock;
    }

    /** Headers and tip: a snapshot, readable from any thread. */
    public HeaderTree headers() {
        return chain.tree();
    }

    /** Whether the node is still catching up with the network. Once false it stays false. */
    public boolean isInitialBlockDownload() {
        return sync.isInitialBlockDownload();
    }

    /** Whether blocks are being taken from files: those given at the start, or our own to build the index anew. */
    public boolean isImporting() {
        return importer.isRunning();
    }

    /** To change: on the validation lane only. Blocks and undo data are read from any thread. */
    public Chain chain() {
        return chain;
    }

    /** What follows the chain. Safe to use from any thread. */
    public Indexes indexes() {
        return indexes;
    }

    /** To change: on the validation lane only. Reads are safe from any thread. */
    public Mempool mempool() {
        return mempool;
    }

    /** What keeps the mempool over a restart. Safe to use from any thread. */
    public MempoolKeeper mempoolKeeper() {
        return keeper;
    }

    /** What tells feerates, and keeps over a restart what it knows. Safe to use from any thread. */
    public FeeKeeper fees() {
        return fees;
    }

    /** On the core lane only. */
    public PeerManager peers() {
        return peers;
    }

    /** On the core lane only. */
    public LinkTable links() {
        return links;
    }

    /** On the core lane only. */
    public AddressBook addressBook() {
        return book;
    }

    /** On the core lane only. */
    public ConnectionPolicy connections() {
        return connector.policy();
    }

    /** What the operator must know. Safe to use from any thread. */
    public Warnings warnings() {
        return warnings;
    }

    /** How far the clocks of peers are ahead of ours, in seconds. On the core lane only. */
    public long clockOffsetSeconds() {
        return clocks.medianSeconds();
    }

    public Bans bans() {
        return bans;
    }

    public Miner miner() {
        return miner;
    }

    /**
     * Has an onion service that leads to this node for as long as a Tor is there.
     *
     * @param cookies reads a file by its path, null if it cannot be read
     */
    public void publishOnion(TorControl.Settings settings, Function<String, byte @Nullable []> cookies) {
        Network toTor = world.network()
                .apply(event -> world.core().execute(() -> {
                    if (onion != null) {
                        onion.handle(world.clock().millis(), event);
                        tend();
                    }
                }));
        OnionService service = new OnionService(
                settings,
                new OnionService.Parts(
                        toTor,
                        network,
                        links,
                        peers,
                        world.files(),
                        world.disk(),
                        world.randomness().child("tor"),
                        cookies,
                        Entrances.covers(config.connections().listen(), settings.entrance())));
        core(() -> {
            onion = service;
            return true;
        });
    }

    private void closeBeside() {
        if (onion != null) {
            onion.close();
        }
        if (mapper != null) {
            mapper.close();
        }
    }

    /** Runs the task on the core lane and waits for its outcome. */
    public <T> T core(Callable<T> task) {
        return await(world.core().call(() -> {
            T result = task.call();
            tend();
            return result;
        }));
    }

    /** Runs the task on the validation lane and waits for its outcome. */
    public <T> T validation(Callable<T> task) {
        return await(world.validation().call(task));
    }

    /**
     * Changes what the best chain is, on the validation lane, and waits until the node has gone to it. Other tasks come in
     * between if the way is long.
     */
    public <T> T change(Callable<T> task) {
        AtomicBoolean more = new AtomicBoolean();
        T result = validation(() -> {
            T outcome = task.call();
            more.set(chain.activateSome());
            return outcome;
        });
        while (more.get()) {
            more.set(validation(chain::activateSome));
        }
        return result;
    }

    /** Hands a block to the chain as if a peer that was asked had sent it, and waits for the verdict. */
    public Acceptance submit(Block block) {
        Acceptance accepted = change(() -> chain.acceptBlock(block, true, clock.seconds(), true));
        return validation(() -> chain.verdict(accepted));
    }

    /**
     * Waits until all that was asked of validation and said to the peers' code so far is done
     * ({@code syncwithvalidationinterfacequeue}).
     */
    public void drain() {
        validation(() -> true);
        core(() -> true);
    }

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the node", e);
        }
    }

    /** Turns networking off (all links close, none opens) or on again. */
    public void setNetworkActive(boolean active) {
        LOG.info("SetNetworkActive: {}", active);
        core(() -> {
            links.setActive(clock.millis(), active);
            nextPolicyMillis = 0;
            return true;
        });
    }

    /** Stops the clock at that time, in seconds since 1970, as tests do; 0 lets it run again. */
    public void mockTime(long seconds) {
        clock.mock(seconds);
        lookAgain();
    }

    /** Moves a stopped clock forward, and with it all that waits for a time. */
    public void advanceTime(long seconds) {
        clock.advance(seconds);
        lookAgain();
    }

    private void lookAgain() {
        core(() -> {
            nextPolicyMillis = 0;
            return true;
        });
    }

    /** Closes all links and leaves everything else as a sudden death would: nothing is made durable. */
    public void abandon() {
        core(() -> {
            closed = true;
            network.close();
            closeBeside();
            return true;
        });
    }

    /**
     * Closes all links and makes chain and address book durable. What can no longer be done, because a failure ended a
     * lane, is left as it is. The world stays open.
     */
    @Override
    public void close() {
        awaitUnlessEnded(world.core().call(() -> {
            if (!closed) {
                closed = true;
                connector.saveAnchors(EventLog::write);
                network.close();
                closeBeside();
                saveAddresses();
            }
            return true;
        }));
        indexes.close();
        awaitUnlessEnded(world.validation().call(() -> {
            if (keeper.isKeeping()) {
                boolean _ = keeper.write();
            }
            fees.close();
            chain.close();
            return true;
        }));
        awaitUnlessEnded(world.disk().call(() -> true));
    }

    private static void awaitUnlessEnded(CompletableFuture<Boolean> task) {
        try {
            await(task);
        } catch (CancellationException e) {
            LOG.debug("Not closed in order: the lane has ended");
        }
    }
}
