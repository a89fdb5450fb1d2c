package org.starling.embed;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.PeerInfo;
import org.starling.bitcoin.Services;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.Acceptance;
import org.starling.chain.BlockEntry;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;
import org.starling.engine.Bootstrap;
import org.starling.engine.Limits;
import org.starling.engine.NetAddress;
import org.starling.engine.Routability;
import org.starling.engine.Routes;
import org.starling.mempool.AcceptResult;
import org.starling.mempool.Feerate;
import org.starling.node.NodeConfig;
import org.starling.node.wallet.Wallets;
import org.starling.platform.WalletShelf;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletFlag;
import org.starling.wallet.book.WalletOptions;
import org.starling.wallet.seed.Mnemonic;
import org.starling.world.Endpoint;
import org.starling.world.NetworkException;
import org.starling.world.StoreShelf;

/**
 * A Bitcoin full node within this program, with threads, sockets and storage of its own. A program may have several.
 *
 * <pre>{@code
 * try (var node = Node.start(Node.Config.regtest())) {
 *     node.generate(101, scriptPubKey);
 *     node.awaitHeight(101, Duration.ofSeconds(10));
 * }
 * }</pre>
 *
 * <p>All methods are safe for any thread. Those that wait do so in the calling thread; a {@link NodeListener} is told
 * instead.
 * When one returns, all is done that follows from what was waited for: a block's transactions have left the mempool.
 */
public final class Node implements AutoCloseable {
    private static final Bytes LOOPBACK = Bytes.fromHex("7f000001");

    /** Of 12 seed words. */
    private static final int ENTROPY_BYTES = 16;

    private static final String AGENT = "/Starling:0.1.0/";

    /** Numbers the nodes of this program in the names of their threads only. */
    private static final AtomicLong STARTED = new AtomicLong();

    private final MachineWorld world;
    private final org.starling.node.Node node;
    private final Wallets wallets;
    private final Events events;
    private final Failure failure;

    private static final class Failure {
        volatile @Nullable Throwable cause;
    }

    /**
     * How to start a node.
     *
     * @param settings what it does
     * @param storage where it keeps its data
     * @param wallets how its wallets behave
     */
    public record Config(NodeConfig settings, Storage storage, WalletOptions wallets) {
        private static final int REGTEST_GAP = 20;
        private static final Feerate REGTEST_FEERATE = new Feerate(2_000);

        /** A regtest node with its data in memory, which listens on a free port of 127.0.0.1 and seeks nobody. */
        public static Config regtest() {
            return regtest(new InMemory(new MemoryStorage()));
        }

        /** A regtest node that listens on a free port of 127.0.0.1 and seeks nobody. */
        public static Config regtest(Storage storage) {
            NodeConfig settings = NodeConfig.of(ChainParams.regtest(), AGENT);
            NodeConfig.Connections connections = new NodeConfig.Connections(
                    List.of(new Endpoint(LOOPBACK, 0)),
                    List.of(),
                    List.of(),
                    false,
                    List.of(),
                    Limits.CONNECTIONS,
                    Limits.OUTBOUND_FULL_RELAY,
                    Limits.OUTBOUND_BLOCK_RELAY,
                    true,
                    new Routability(true),
                    List.of(),
                    Routes.DIRECT);
            return new Config(
                    settings.withConnections(connections)
                            .withPeers(settings.peers().inSmallNetwork()),
                    storage,
                    WalletOptions.DEFAULT.withGap(REGTEST_GAP).withFallbackFee(REGTEST_FEERATE));
        }

        /** A node of that chain that finds its peers by the chain's DNS seeds, and listens nowhere. */
        public static Config of(ChainParams chain, Path directory) {
            NodeConfig none = NodeConfig.of(chain, AGENT);
            Bootstrap.Settings seeds = new Bootstrap.Settings(
                    List.of(),
                    chain.dnsSeeds(),
                    false,
                    false,
                    List.of(),
                    chain.p2pPort(),
                    Services.NETWORK | Services.WITNESS,
                    false);
            return new Config(none.withBootstrap(seeds), new OnDisk(directory), WalletOptions.DEFAULT);
        }

        /** The same with other settings. */
        public Config withSettings(NodeConfig changed) {
            return new Config(changed, storage, wallets);
        }

        /** The same with wallets that behave so. */
        public Config withWallets(WalletOptions changed) {
            return new Config(settings, storage, changed);
        }
    }

    /** Where a node keeps its data. */
    public sealed interface Storage {}

    /** In memory: gone with the program, or when nothing refers to it any more. */
    public record InMemory(MemoryStorage disk) implements Storage {}

    /** In a directory, made if it is not there and locked while the node runs; files and formats are those of the program. */
    public record OnDisk(Path directory) implements Storage {}

    private Node(MachineWorld world, org.starling.node.Node node, Wallets wallets, Events events, Failure failure) {
        this.world = world;
        this.node = node;
        this.wallets = wallets;
        this.events = events;
        this.failure = failure;
    }

    /**
     * Starts a node. It validates, listens and connects when this returns.
     *
     * @throws NetworkException if an address to listen at cannot be used
     * @throws org.starling.world.StorageException if another process uses the directory, its data is damaged or the disk fails
     */
    public static Node start(Config config) throws NetworkException {
        String name = "node" + STARTED.incrementAndGet() + "-";
        Failure failure = new Failure();
        Events events = new Events(name + "events");
        MachineWorld world = null;
        boolean started = false;
        try {
            world = open(config.storage(), name, cause -> {
                failure.cause = cause;
                events.tell(listener -> listener.failed(cause));
            });
            org.starling.node.Node node = org.starling.node.Node.start(
                    config.settings(), world.world(), List.of(), chain -> chain.addListener(events));
            node.validation(() -> {
                node.mempool().addListener(events);
                return true;
            });
            node.core(() -> {
                node.peers().addListener(events);
                return true;
            });
            Wallets wallets = Wallets.open(
                    node,
                    shelf(config.storage()),
                    world.world().clock(),
                    world.walletLane(),
                    config.wallets(),
                    world.world().randomness().child("wallets"));
            started = true;
            return new Node(world, node, wallets, events, failure);
        } finally {
            if (!started) {
                events.close();
                if (world != null) {
                    world.close();
                }
            }
        }
    }

    private static MachineWorld open(Storage storage, String name, Consumer<Throwable> onFailure) {
        return switch (storage) {
            case InMemory(MemoryStorage disk) -> new MachineWorld(disk, name, onFailure);
            case OnDisk(Path directory) -> new MachineWorld(MachineWorld.Place.of(directory), name, onFailure);
        };
    }

    private static StoreShelf shelf(Storage storage) {
        return switch (storage) {
            case InMemory(MemoryStorage disk) -> disk.wallets();
            case OnDisk(Path directory) -> new WalletShelf(directory.resolve("wallets"), true);
        };
    }

    /** The tip's height: a snapshot. */
    public int height() {
        return node.headers().tip().height();
    }

    /** The tip's hash: a snapshot. */
    public Hash256 tip() {
        return node.headers().tip().hash();
    }

    public ChainParams params() {
        return node.params();
    }

    /** The block, of whichever branch; null if it is not known, or its data is not stored any more. */
    public @Nullable Block block(Hash256 hash) {
        BlockEntry entry = node.headers().find(hash);
        return entry == null || !entry.hasBlock() ? null : node.chain().readBlock(entry);
    }

    /** The transaction, if it is in the mempool. */
    public @Nullable Transaction inMempool(Hash256 txid) {
        return node.mempool().get(txid);
    }

    /**
     * Mines blocks on the tip that pay to the script, with the mempool's transactions in the first. For regtest, where a
     * block takes a few tries.
     *
     * @return the blocks' hashes
     */
    public List<Hash256> generate(int blocks, Bytes scriptPubKey) {
        List<Hash256> mined = node.miner().generate(scriptPubKey, blocks, Long.MAX_VALUE);
        wallets.drain();
        return mined;
    }

    /** Puts the transaction in the mempool, from where it is sent to the peers. */
    public AcceptResult submit(Transaction transaction) {
        AcceptResult result = node.validation(() -> {
            AcceptResult judged =
                    node.mempool().accept(transaction, node.clock().seconds());
            if (judged instanceof AcceptResult.Accepted) {
                node.mempool().addUnbroadcast(transaction.txid());
            }
            return judged;
        });
        wallets.drain();
        return result;
    }

    /** Hands a block to the chain. Null if it is valid, or there is no reason yet to find it invalid. */
    public @Nullable Rejection submit(Block block) {
        Acceptance verdict = node.submit(block);
        wallets.drain();
        return switch (verdict) {
            case Acceptance.Accepted _ -> null;
            case Acceptance.Refused(Rejection rejection) -> rejection;
        };
    }

    /**
     * Makes a wallet with fresh seed words ({@link Wallet#words}) in the node's storage.
     *
     * @throws WalletException if there is one of that name
     */
    public Wallet createWallet(String name) {
        byte[] entropy = new byte[ENTROPY_BYTES];
        world.world().randomness().child("words").fill(entropy);
        return createWallet(name, Mnemonic.of(Bytes.wrap(entropy)), node.clock().seconds());
    }

    /**
     * Makes a wallet from seed words and looks for its coins, which may take long.
     *
     * @param since its coins are not older; {@link Instant#EPOCH} to look at all blocks
     * @throws WalletException if there is one of that name, or blocks that it needs are not stored any more
     * @throws Mnemonic.InvalidWordsException if these are no such words; the message names what is wrong
     */
    public Wallet restoreWallet(String name, String words, Instant since) throws Mnemonic.InvalidWordsException {
        return createWallet(name, Mnemonic.parse(words), since.getEpochSecond());
    }

    private Wallet createWallet(String name, Mnemonic words, long birth) {
        return new Wallet(
                wallets,
                wallets.create(
                        name,
                        EnumSet.noneOf(WalletFlag.class),
                        birth,
                        fresh -> fresh.secrets().adopt(words, "", birth)));
    }

    /** Opens a wallet that an earlier node left in this storage, and brings it to the tip. Throws if there is none. */
    public Wallet loadWallet(String name) {
        return new Wallet(wallets, wallets.load(name));
    }

    /** Where it listens for peers, the port included that the system chose; null if nowhere. */
    public @Nullable NetAddress address() {
        return node.core(() -> {
            List<NetAddress> own = node.peers().ownAddresses().all(node.clock().millis());
            return own.isEmpty() ? null : own.getFirst();
        });
    }

    /** Keeps a link to that node from now on, as far as it can be had. */
    public void connect(NetAddress peer) {
        boolean _ = node.core(() -> node.connections().add(peer, peer.toString(), true));
    }

    /** Peers with whom the handshake is complete. */
    public List<PeerInfo> peers() {
        return node.core(() -> node.peers().peers(node.clock().millis())).stream()
                .filter(PeerInfo::handshakeComplete)
                .toList();
    }

    /** Waits until the tip has at least that height. */
    public void awaitHeight(int height, Duration timeout) throws InterruptedException, TimeoutException {
        await("height " + height, () -> height() >= height, timeout);
    }

    /** Waits until that block is the tip. */
    public void awaitTip(Hash256 hash, Duration timeout) throws InterruptedException, TimeoutException {
        await("the tip " + hash, () -> tip().equals(hash), timeout);
    }

    /** Waits until the transaction is in the mempool. */
    public void awaitTransaction(Hash256 txid, Duration timeout) throws InterruptedException, TimeoutException {
        await("transaction " + txid, () -> node.mempool().contains(txid), timeout);
    }

    /** Waits until the handshake is complete with at least so many peers. */
    public void awaitPeers(int count, Duration timeout) throws InterruptedException, TimeoutException {
        await(count + " peers", () -> peers().size() >= count, timeout);
    }

    private void await(String what, BooleanSupplier condition, Duration timeout)
            throws InterruptedException, TimeoutException {
        boolean came = events.await(() -> failure.cause != null || condition.getAsBoolean(), timeout.toNanos());
        Throwable cause = failure.cause;
        if (cause != null) {
            throw new IllegalStateException("the node failed while it was waited for " + what, cause);
        }
        if (!came) {
            throw new TimeoutException("no " + what + " in " + timeout + "; the node is at height " + height());
        }
        wallets.drain();
    }

    /** Tells the listener of what happens from now on. */
    public void addListener(NodeListener listener) {
        events.add(listener);
    }

    public void removeListener(NodeListener listener) {
        events.remove(listener);
    }

    /**
     * The node with all its parts: everything that it can do, on the terms that are written there. These interfaces may
     * change from release to release, the ones here will not without need.
     */
    public org.starling.node.Node parts() {
        return node;
    }

    /** Closes all links, makes everything durable, and returns when the node's threads have ended. */
    @Override
    public void close() {
        try (node) {
            wallets.close();
        } finally {
            events.close();
            world.close();
        }
    }
}
