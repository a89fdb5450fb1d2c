package org.starling.chain;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.BlockHeader;

/**
 * The validation thread's side of the {@link HeaderTree}: which entries may become the tip, which wait for a block
 * before them, which are invalid, and which have changed since they were last written.
 *
 * <p>A <i>candidate</i> is an entry with at least the tip's work whose blocks are all known and that is not known to be
 * invalid. The best has the most work, and among equals the lowest sequence: the one that was there first.
 */
final class BlockIndex {
    /** Sequence of entries that were the active chain when the node stopped. */
    static final int SEQUENCE_ACTIVE = 0;

    /** Sequence of other entries from before the start. */
    static final int SEQUENCE_LOADED = 1;

    static final Comparator<BlockEntry> BY_MERIT = Comparator.comparing(BlockEntry::chainWork)
            .thenComparing(Comparator.comparingInt(BlockEntry::sequence).reversed())
            .thenComparing(BlockEntry::hash);

    private final HeaderTree tree;
    private final NavigableSet<BlockEntry> candidates = new TreeSet<>(BY_MERIT);
    private final Map<BlockEntry, List<BlockEntry>> waiting = new HashMap<>();
    private final Set<BlockEntry> dirty = new LinkedHashSet<>();
    private int nextSequence = SEQUENCE_LOADED + 1;
    private int nextPreciousSequence = -1;
    private @Nullable BlockEntry lastPreciousTip;
    // A candidate to which the way was found clear; null if something on a way may have changed since.
    private @Nullable BlockEntry reachable;

    BlockIndex(HeaderTree tree) {
        this.tree = tree;
    }

    HeaderTree tree() {
        return tree;
    }

    BlockEntry addHeader(BlockHeader header, Hash256 hash, BlockEntry previous) {
        BlockEntry entry = tree.add(header, hash, previous);
        dirty.add(entry);
        if (entry.chainWork().compareTo(tree.bestHeader().chainWork()) > 0) {
            tree.setBestHeader(entry);
        }
        return entry;
    }

    /** The block is stored. It, and stored blocks that waited for it, may become candidates. */
    void received(BlockEntry entry, int transactions, BlockFiles.Position position, BlockEntry tip) {
        entry.setTransactionCount(transactions);
        entry.setBlockPosition(position.file(), position.offset());
        entry.add(BlockEntry.HAS_BLOCK);
        dirty.add(entry);
        BlockEntry previous = entry.previous();
        if (previous != null && previous.chainTransactionCount() == 0) {
            waitFor(previous, entry);
            return;
        }
        link(entry, tip);
    }

    private void waitFor(BlockEntry previous, BlockEntry entry) {
        waiting.computeIfAbsent(previous, key -> new ArrayList<>()).add(entry);
    }

    private void link(BlockEntry first, BlockEntry tip) {
        Deque<BlockEntry> linked = new ArrayDeque<>(List.of(first));
        while (!linked.isEmpty()) {
            BlockEntry entry = linked.removeFirst();
            BlockEntry previous = entry.previous();
            entry.setChainTransactionCount(
                    entry.transactionCount() + (previous == null ? 0 : previous.chainTransactionCount()));
            candidates.remove(entry);
            entry.setSequence(nextSequence++);
            addCandidate(entry, tip);
            List<BlockEntry> next = waiting.remove(entry);
            if (next != null) {
                linked.addAll(next);
            }
        }
    }

    /** Rebuilds what follows from the entries as loaded: counts, sequences, candidates. Call with the tip set. */
    void rebuild(List<BlockEntry> byHeight, BlockEntry tip) {
        for (BlockEntry entry : byHeight) {
            BlockEntry previous = entry.previous();
            entry.setSequence(entry.isAncestorOf(tip) ? SEQUENCE_ACTIVE : SEQUENCE_LOADED);
            if (entry.transactionCount() > 0) {
                if (previous == null || previous.chainTransactionCount() > 0) {
                    long before = previous == null ? 0 : previous.chainTransactionCount();
                    entry.setChainTransactionCount(before + entry.transactionCount());
                } else {
                    waitFor(previous, entry);
                }
            }
            if (previous != null && previous.isInvalid() && !entry.isInvalid()) {
                change(entry, BlockEntry.INVALID_ANCESTOR, 0);
            }
        }
        byHeight.forEach(entry -> addCandidate(entry, tip));
        candidates.add(tip);
        findBestHeader();
    }

    private void addCandidate(BlockEntry entry, BlockEntry tip) {
        if (!entry.isInvalid() && entry.chainTransactionCount() > 0 && BY_MERIT.compare(entry, tip) >= 0) {
            candidates.add(entry);
        }
    }

    /** The candidate to go to, all of whose blocks up to the active chain are stored. */
    BlockEntry best(BlockEntry tip) {
        if (reachable != null && !tip.isAncestorOf(reachable)) {
            reachable = null;
        }
        while (true) {
            BlockEntry best = candidates.isEmpty() ? tip : candidates.last();
            BlockEntry obstacle = obstacle(best, tip);
            if (obstacle == null) {
                reachable = best;
                return best;
            }
            discard(best, obstacle);
        }
    }

    /** The lowest-standing entry met on the way from {@code entry} to the active chain that bars it; null if none. */
    private @Nullable BlockEntry obstacle(BlockEntry entry, BlockEntry tip) {
        BlockEntry fork = entry.forkWith(tip);
        for (BlockEntry at = entry; at != fork && at != reachable; at = Objects.requireNonNull(at.previous())) {
            if (at.isInvalid() || !at.hasBlock()) {
                return at;
            }
        }
        return null;
    }

    private void discard(BlockEntry from, BlockEntry obstacle) {
        boolean invalid = obstacle.isInvalid();
        for (BlockEntry at = from; at != obstacle; at = Objects.requireNonNull(at.previous())) {
            if (invalid) {
                change(at, BlockEntry.INVALID_ANCESTOR, 0);
            } else {
                // Its blocks were pruned; it may be a candidate again when they come back.
                waitFor(Objects.requireNonNull(at.previous()), at);
            }
            candidates.remove(at);
        }
        candidates.remove(obstacle);
    }

    /** Drops the candidates that are worse than the tip. */
    void trimCandidates(BlockEntry tip) {
        candidates.add(tip);
        candidates.headSet(tip, false).clear();
    }

    /** Makes every entry that qualifies a candidate, after the tip went back. */
    void refillCandidates(BlockEntry tip) {
        tree.all().forEach(entry -> addCandidate(entry, tip));
        candidates.add(tip);
    }

    /** The entry breaks a rule; what is built on it is invalid with it. */
    void fail(BlockEntry entry) {
        change(entry, BlockEntry.FAILED, BlockEntry.INVALID_ANCESTOR);
        candidates.remove(entry);
        for (BlockEntry other : tree.all()) {
            if (other.height() > entry.height() && !other.isInvalid() && entry.isAncestorOf(other)) {
                change(other, BlockEntry.INVALID_ANCESTOR, 0);
                candidates.remove(other);
            }
        }
        findBestHeader();
    }

    /** Forgets that the entry, what is built on it and what it is built on were found invalid. */
    void reconsider(BlockEntry entry, BlockEntry tip) {
        for (BlockEntry other : List.copyOf(tree.all())) {
            if (other.isInvalid() && (entry.isAncestorOf(other) || other.isAncestorOf(entry))) {
                change(other, 0, BlockEntry.FAILED | BlockEntry.INVALID_ANCESTOR);
                addCandidate(other, tip);
            }
        }
        findBestHeader();
    }

    /** Puts the entry before others of the same work, as if it had come first. */
    void prefer(BlockEntry entry, BlockEntry tip) {
        if (entry.chainWork().compareTo(tip.chainWork()) < 0) {
            return;
        }
        if (lastPreciousTip == null || tip.chainWork().compareTo(lastPreciousTip.chainWork()) > 0) {
            nextPreciousSequence = -1;
        }
        lastPreciousTip = tip;
        candidates.remove(entry);
        entry.setSequence(nextPreciousSequence);
        if (nextPreciousSequence > Integer.MIN_VALUE) {
            nextPreciousSequence--;
        }
        addCandidate(entry, tip);
    }

    private void findBestHeader() {
        BlockEntry best = tree.bestHeader().isInvalid() ? tree.genesis() : tree.bestHeader();
        for (BlockEntry entry : tree.all()) {
            if (!entry.isInvalid() && entry.chainWork().compareTo(best.chainWork()) > 0) {
                best = entry;
            }
        }
        tree.setBestHeader(best);
    }

    void change(BlockEntry entry, int add, int remove) {
        int before = entry.status();
        entry.setStatus(before & ~remove | add);
        if (entry.status() != before) {
            dirty.add(entry);
            if (entry.isInvalid() || !entry.hasBlock()) {
                reachable = null;
            }
        }
    }

    void markDirty(BlockEntry entry) {
        dirty.add(entry);
    }

    /** The entries changed since {@link #written} was last told. */
    Collection<BlockEntry> dirty() {
        return dirty;
    }

    void written() {
        dirty.clear();
    }
}
