package org.starling.mempool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
    private long weight;
    private long sigOpsCost = BlockAssembler.COINBASE_SIGOPS_COST;
    private int failures;

    BlockSelection(BlockAssembler.Options options, HeaderView tip) {
        this.options = options;
        this.tip = tip;
        int reserved = options.reservedWeight();
        this.maxWeight = Math.max(reserved, Math.min(options.maxWeight(), BlockRules.MAX_WEIGHT - reserved));
        this.weight = reserved;
    }

    /** What was chosen, parents before their children. */
    Collection<Entry> chosen() {
        return chosen;
    }

    void select(Chunks chunks) {
        for (Chunk chunk : chunks.bestFirst()) {
            boolean full = failures > MAX_CONSECUTIVE_FAILURES && weight > maxWeight - options.reservedWeight();
            if (full || !pays(chunk.fee, chunk.size)) {
                return;
            }
            for (List<Entry> part : chunk.parts()) {
                if (isComplete(part)) {
                    take(part);
                } else {
                    takeWithAncestors(part);
                }
            }
        }
    }

    private boolean pays(long fee, long size) {
        return fee >= options.minFeerate().fee(size);
    }

    // Whether all that the part depends on is in it or was chosen.
    private boolean isComplete(List<Entry> part) {
        for (Entry entry : part) {
            for (Entry parent : entry.parents) {
                if (!chosen.contains(parent) && !part.contains(parent)) {
                    return false;
                }
            }
        }
        return true;
    }

    // What it depends on did not fit, or comes later, which happens where both together were too many for a chunk.
    private void takeWithAncestors(List<Entry> part) {
        for (Entry entry : part) {
            List<Entry> bundle = new ArrayList<>(EntryGraph.withAncestors(List.of(entry)));
            bundle.removeIf(chosen::contains);
            bundle.sort(Chunk.PARENTS_FIRST);
            FeeSize sum = FeeSize.ZERO;
            for (Entry each : bundle) {
                sum = sum.plus(FeeSize.of(each));
            }
            if (pays(sum.fee(), sum.size())) {
                take(bundle);
            }
        }
    }

    private void take(List<Entry> entries) {
        long size = 0;
        long cost = 0;
        for (Entry entry : entries) {
            if (!TransactionRules.isFinal(entry.transaction, tip.height() + 1, tip.medianTimePast())) {
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
        for (Entry entry : entries) {
            chosen.add(entry);
            weight += entry.transaction.weight();
            sigOpsCost += entry.sigOpsCost;
        }
    }
}
