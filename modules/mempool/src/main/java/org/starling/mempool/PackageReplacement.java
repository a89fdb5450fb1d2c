package org.starling.mempool;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.Rejection;
import org.starling.consensus.Rejection.Kind;

/**
 * When a child and its parent together may take the place of what either conflicts with, although the parent alone pays too
 * little for that. Only where it is easy to tell that miners gain: the conflicts are alone or in pairs.
 */
final class PackageReplacement {
    private PackageReplacement() {}

    /** @param accepted the parent, then the child, at least one of which conflicts with something */
    static Replacement.Plan plan(List<Acceptor> accepted, Feerate incremental) {
        if (accepted.size() != 2) {
            return refused("package must be 1-parent-1-child", "");
        }
        Set<Entry> conflicts = new LinkedHashSet<>();
        for (Acceptor acceptor : accepted) {
            if (!acceptor.parents().isEmpty()) {
                return refused("new transaction cannot have mempool ancestors", "");
            }
            conflicts.addAll(acceptor.conflicts());
        }
        Entry parent = accepted.getFirst().entry();
        Entry child = accepted.getLast().entry();
        Hash256 txid = child.txid();
        String tooMany = Replacement.tooMany(txid, conflicts);
        if (tooMany != null) {
            return refused("too many potential replacements", tooMany);
        }
        FeeSize both = FeeSize.of(parent).plus(FeeSize.of(child));
        Set<Entry> removed = EntryGraph.withDescendants(conflicts);
        String unpaid = Replacement.unpaid(txid, both.fee(), both.size(), removed, incremental);
        if (unpaid != null) {
            return refused("insufficient anti-DoS fees", unpaid);
        }
        Feerate feerate = Feerate.of(both.fee(), both.size());
        if (feerate.compareTo(parent.feerate()) <= 0) {
            return refused(
                    "package feerate is less than or equal to parent feerate",
                    "package feerate " + feerate + " <= parent feerate is " + parent.feerate());
        }
        for (Entry each : removed) {
            String entangled = entangled(each);
            if (entangled != null) {
                return refused(entangled, "");
            }
        }
        return improves(both, removed)
                ? new Replacement.Plan(removed, null)
                : refused("insufficient feerate: does not improve feerate diagram", "");
    }

    // Why more than a pair of transactions would be touched; null if not.
    private static @Nullable String entangled(Entry entry) {
        Hash256 txid = entry.txid();
        if (entry.ancestorCount > 2) {
            return txid + " has " + (entry.ancestorCount - 1) + " ancestors, max 1 allowed";
        }
        if (entry.descendantCount > 2) {
            return txid + " has " + (entry.descendantCount - 1) + " descendants, max 1 allowed";
        }
        if (entry.ancestorCount > 1 && entry.descendantCount > 1) {
            return txid + " has both ancestor and descendant, exceeding cluster limit of 2";
        }
        for (Entry child : entry.children) {
            if (child.ancestorCount > 2) {
                return txid + " is not the only parent of child " + child.txid();
            }
        }
        for (Entry parent : entry.parents) {
            if (parent.descendantCount > 2) {
                return txid + " is not the only child of parent " + parent.txid();
            }
        }
        return null;
    }

    private static boolean improves(FeeSize replacement, Set<Entry> removed) {
        List<FeeSize> after = new ArrayList<>(List.of(replacement));
        Set<Chunk> touched = new LinkedHashSet<>();
        for (Entry entry : removed) {
            touched.add(entry.chunk);
            for (Entry parent : entry.parents) {
                touched.add(parent.chunk);
                if (!removed.contains(parent)) {
                    after.add(FeeSize.of(parent));
                }
            }
        }
        List<FeeSize> before = touched.stream()
                .map(chunk -> new FeeSize(chunk.fee, chunk.size))
                .toList();
        return new FeeDiagram(after).improves(new FeeDiagram(before));
    }

    private static Replacement.Plan refused(String reason, String message) {
        return new Replacement.Plan(
                Set.of(), Rejection.of(Kind.MEMPOOL_POLICY, "package RBF failed: " + reason, message));
    }
}
