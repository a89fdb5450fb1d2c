package org.starling.mempool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.consensus.BlockRules;
import org.starling.consensus.HeaderView;
import org.starling.consensus.TransactionRules;

/** What of the mempool goes into one block: chunk after chunk, the best first, what does not fit left out. */
final class BlockSelection {
    /** Nearly full, the selection ends after so many parts of chunks in a row that do not fit. */
    private static final int MAX_CONSECUTIVE_FAILURES = 1_000;

    private final BlockAssembler.Options options;
    private final HeaderView tip;
    private final int maxWeight;
    private final Set<Entry> chosen = new LinkedHashSet<>();
    // Chunks that depend on one that comes later, which happens where both together were too large, by that chunk.
    private final Map<Chunk, List<Chunk>> waiting = new HashMap<>();
    private long weight = BlockAssembler.COINBASE_WEIGHT;
    private long sigOpsCost = BlockAssembler.COINBASE_SIGOPS_COST;
    private int failures;

    BlockSelection(BlockAssembler.Options options, HeaderView tip) {
        this.options = options;
        this.tip = tip;
        this.maxWeight = Math.clamp(
                options.maxWeight(),
                BlockAssembler.COINBASE_WEIGHT,
                BlockRules.MAX_WEIGHT - BlockAssembler.COINBASE_WEIGHT);
    }

    /** What was chosen, parents before their children. */
    Collection<Entry> chosen() {
        return chosen;
    }

    void select(Chunks chunks) {
        Set<Chunk> seen = new LinkedHashSet<>();
        for (Chunk chunk : chunks.bestFirst()) {
            boolean full = failures > MAX_CONSECUTIVE_FAILURES && weight > maxWeight - BlockAssembler.COINBASE_WEIGHT;
            if (full || chunk.fee < options.minFeerate().fee(chunk.size)) {
                return;
            }
            seen.add(chunk);
            take(chunk, seen);
        }
    }

    private void take(Chunk first, Set<Chunk> seen) {
        List<Chunk> ready = new ArrayList<>(List.of(first));
        for (int i = 0; i < ready.size(); i++) {
            Chunk chunk = ready.get(i);
            Chunk missing = missing(chunk, seen);
            if (missing == null) {
                chunk.parts().forEach(this::takePart);
                ready.addAll(waiting.getOrDefault(chunk, List.of()));
            } else {
                waiting.computeIfAbsent(missing, _ -> new ArrayList<>()).add(chunk);
            }
        }
    }

    // A chunk on which this one depends and whose turn was not yet.
    private static @Nullable Chunk missing(Chunk chunk, Set<Chunk> seen) {
        for (Entry entry : chunk.members) {
            for (Entry parent : entry.parents) {
                if (!seen.contains(parent.chunk)) {
                    return parent.chunk;
                }
            }
        }
        return null;
    }

    private void takePart(List<Entry> part) {
        long size = 0;
        long cost = 0;
        for (Entry entry : part) {
            if (!isReady(entry, part)) {
                return;
            }
            size += entry.virtualSize;
            cost += entry.sigOpsCost;
        }
        if (weight + BlockRules.WITNESS_SCALE_FACTOR * size >= maxWeight
                || sigOpsCost + cost >= BlockRules.MAX_SIGOPS_COST) {
            failures++;
            return;
        }
        failures = 0;
        for (Entry entry : part) {
            chosen.add(entry);
            weight += entry.transaction.weight();
            sigOpsCost += entry.sigOpsCost;
        }
    }

    // Whether the block may hold it, given what was chosen: not if what it depends on did not fit.
    private boolean isReady(Entry entry, List<Entry> part) {
        for (Entry parent : entry.parents) {
            if (!chosen.contains(parent) && !part.contains(parent)) {
                return false;
            }
        }
        return TransactionRules.isFinal(entry.transaction, tip.height() + 1, tip.medianTimePast());
    }
}
