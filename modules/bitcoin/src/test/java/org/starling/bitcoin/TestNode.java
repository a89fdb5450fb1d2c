package org.starling.bitcoin;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.CFilter;
import org.starling.bitcoin.message.FilterMessage;
import org.starling.bitcoin.message.Message;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.HeaderTree;
import org.starling.chain.HeldTree;
import org.starling.chain.index.BlockFilter;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.ChainParams;
import org.starling.consensus.MerkleTree;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.consensus.Target;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.engine.AddressBook;
import org.starling.engine.BanList;
import org.starling.engine.Door;
import org.starling.engine.LinkKind;
import org.starling.engine.LinkTable;
import org.starling.engine.LocalAddresses;
import org.starling.engine.LogEvent;
import org.starling.engine.NetAddress;
import org.starling.engine.Permission;
import org.starling.engine.Routability;
import org.starling.engine.Routes;
import org.starling.engine.Transport;
import org.starling.engine.Transports;
import org.starling.engine.V1Transport;
import org.starling.world.Endpoint;
import org.starling.world.Network;
import org.starling.world.NetworkEvent;
import org.starling.world.SeededRandomness;

/**
 * A peer manager on a regtest chain in memory, with scripted peers. The chain takes any block with proof of work that
 * connects; answers of validation come when the test says so.
 */
final class TestNode implements Network, ChainView, MempoolView, Validation {
    static final ChainParams REGTEST = ChainParams.regtest();
    static final Endpoint US = new Endpoint(Bytes.fromHex("0a000001"), 18444);
    static final long START = 1_700_000_000_000L;

    final List<String> log = new ArrayList<>();
    final List<Hash256> fetched = new ArrayList<>();
    final List<FilterQuery> filterQueries = new ArrayList<>();
    final HeldTree tree = new HeldTree(REGTEST.genesis());
    final LinkedHashMap<Hash256, Block> blocks = new LinkedHashMap<>();
    final LinkedHashMap<Hash256, Entry> pool = new LinkedHashMap<>();
    private long removals;
    final TreeMap<String, Rejection> refusals = new TreeMap<>();
    final TreeMap<String, Rejection> packageRefusals = new TreeMap<>();
    final List<List<Transaction>> packages = new ArrayList<>();
    final ArrayDeque<Runnable> questions = new ArrayDeque<>();
    final AddressBook book = new AddressBook(Bytes.wrap(new byte[32]), Routability.PUBLIC, new SeededRandomness(5));
    final BanList bans = new BanList();
    final Set<Permission> permissions = new java.util.TreeSet<>();
    final LinkTable links;
    final PeerManager manager;
    final TreeMap<Long, Remote> remotes = new TreeMap<>();
    boolean initialDownload;
    long now = START;
    private long nextLink = 1;
    private long poolSequence;

    TestNode() {
        this(PeerSettings.of(REGTEST, "/Starling:0.1.0/"));
    }

    TestNode(PeerSettings settings) {
        links = new LinkTable(
                this,
                Transports.plain(REGTEST.magic()),
                (remote, local, kind) -> permissions,
                new Door(100, bans, Routability.PUBLIC, new SeededRandomness(9)),
                Routes.DIRECT,
                new SeededRandomness(8),
                event -> note(event));
        manager = new PeerManager(
                settings,
                new PeerManager.Parts(
                        links,
                        book,
                        bans,
                        new LocalAddresses(true, 18444, Routability.PUBLIC),
                        this,
                        this,
                        this,
                        new SeededRandomness(7),
                        this::note));
    }

    private void note(LogEvent event) {
        log.add(event.text());
    }

    /** The far end of a link: what it got, and what it sends. */
    final class Remote {
        final long link;
        final ArrayDeque<Message> inbox = new ArrayDeque<>();
        private final V1Transport decoder = new V1Transport(REGTEST.magic());
        boolean closed;
        boolean readable;

        Remote(long link) {
            this.link = link;
        }

        void send(Message message) {
            sendRaw(decoder.encode(message.type(), message.payload()));
        }

        void sendRaw(Bytes bytes) {
            links.handle(now, new NetworkEvent.Received(link, bytes));
            run();
        }

        /** The messages of that type since the last call; others are thrown away. */
        <T extends Message> List<T> take(Class<T> type) {
            List<T> taken = new ArrayList<>();
            for (Message message : inbox) {
                if (type.isInstance(message)) {
                    taken.add(type.cast(message));
                }
            }
            inbox.clear();
            return taken;
        }

        List<String> types() {
            List<String> types = inbox.stream().map(Message::type).toList();
            inbox.clear();
            return types;
        }
    }

    Remote inbound(int host) {
        long link = nextLink++;
        Remote remote = new Remote(link);
        remotes.put(link, remote);
        links.handle(now, new NetworkEvent.Accepted(link, US, endpoint(host)));
        run();
        return remote;
    }

    Remote outbound(int host, LinkKind kind) {
        Remote remote = new Remote(nextLink);
        remotes.put(nextLink, remote);
        links.connect(NetAddress.of(endpoint(host)), kind, false);
        links.handle(now, new NetworkEvent.Connected(remote.link, US, endpoint(host)));
        run();
        return remote;
    }

    static Endpoint endpoint(int host) {
        return new Endpoint(Bytes.copyOf((byte) 50, (byte) (host >>> 8), (byte) host, (byte) 1), 18444);
    }

    /** Lets everything happen that is due now, validation included. */
    void run() {
        do {
            tickIfDue();
            Runnable question = questions.poll();
            if (question != null) {
                question.run();
            }
        } while (!questions.isEmpty() || manager.nextMillis() <= now);
    }

    void tickIfDue() {
        if (manager.nextMillis() <= now) {
            manager.tick(now);
        }
    }

    /** Lets time pass, stopping whenever something is due. */
    void pass(long millis) {
        long end = now + millis;
        while (manager.nextMillis() <= end) {
            now = Math.max(now, manager.nextMillis());
            run();
        }
        now = end;
    }

    boolean logged(String text) {
        return log.stream().anyMatch(line -> line.contains(text));
    }

    // ---- a chain to talk about

    /** A block on that one, with proof of work; {@code salt} tells siblings apart. */
    static Block mine(BlockHeader previous, Hash256 previousHash, long time, int salt, Transaction... more) {
        List<Transaction> transactions = new ArrayList<>();
        TxIn input = new TxIn(
                OutPoint.NULL, Bytes.copyOf((byte) 4, (byte) salt, (byte) (salt >> 8), (byte) 1, (byte) 1), -1);
        transactions.add(Transaction.of(2, List.of(input), List.of(new TxOut(0, Bytes.EMPTY)), salt));
        transactions.addAll(List.of(more));
        Hash256 root = MerkleTree.ofTransactions(transactions).hash();
        BlockHeader header = new BlockHeader(0x20000000, previousHash, root, time, previous.bits(), 0);
        Target target = Target.fromBits(header.bits());
        while (!target.admits(header.hash())) {
            header = header.withNonce(header.nonce() + 1);
        }
        return Block.of(header, transactions);
    }

    /** Blocks on top of that one, a minute apart up to now. */
    static List<Block> chainOn(BlockHeader start, int length, long lastTimeSeconds, int salt) {
        List<Block> chain = new ArrayList<>();
        BlockHeader at = start;
        for (int i = 0; i < length; i++) {
            Block block = mine(at, at.hash(), lastTimeSeconds - 60L * (length - 1 - i), salt + i);
            chain.add(block);
            at = block.header();
        }
        return chain;
    }

    static BlockHeader genesis() {
        return REGTEST.genesis().header();
    }

    /** Takes blocks in as if mined here. */
    void have(List<Block> more) {
        for (Block block : more) {
            tree.add(block.header());
            accept(block);
        }
        run();
    }

    private void accept(Block block) {
        blocks.put(block.hash(), block);
        BlockEntry entry = Objects.requireNonNull(tree.add(block.header()));
        tree.stored(entry);
        connectBest();
    }

    private void connectBest() {
        BlockEntry old = tree.tree().tip();
        BlockEntry best = old;
        for (Hash256 hash : blocks.keySet()) {
            BlockEntry entry = Objects.requireNonNull(tree.tree().find(hash));
            if (entry.chainWork().compareTo(best.chainWork()) > 0 && isComplete(entry)) {
                best = entry;
            }
        }
        if (best == old) {
            return;
        }
        BlockEntry fork = best.forkWith(old);
        for (int height = fork.height() + 1; height <= best.height(); height++) {
            BlockEntry entry = Objects.requireNonNull(best.ancestor(height));
            tree.connected(entry);
            manager.blockConnected(now, Objects.requireNonNull(blocks.get(entry.hash())));
        }
        manager.chainChanged(now, best, fork);
    }

    private boolean isComplete(BlockEntry entry) {
        for (BlockEntry at = entry; at.height() > 0; at = Objects.requireNonNull(at.previous())) {
            if (at.isValidated()) {
                return true;
            }
            if (!at.hasBlock()) {
                return false;
            }
        }
        return true;
    }

    static Transaction spend(Hash256 txid, int salt) {
        TxIn input = new TxIn(new OutPoint(txid, 0), Bytes.EMPTY, -1, List.of(Bytes.copyOf((byte) salt)));
        return Transaction.of(2, List.of(input), List.of(new TxOut(1000, Bytes.copyOf((byte) 0x51))), salt);
    }

    void pooled(Transaction transaction) {
        pool(transaction);
        manager.transactionAdded(now, transaction);
        run();
    }

    /** The transaction comes back from a block. */
    void returned(Transaction transaction) {
        pool.put(transaction.wtxid(), new Entry(transaction, 10_000, transaction.virtualSize(), 1, 0));
        manager.transactionAdded(now, transaction);
        run();
    }

    /** The transaction leaves the mempool. */
    void unpooled(Transaction transaction) {
        pool.remove(transaction.wtxid());
        removals++;
    }

    private void pool(Transaction transaction) {
        pool.put(transaction.wtxid(), new Entry(transaction, 10_000, transaction.virtualSize(), 1, ++poolSequence));
    }

    // ---- Validation

    @Override
    public void headers(long peer, List<BlockHeader> headers) {
        questions.add(() -> {
            BlockEntry last = null;
            for (BlockHeader header : headers) {
                last = tree.add(header);
            }
            manager.headersJudged(now, peer, headers, last, null);
        });
    }

    @Override
    public void block(long peer, Block block, boolean requested) {
        questions.add(() -> {
            Rejection fault = refusals.get(block.hash().toString());
            if (fault == null && tree.add(block.header()) == null) {
                fault = Rejection.of(Rejection.Kind.MISSING_PREV, "prev-blk-not-found");
            }
            boolean fresh = fault == null && !blocks.containsKey(block.hash());
            if (fault == null) {
                accept(block);
            }
            manager.blockJudged(now, peer, block.hash(), fresh, fault);
        });
    }

    @Override
    public void transaction(long peer, Transaction transaction) {
        questions.add(() -> {
            Rejection fault = refusals.get(transaction.txid().toString());
            if (fault == null) {
                pool(transaction);
            }
            manager.transactionJudged(now, peer, transaction, fault);
        });
    }

    /** Together they come in, unless the child is refused for more than its missing parent. */
    @Override
    public void packageOf(long peer, Transaction parent, Transaction child) {
        questions.add(() -> {
            packages.add(List.of(parent, child));
            Rejection fault = packageRefusals.get(child.txid().toString());
            if (fault == null) {
                pool(parent);
                pool(child);
            }
            PackageVerdict verdict = fault == null
                    ? new PackageVerdict(Set.of(parent.wtxid(), child.wtxid()), Map.of())
                    : new PackageVerdict(Set.of(), Map.of(child.wtxid(), fault));
            manager.packageJudged(now, peer, parent, child, verdict);
        });
    }

    @Override
    public void readBlock(long peer, BlockEntry entry, boolean withWitness) {
        questions.add(() -> {
            Block block = blocks.getOrDefault(entry.hash(), REGTEST.genesis());
            manager.blockRead(now, peer, entry.hash(), block.serialized());
        });
    }

    /** Filters are those of the stored blocks as if these spent nothing; hashes and headers are not asked for here. */
    @Override
    public void readFilters(long peer, FilterQuery query) {
        filterQueries.add(query);
        questions.add(() -> {
            List<FilterMessage> answers = new ArrayList<>();
            if (query instanceof FilterQuery.Filters(int from, BlockEntry stop)) {
                for (int height = from; height <= stop.height(); height++) {
                    BlockEntry entry = Objects.requireNonNull(stop.ancestor(height));
                    Block block = blocks.getOrDefault(entry.hash(), REGTEST.genesis());
                    BlockFilter filter = BlockFilter.of(block, new BlockUndo(List.of()));
                    answers.add(new CFilter(BlockFilter.BASIC, filter.block(), filter.encoded()));
                }
            }
            manager.filtersRead(now, peer, answers);
        });
    }

    // ---- ChainView, MempoolView

    @Override
    public HeaderTree headers() {
        return tree.tree();
    }

    @Override
    public boolean isInitialBlockDownload() {
        return initialDownload;
    }

    @Override
    public @Nullable Entry byTxid(Hash256 txid) {
        return pool.values().stream()
                .filter(entry -> entry.transaction().txid().equals(txid))
                .findFirst()
                .orElse(null);
    }

    @Override
    public long removals() {
        return removals;
    }

    @Override
    public @Nullable Entry byWtxid(Hash256 wtxid) {
        return pool.get(wtxid);
    }

    @Override
    public List<Entry> all() {
        return List.copyOf(pool.values());
    }

    @Override
    public List<Transaction> transactions() {
        return pool.values().stream().map(Entry::transaction).toList();
    }

    @Override
    public void fetched(Hash256 txid) {
        fetched.add(txid);
    }

    @Override
    public long minFeeratePerKvb() {
        return 1000;
    }

    // ---- Network

    @Override
    public Endpoint listen(Endpoint address) {
        return address;
    }

    @Override
    public long connect(Endpoint target, long timeoutMillis) {
        return nextLink++;
    }

    @Override
    public long connectLocal(String path) {
        return nextLink++;
    }

    @Override
    public void read(long link) {
        Remote remote = remotes.get(link);
        if (remote != null) {
            remote.readable = true;
        }
    }

    @Override
    public boolean send(long link, Bytes data) {
        Remote remote = Objects.requireNonNull(remotes.get(link));
        remote.decoder.receive(data);
        for (Transport.Incoming in = remote.decoder.next(); in != null; in = remote.decoder.next()) {
            Transport.Message message = (Transport.Message) in;
            try {
                remote.inbox.add(Message.read(message.type(), message.payload()));
            } catch (MalformedException e) {
                throw new AssertionError(e);
            }
        }
        questions.add(() -> links.handle(now, new NetworkEvent.Drained(link)));
        return false;
    }

    @Override
    public void close(long link) {
        Remote remote = remotes.get(link);
        if (remote != null) {
            remote.closed = true;
        }
    }

    @Override
    public void close() {}
}
