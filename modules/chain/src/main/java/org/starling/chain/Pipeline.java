package org.starling.chain;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.starling.consensus.Block;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.world.Workers;
import org.starling.world.Workers.Pending;

/**
 * Connects a run of blocks. Each passes four stages, several blocks at once:
 *
 * <pre>
 *   reading    workers read, parse, hash and check the block by itself
 *   fetching   workers look up the coins that it spends and the cache does not know
 *   applying   this thread applies it to the coins, in order
 *   behind     workers check its scripts; then, in order, it is settled: told to the sink
 * </pre>
 *
 * <p>A call connects a portion, all of which is settled when it returns; blocks beyond it stay in the first two stages,
 * so that the next call finds them ready if it goes the same way.
 *
 * <p>Nothing is settled before all its scripts are checked. If a script fails, the blocks applied since are taken back
 * from the coins in memory; none of them was written anywhere or told to anyone.
 */
final class Pipeline {
    /** Blocks read ahead, and the transactions in them (counted before the last is added). */
    private static final int MAX_AHEAD_BLOCKS = 128;

    private static final int MAX_AHEAD_TRANSACTIONS = 12_000;

    /** Blocks whose coins are fetched ahead. */
    private static final int MAX_FETCHING_BLOCKS = 8;

    /** Coins per look-up task. */
    private static final int COINS_PER_TASK = 256;

    /** Blocks whose scripts are not done, and the inputs in them (counted before the last is added). */
    private static final int MAX_BEHIND_BLOCKS = 128;

    private static final int MAX_BEHIND_INPUTS = 24_000;

    /** What ends a portion: as many blocks, or transactions, or inputs whose scripts are checked. */
    private static final int MAX_PORTION_BLOCKS = 1_000;

    private static final int MAX_PORTION_TRANSACTIONS = 24_000;

    private static final int MAX_PORTION_INPUTS = 12_000;

    /** No more of a path is looked at in one call. */
    static final int MAX_PATH_BLOCKS = MAX_PORTION_BLOCKS + MAX_AHEAD_BLOCKS + MAX_FETCHING_BLOCKS;

    /** What the pipeline draws on and tells. Reading may be asked for by workers, all else happens in one thread. */
    interface Surroundings {
        /** The block of the entry, prepared; called by workers. */
        PreparedBlock read(BlockEntry entry);

        /** The block of the entry if it is in memory, already checked by itself. */
        @Nullable
        Block inMemory(BlockEntry entry);

        /** The block's script flags. */
        int flags(BlockEntry entry);

        /** Whether the block's scripts have to be checked. */
        boolean mustCheckScripts(BlockEntry entry);

        /** Whether the transaction's scripts are known to pass under those flags. */
        boolean isKnownValid(ScriptJob job, int flags);

        /** The undo data of the block as they are written; called by workers. */
        byte[] undoRecord(BlockEntry entry, BlockUndo undo);

        /** The block is valid and applied. */
        void settled(BlockEntry entry, Block block, BlockUndo undo, byte[] undoRecord);

        /** Whether outputs that the block makes must be looked up, lest they overwrite coins (BIP-0030). */
        boolean mustCheckForOverwrites(BlockEntry entry);

        /** Whether so many coins are in memory that they should be written. */
        boolean wantsRoom();

        /** Writes coins; all that is applied is settled. */
        void makeRoom();
    }

    /** The block that could not be connected. */
    record Failure(BlockEntry entry, Rejection rejection) {}

    private record Reading(BlockEntry entry, Pending<PreparedBlock> block) {}

    private record Fetching(
            BlockEntry entry, PreparedBlock block, List<List<OutPoint>> sought, Pending<List<@Nullable Coin>> found) {}

    private record Behind(
            BlockEntry entry,
            Block block,
            BlockUndo undo,
            int inputs,
            Pending<byte[]> undoRecord,
            Pending<@Nullable Rejection> scripts) {}

    private final Workers workers;
    private final ChainStore store;
    private final CoinsCache coins;
    private final BlockConnector connector;
    private final Surroundings surroundings;

    private final Deque<Reading> reading = new ArrayDeque<>();
    private final Deque<Fetching> fetching = new ArrayDeque<>();
    private final Deque<Behind> behind = new ArrayDeque<>();
    private int aheadTransactions;
    private int behindInputs;
    private Portion portion = new Portion();

    /** What a call has applied so far. */
    private static final class Portion {
        private int blocks;
        private int transactions;
        private int inputs;

        boolean isFull() {
            return blocks >= MAX_PORTION_BLOCKS
                    || transactions >= MAX_PORTION_TRANSACTIONS
                    || inputs >= MAX_PORTION_INPUTS;
        }
    }

    Pipeline(Workers workers, ChainStore store, CoinsCache coins, BlockConnector connector, Surroundings surroundings) {
        this.workers = workers;
        this.store = store;
        this.coins = coins;
        this.connector = connector;
        this.surroundings = surroundings;
    }

    /**
     * Connects blocks of the path, each on the one before, until a portion is done or one fails. All that was connected is
     * settled on return. The path may be longer than {@link #MAX_PATH_BLOCKS}, to no effect.
     */
    @Nullable
    Failure connect(List<BlockEntry> path) {
        boolean orderly = false;
        try {
            if (!isInWork(path)) {
                dropWork();
            }
            portion = new Portion();
            Failure failure = run(path);
            orderly = failure == null;
            return failure;
        } finally {
            if (!orderly) {
                dropWork();
            }
        }
    }

    /** Whether the blocks in work are the first of the path. */
    private boolean isInWork(List<BlockEntry> path) {
        if (fetching.size() + reading.size() > path.size()) {
            return false;
        }
        Iterator<BlockEntry> expected = path.iterator();
        return fetching.stream().allMatch(fetched -> fetched.entry == expected.next())
                && reading.stream().allMatch(read -> read.entry == expected.next());
    }

    private void dropWork() {
        reading.clear();
        fetching.clear();
        behind.clear();
        aheadTransactions = 0;
        behindInputs = 0;
    }

    /** Looks up again what was looked up before the store was written to, which may not hold any more. */
    void storeChanged() {
        List<Fetching> outdated = List.copyOf(fetching);
        fetching.clear();
        outdated.forEach(fetched -> fetching.add(fetch(fetched.entry, fetched.block)));
    }

    private @Nullable Failure run(List<BlockEntry> path) {
        int next = fetching.size() + reading.size();
        while (next < path.size() || !reading.isEmpty() || !fetching.isEmpty()) {
            next = startReading(path, next);
            startFetching();
            if (portion.isFull()) {
                break;
            }
            Failure failure = apply(fetching.removeFirst());
            if (failure != null) {
                return failure;
            }
            failure = settleSome();
            if (failure == null && surroundings.wantsRoom()) {
                failure = settleAll();
                if (failure == null) {
                    surroundings.makeRoom();
                    storeChanged();
                }
            }
            if (failure != null) {
                return failure;
            }
        }
        return settleAll();
    }

    private int startReading(List<BlockEntry> path, int from) {
        int next = from;
        while (next < path.size()
                && reading.size() < MAX_AHEAD_BLOCKS
                && (aheadTransactions < MAX_AHEAD_TRANSACTIONS || reading.isEmpty())) {
            BlockEntry entry = path.get(next++);
            aheadTransactions += entry.transactionCount();
            Block known = surroundings.inMemory(entry);
            Callable<PreparedBlock> task = known == null
                    ? () -> surroundings.read(entry)
                    : () -> PreparedBlock.of(known, entry.height(), null);
            reading.add(new Reading(entry, workers.submit(List.of(task))));
        }
        return next;
    }

    private void startFetching() {
        while (!reading.isEmpty() && fetching.size() < MAX_FETCHING_BLOCKS) {
            Reading read = reading.removeFirst();
            PreparedBlock block = read.block.await().getFirst();
            aheadTransactions -= read.entry.transactionCount();
            fetching.add(fetch(read.entry, block));
        }
    }

    private Fetching fetch(BlockEntry entry, PreparedBlock block) {
        Lookup lookup = new Lookup();
        block.spent().forEach(lookup::add);
        if (surroundings.mustCheckForOverwrites(entry)) {
            block.made().forEach(made -> made.forEach(coin -> lookup.add(coin.outPoint())));
        }
        List<List<OutPoint>> sought = lookup.parts;
        List<Callable<List<@Nullable Coin>>> tasks = new ArrayList<>(sought.size());
        for (List<OutPoint> outPoints : sought) {
            tasks.add(() -> store.coins(outPoints));
        }
        return new Fetching(entry, block, sought, workers.submit(tasks));
    }

    /** Collects what the cache does not know, in portions for a task each. */
    private final class Lookup {
        private final List<List<OutPoint>> parts = new ArrayList<>();
        private List<OutPoint> last = List.of();

        void add(OutPoint outPoint) {
            if (!coins.knows(outPoint)) {
                if (last.isEmpty() || last.size() == COINS_PER_TASK) {
                    last = new ArrayList<>();
                    parts.add(last);
                }
                last.add(outPoint);
            }
        }
    }

    private @Nullable Failure apply(Fetching fetched) {
        BlockEntry entry = fetched.entry;
        PreparedBlock prepared = fetched.block;
        if (prepared.rejection() != null) {
            return settleAllOr(new Failure(entry, prepared.rejection()));
        }
        List<List<@Nullable Coin>> found = fetched.found.await();
        for (int i = 0; i < found.size(); i++) {
            for (int j = 0; j < found.get(i).size(); j++) {
                coins.offer(fetched.sought.get(i).get(j), found.get(i).get(j));
            }
        }
        portion.blocks++;
        portion.transactions += entry.transactionCount();
        int flags = surroundings.flags(entry);
        BlockEntry previous = Objects.requireNonNull(entry.previous());
        return switch (connector.connect(prepared, previous, flags, true)) {
            case BlockConnector.Outcome.Refused(Rejection rejection) -> settleAllOr(new Failure(entry, rejection));
            case BlockConnector.Outcome.Connected connected -> {
                startScripts(entry, prepared.block(), connected, flags);
                yield null;
            }
        };
    }

    private void startScripts(BlockEntry entry, Block block, BlockConnector.Outcome.Connected connected, int flags) {
        List<ScriptJob> jobs = new ArrayList<>();
        int inputs = 0;
        if (surroundings.mustCheckScripts(entry)) {
            for (ScriptJob job : connected.scripts()) {
                if (!surroundings.isKnownValid(job, flags)) {
                    jobs.add(job);
                    inputs += job.coins().size();
                }
            }
        }
        behindInputs += inputs;
        portion.inputs += inputs;
        BlockUndo undo = connected.undo();
        Callable<byte[]> encoding = () -> surroundings.undoRecord(entry, undo);
        Pending<byte[]> undoRecord = workers.submit(List.of(encoding));
        behind.add(new Behind(entry, block, undo, inputs, undoRecord, workers.submit(ScriptJob.tasks(jobs, flags))));
    }

    private @Nullable Failure settleSome() {
        Failure failure = null;
        while (failure == null && (behind.size() > MAX_BEHIND_BLOCKS || behindInputs > MAX_BEHIND_INPUTS)) {
            failure = settleOldest();
        }
        return failure;
    }

    private @Nullable Failure settleAll() {
        Failure failure = null;
        while (failure == null && !behind.isEmpty()) {
            failure = settleOldest();
        }
        return failure;
    }

    /** A failure of a script further back comes before the one given. */
    private Failure settleAllOr(Failure failure) {
        Failure earlier = settleAll();
        return earlier == null ? failure : earlier;
    }

    private @Nullable Failure settleOldest() {
        Behind oldest = behind.getFirst();
        for (Rejection rejection : oldest.scripts.await()) {
            if (rejection != null) {
                takeBackBehind();
                return new Failure(oldest.entry, rejection);
            }
        }
        behind.removeFirst();
        behindInputs -= oldest.inputs;
        surroundings.settled(
                oldest.entry,
                oldest.block,
                oldest.undo,
                oldest.undoRecord.await().getFirst());
        return null;
    }

    private void takeBackBehind() {
        while (!behind.isEmpty()) {
            Behind newest = behind.removeLast();
            connector.disconnect(newest.block, newest.entry, newest.undo);
        }
    }
}
