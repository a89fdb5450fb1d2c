package org.starling.mempool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.ChainListener;
import org.starling.chain.CoinsView;
import org.starling.chain.ScriptCache;
import org.starling.consensus.Block;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Coin;
import org.starling.consensus.HeaderView;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.consensus.Rejection.Kind;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.script.ScriptFlags;
import org.starling.mempool.Acceptor.Company;
import org.starling.world.Clock;

/**
 * The transactions that wait for a block: valid on top of the tip, standard, paying enough, without conflicts among
 * themselves. What changes it is called on the validation thread alone; reads are safe from any thread. Times are in
 * seconds since 1970.
 */
public final class Mempool {
    private final ChainParams params;
    private final MempoolOptions options;
    private final CoinsView coins;
    private final Supplier<? extends HeaderView> tip;
    private final ScriptCache scripts;
    private final List<MempoolListener> listeners = new CopyOnWriteArrayList<>();

    // Guards what follows against readers while it changes. The validation thread reads without it.
    private final Object lock = new Object();
    private final EntryGraph graph = new EntryGraph();
    private final Map<Hash256, Long> feeDeltas = new LinkedHashMap<>();
    private final Set<Hash256> unbroadcast = new LinkedHashSet<>();
    private final MinimumFee minimumFee;
    private final DisconnectedTransactions disconnected = new DisconnectedTransactions();
    private volatile long sequence = 1;

    /**
     * Creates an empty mempool.
     *
     * @param coins those at the tip
     * @param tip the last block of the active chain
     * @param scripts takes what transactions had their scripts checked, so that blocks need not
     */
    public Mempool(
            ChainParams params,
            MempoolOptions options,
            CoinsView coins,
            Supplier<? extends HeaderView> tip,
            ScriptCache scripts) {
        this.params = params;
        this.options = options;
        this.coins = coins;
        this.tip = tip;
        this.scripts = scripts;
        this.minimumFee = new MinimumFee(options.incrementalFeerate());
    }

    public void addListener(MempoolListener listener) {
        listeners.add(listener);
    }

    public MempoolOptions options() {
        return options;
    }

    /** Takes the transaction in if all rules allow it. */
    public AcceptResult accept(Transaction transaction, long nowSeconds) {
        return judge(transaction, nowSeconds, false, false);
    }

    /** What {@link #accept} would say, without taking the transaction in. */
    public AcceptResult test(Transaction transaction, long nowSeconds) {
        return judge(transaction, nowSeconds, false, true);
    }

    /**
     * What would be said to several transactions that depend on each other, parents first: each must do for itself, and
     * together they must keep the limits on chains. Nothing is replaced and nothing taken in.
     */
    public PackageVerdict testPackage(List<Transaction> transactions, long nowSeconds) {
        return new PackageTest(transactions)
                .run(
                        options,
                        (transaction, earlier) -> acceptor(transaction, nowSeconds, earlier, Company.PACKAGE),
                        (transaction, acceptor) -> checkScripts(transaction, acceptor.spent()));
    }

    /**
     * Takes in a transaction, or a child after all of its unconfirmed parents, which it may pay for, also for what
     * one parent and the child replace together.
     *
     * @param most highest feerate that any of them may have by itself; null for any
     */
    public PackageOutcome submitPackage(List<Transaction> transactions, @Nullable Feerate most, long nowSeconds) {
        return new PackageSubmission(this, transactions, most, nowSeconds).run(coins);
    }

    /**
     * Judges a transaction that is not from a block.
     *
     * @param earlier if it is part of a package, those before it there; null if it comes alone
     * @param company with what it was offered
     */
    Acceptor acceptor(
            Transaction offered, long nowSeconds, @Nullable Map<Hash256, Transaction> earlier, Company company) {
        return acceptor(offered, nowSeconds, false, earlier, company);
    }

    private Acceptor acceptor(
            Transaction offered,
            long nowSeconds,
            boolean fromBlock,
            @Nullable Map<Hash256, Transaction> earlier,
            Company company) {
        return new Acceptor(
                graph,
                options,
                coins,
                tip.get(),
                offered,
                new Acceptor.Circumstances(
                        nowSeconds,
                        fromBlock,
                        feeDeltas.getOrDefault(offered.txid(), 0L),
                        fromBlock ? 0 : sequence,
                        minimumFeerate(nowSeconds),
                        earlier,
                        company));
    }

    private AcceptResult judge(Transaction offered, long nowSeconds, boolean fromBlock, boolean onlyTest) {
        Acceptor acceptor = acceptor(offered, nowSeconds, fromBlock, null, Company.NONE);
        Rejection rejection = acceptor.check();
        if (rejection == null) {
            rejection = checkScripts(offered, acceptor.spent());
        }
        if (rejection != null) {
            return refusal(rejection, acceptor);
        }
        Entry entry = acceptor.entry();
        AcceptResult accepted =
                new AcceptResult.Accepted(entry.fee, entry.virtualSize, entry.feerate(), replacedBy(acceptor));
        if (onlyTest) {
            return accepted;
        }
        List<Transaction> _ = enter(acceptor);
        if (!fromBlock) {
            limitSize(nowSeconds);
            if (graph.byTxid(entry.txid()) == null) {
                return new AcceptResult.Rejected(Rejection.of(Kind.RECONSIDERABLE, "mempool full"));
            }
        }
        return accepted;
    }

    private static List<Transaction> replacedBy(Acceptor acceptor) {
        return acceptor.removed().stream().map(old -> old.transaction).toList();
    }

    /** Takes in what was found good, in place of what it replaces, which is given. The size is not limited yet. */
    List<Transaction> enter(Acceptor acceptor) {
        List<Transaction> replaced = replacedBy(acceptor);
        remove(acceptor.removed(), RemovalReason.REPLACED);
        Entry entry = acceptor.entry();
        add(entry);
        if (acceptor.isByItself()) {
            listeners.forEach(listener -> listener.addedAlone(entry.txid(), entry.ownFeerate(), entry.height));
        }
        return replaced;
    }

    /** Why transactions that pay so much together cannot get in; null if they can. */
    @Nullable
    Rejection checkFeerate(long fees, long virtualSize, long nowSeconds) {
        return Acceptor.checkFeerate(fees, virtualSize, minimumFeerate(nowSeconds), options);
    }

    static AcceptResult refusal(Rejection rejection, Acceptor acceptor) {
        return rejection.kind() == Kind.MISSING_INPUTS
                ? new AcceptResult.MissingInputs(rejection, acceptor.missingParents())
                : new AcceptResult.Rejected(rejection);
    }

    @Nullable
    Rejection checkScripts(Transaction transaction, List<Coin> spent) {
        int flags = BlockRules.scriptFlags(Hash256.ZERO, tip.get().height() + 1, params);
        if (scripts.contains(transaction.wtxid(), flags)
                && scripts.contains(transaction.wtxid(), ScriptFlags.STANDARD)) {
            return null;
        }
        ScriptCheck check = new ScriptCheck(transaction, spent);
        Rejection rejection = check.checkPolicy();
        if (rejection == null) {
            rejection = check.checkConsensus(flags);
        }
        if (rejection == null) {
            scripts.add(transaction.wtxid(), ScriptFlags.STANDARD);
            scripts.add(transaction.wtxid(), flags);
        }
        return rejection;
    }

    private void add(Entry entry) {
        synchronized (lock) {
            graph.add(entry);
            sequence++;
        }
        listeners.forEach(listener -> listener.added(entry.transaction, sequence - 1));
    }

    private void remove(Set<Entry> entries, RemovalReason reason) {
        if (entries.isEmpty()) {
            return;
        }
        long first = sequence;
        List<Hash256> unfetched = new ArrayList<>();
        synchronized (lock) {
            graph.remove(entries);
            for (Entry entry : entries) {
                if (unbroadcast.remove(entry.txid())) {
                    unfetched.add(entry.txid());
                }
            }
            sequence += entries.size();
        }
        long at = first;
        for (Entry entry : entries) {
            for (MempoolListener listener : listeners) {
                listener.removed(entry.transaction, reason, at);
            }
            at++;
        }
        unfetched.forEach(txid -> listeners.forEach(listener -> listener.removedUnfetched(txid)));
    }

    private void removeWithDescendants(Collection<Entry> entries, RemovalReason reason) {
        remove(EntryGraph.withDescendants(entries), reason);
    }

    /** Drops what waited too long, and what pays least if the mempool is too large. */
    public void limitSize(long nowSeconds) {
        removeWithDescendants(graph.olderThan(nowSeconds - options.expirySeconds()), RemovalReason.EXPIRY);
        boolean raised = false;
        while (graph.usage() > options.maxBytes() && graph.size() > 0) {
            Chunk worst = graph.chunks().worst();
            Feerate feerate = worst.feerate().plus(options.incrementalFeerate());
            synchronized (lock) {
                raised |= minimumFee.dropped(feerate);
            }
            removeWithDescendants(worst.parts().getLast(), RemovalReason.SIZE_LIMIT);
        }
        if (raised) {
            Feerate minimum = minimumFeerate(nowSeconds);
            listeners.forEach(listener -> listener.minimumFeeRaised(minimum));
        }
    }

    /** What of the chain this mempool has to follow; the clock says when. */
    public ChainListener chainListener(Clock clock) {
        return new ChainListener() {
            @Override
            public void blockConnected(BlockEntry entry, Block block, BlockUndo undo) {
                Mempool.this.blockConnected(block, clock.millis() / 1000);
            }

            @Override
            public void blockDisconnected(BlockEntry entry, Block block, BlockUndo undo) {
                Mempool.this.blockDisconnected(block);
            }

            @Override
            public void chainChanged(BlockEntry newTip, BlockEntry fork) {
                Mempool.this.chainChanged(clock.millis() / 1000, newTip.equals(fork));
            }
        };
    }

    /** The block is the tip now: what it holds, and what conflicts with it, leaves. */
    void blockConnected(Block block, long nowSeconds) {
        if (graph.size() > 0 || !feeDeltas.isEmpty()) {
            block.transactions().forEach(this::confirmed);
        }
        synchronized (lock) {
            minimumFee.blockConnected(nowSeconds);
        }
        disconnected.connected(block);
    }

    private void confirmed(Transaction transaction) {
        Entry confirmed = graph.byTxid(transaction.txid());
        if (confirmed != null) {
            remove(Set.of(confirmed), RemovalReason.BLOCK);
        }
        for (TxIn input : transaction.inputs()) {
            Entry conflict = graph.spender(input.previous());
            if (conflict != null) {
                removeWithDescendants(List.of(conflict), RemovalReason.CONFLICT);
            }
        }
        synchronized (lock) {
            feeDeltas.remove(transaction.txid());
        }
    }

    /** The block was the tip; what it held may come back once the chain stands still. */
    void blockDisconnected(Block block) {
        disconnected.disconnected(block);
    }

    /**
     * The chain stands still again. After a reorganisation its transactions return, and what no longer fits leaves.
     *
     * @param takenBack whether the chain only lost blocks, as an operator asked; then those of the latest blocks return
     */
    void chainChanged(long nowSeconds, boolean takenBack) {
        if (!disconnected.isChanged()) {
            return;
        }
        int latest = disconnected.latest();
        List<Transaction> back = disconnected.take();
        int forgotten = takenBack ? back.size() - latest : 0;
        for (int i = 0; i < back.size(); i++) {
            if (i < forgotten || !(judge(back.get(i), nowSeconds, true, false) instanceof AcceptResult.Accepted)) {
                removeWithDescendants(Reorganisation.childrenOf(back.get(i), graph), RemovalReason.REORGANISATION);
            }
        }
        Reorganisation after = Reorganisation.of(graph, this::coin, tip.get(), options.limits());
        removeWithDescendants(after.unfit(), RemovalReason.REORGANISATION);
        List<Entry> tooLong = new ArrayList<>(after.tooLong());
        tooLong.removeIf(entry -> graph.byTxid(entry.txid()) == null);
        removeWithDescendants(tooLong, RemovalReason.SIZE_LIMIT);
        limitSize(nowSeconds);
    }

    /**
     * The coin as the mempool leaves it: made by a waiting transaction or by the chain; spent ones included. Those of
     * waiting transactions have the height of the next block. For the validation thread.
     */
    public @Nullable Coin coin(OutPoint outPoint) {
        Entry parent = graph.byTxid(outPoint.txid());
        if (parent == null) {
            return coins.coin(outPoint);
        }
        int index = outPoint.index();
        return index >= 0 && index < parent.transaction.outputs().size()
                ? new Coin(parent.transaction.outputs().get(index), tip.get().height() + 1, false)
                : null;
    }

    /** Adds to what a transaction counts as paying, whether it is here or yet to come; in satoshis, may be negative. */
    public void prioritise(Hash256 txid, long delta) {
        synchronized (lock) {
            long sum = feeDeltas.getOrDefault(txid, 0L) + delta;
            if (sum == 0) {
                feeDeltas.remove(txid);
            } else {
                feeDeltas.put(txid, sum);
            }
            Entry entry = graph.byTxid(txid);
            if (entry != null) {
                graph.setFeeDelta(entry, sum);
            }
        }
    }

    /** Whether the transaction is here and must pay nothing, for it has ephemeral dust. */
    public boolean mustBeFree(Hash256 txid) {
        Transaction transaction = get(txid);
        return transaction != null && EphemeralDust.isOn(transaction, options);
    }

    /** What operators added, by txid; satoshis. */
    public Map<Hash256, Long> feeDeltas() {
        synchronized (lock) {
            return new LinkedHashMap<>(feeDeltas);
        }
    }

    // Reads

    public boolean contains(Hash256 txid) {
        return graph.byTxid(txid) != null;
    }

    public boolean containsWtxid(Hash256 wtxid) {
        return graph.byWtxid(wtxid) != null;
    }

    public @Nullable Transaction get(Hash256 txid) {
        Entry entry = graph.byTxid(txid);
        return entry == null ? null : entry.transaction;
    }

    public @Nullable Transaction getByWtxid(Hash256 wtxid) {
        Entry entry = graph.byWtxid(wtxid);
        return entry == null ? null : entry.transaction;
    }

    /** The waiting transaction that spends the output. */
    public @Nullable Transaction spender(OutPoint outPoint) {
        Entry entry = graph.spender(outPoint);
        return entry == null ? null : entry.transaction;
    }

    public int size() {
        return graph.size();
    }

    /** Grows with each change other than by a block. */
    public long sequence() {
        return sequence;
    }

    /** Estimated bytes of memory. */
    public long usage() {
        synchronized (lock) {
            return graph.usage();
        }
    }

    /** Grows with each transaction that leaves, for whatever reason. */
    public long removals() {
        return graph.removals();
    }

    /** Sum of the virtual sizes. */
    public long virtualSize() {
        synchronized (lock) {
            return graph.virtualSize();
        }
    }

    /** Sum of the fees in satoshis, without what operators added. */
    public long totalFee() {
        synchronized (lock) {
            return graph.totalFee();
        }
    }

    /** What the mempool asks for because it is or was full; zero if it has room. */
    public Feerate minimumFeerate(long nowSeconds) {
        synchronized (lock) {
            return minimumFee.at(nowSeconds, graph.usage(), options.maxBytes());
        }
    }

    /** What a transaction has to pay to get in. */
    public Feerate effectiveMinimumFeerate(long nowSeconds) {
        return Feerate.max(minimumFeerate(nowSeconds), options.minRelayFeerate());
    }

    public @Nullable MempoolEntry entry(Hash256 txid) {
        synchronized (lock) {
            Entry entry = graph.byTxid(txid);
            return entry == null ? null : facts(entry);
        }
    }

    /**
     * What of a transaction decides whether and when peers are told: cheap, for it is asked often.
     *
     * @param fee in satoshis
     * @param ancestors how many transactions must be known before, this one included
     * @param sequence when it was accepted, among the mempool's changes
     */
    public record Brief(Transaction transaction, long fee, int virtualSize, int ancestors, long sequence) {}

    public @Nullable Brief brief(Hash256 txid) {
        synchronized (lock) {
            return brief(graph.byTxid(txid));
        }
    }

    public @Nullable Brief briefByWtxid(Hash256 wtxid) {
        synchronized (lock) {
            return brief(graph.byWtxid(wtxid));
        }
    }

    private static @Nullable Brief brief(@Nullable Entry entry) {
        return entry == null
                ? null
                : new Brief(entry.transaction, entry.fee, entry.virtualSize, entry.ancestorCount, entry.sequence);
    }

    /** All, in any order. */
    public List<Brief> briefs() {
        synchronized (lock) {
            List<Brief> briefs = new ArrayList<>();
            for (Entry entry : graph.entries()) {
                briefs.add(new Brief(
                        entry.transaction, entry.fee, entry.virtualSize, entry.ancestorCount, entry.sequence));
            }
            return briefs;
        }
    }

    /** All, the oldest first. */
    public List<MempoolEntry> entries() {
        synchronized (lock) {
            return facts(graph.entriesByTime());
        }
    }

    /** All transactions, in any order. */
    public List<Transaction> transactions() {
        synchronized (lock) {
            return graph.entries().stream().map(entry -> entry.transaction).toList();
        }
    }

    /** All txids, the oldest transaction first. */
    public List<Hash256> txids() {
        synchronized (lock) {
            return graph.entriesByTime().stream().map(Entry::txid).toList();
        }
    }

    /** Which limit of chains of unconfirmed transactions one that has these parents would exceed; null for none. */
    public @Nullable String chainExcess(Set<Hash256> parents, long virtualSize) {
        synchronized (lock) {
            return ChainLimits.excess(virtualSize, 1, graph.present(parents), options.limits());
        }
    }

    /** What the transaction depends on, itself not included; empty if it is not here. */
    public List<MempoolEntry> ancestors(Hash256 txid) {
        synchronized (lock) {
            Entry entry = graph.byTxid(txid);
            return entry == null ? List.of() : facts(EntryGraph.withAncestors(entry.parents));
        }
    }

    /** What depends on the transaction, itself not included; empty if it is not here. */
    public List<MempoolEntry> descendants(Hash256 txid) {
        synchronized (lock) {
            Entry entry = graph.byTxid(txid);
            return entry == null ? List.of() : facts(EntryGraph.withDescendants(entry.children));
        }
    }

    private List<MempoolEntry> facts(Collection<Entry> entries) {
        return entries.stream().map(this::facts).toList();
    }

    private MempoolEntry facts(Entry entry) {
        return MempoolEntry.of(entry, unbroadcast.contains(entry.txid()));
    }

    /** Remembers that the transaction was submitted here and no peer has it yet. */
    public void addUnbroadcast(Hash256 txid) {
        synchronized (lock) {
            if (graph.byTxid(txid) != null) {
                unbroadcast.add(txid);
            }
        }
    }

    /** A peer has the transaction. */
    public void removeUnbroadcast(Hash256 txid) {
        synchronized (lock) {
            unbroadcast.remove(txid);
        }
    }

    public List<Hash256> unbroadcast() {
        synchronized (lock) {
            return List.copyOf(unbroadcast);
        }
    }

    /** For the block assembler, on the validation thread. */
    EntryGraph graph() {
        return graph;
    }
}
