package org.starling.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.starling.bytes.Hash256;
import org.starling.mempool.MempoolEntry;

/**
 * A miner that takes, again and again, the transaction that pays best together with those of its ancestors that it has not
 * taken: what a mempool's order is compared with.
 */
final class AncestorMiner {
    private static final Comparator<Candidate> BEST_FIRST = (left, right) -> {
        int order = Double.compare((double) right.fees * left.size, (double) left.fees * right.size);
        return order == 0 ? left.entry.txid().compareTo(right.entry.txid()) : order;
    };

    private final Map<Hash256, Candidate> waiting = new HashMap<>();
    private final TreeSet<Candidate> queue = new TreeSet<>(BEST_FIRST);
    private final Set<Hash256> taken = new HashSet<>();
    private long fees;

    private record Candidate(MempoolEntry entry, long fees, long size) {
        Candidate without(MempoolEntry ancestor) {
            return new Candidate(entry, fees - ancestor.modifiedFee(), size - ancestor.virtualSize());
        }
    }

    AncestorMiner(List<MempoolEntry> entries) {
        for (MempoolEntry entry : entries) {
            Candidate candidate = new Candidate(entry, entry.ancestorFees(), entry.ancestorSize());
            waiting.put(entry.txid(), candidate);
            queue.add(candidate);
        }
    }

    /** The fees of a block of which so many weight units are free, in satoshis. */
    long mine(long weight) {
        long left = weight;
        int failures = 0;
        for (Candidate best = queue.pollFirst(); best != null && failures < 1_000; best = queue.pollFirst()) {
            if (4 * best.size > left) {
                failures++;
                continue;
            }
            for (MempoolEntry entry : bundle(best.entry)) {
                left -= entry.transaction().weight();
                take(entry);
            }
            failures = 0;
        }
        return fees;
    }

    private List<MempoolEntry> bundle(MempoolEntry last) {
        Set<MempoolEntry> bundle = new LinkedHashSet<>(List.of(last));
        List<MempoolEntry> open = new ArrayList<>(bundle);
        for (int i = 0; i < open.size(); i++) {
            for (Hash256 parent : open.get(i).depends()) {
                Candidate candidate = waiting.get(parent);
                if (candidate != null && !taken.contains(parent) && bundle.add(candidate.entry)) {
                    open.add(candidate.entry);
                }
            }
        }
        return open;
    }

    private void take(MempoolEntry entry) {
        taken.add(entry.txid());
        fees += entry.fee();
        queue.remove(waiting.get(entry.txid()));
        Set<Hash256> descendants = new LinkedHashSet<>(entry.spentBy());
        List<Hash256> open = new ArrayList<>(descendants);
        for (int i = 0; i < open.size(); i++) {
            Candidate old = waiting.get(open.get(i));
            if (old == null || taken.contains(open.get(i))) {
                continue;
            }
            queue.remove(old);
            Candidate lighter = old.without(entry);
            waiting.put(open.get(i), lighter);
            queue.add(lighter);
            for (Hash256 child : old.entry.spentBy()) {
                if (descendants.add(child)) {
                    open.add(child);
                }
            }
        }
    }
}
