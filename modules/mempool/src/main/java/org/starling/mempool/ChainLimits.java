package org.starling.mempool;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.mempool.MempoolOptions.Limits;

/** Bounds chains of unconfirmed transactions, and so the work of keeping and replacing them. */
final class ChainLimits {
    private ChainLimits() {}

    /** Which limit transactions of that size and number with these parents would exceed; null for none. */
    static @Nullable String excess(long virtualSize, int count, Set<Entry> parents, Limits limits) {
        if (parents.size() + count > limits.ancestors()) {
            return "too many unconfirmed parents [limit: " + limits.ancestors() + "]";
        }
        long total = virtualSize;
        Set<Entry> staged = new LinkedHashSet<>(parents);
        Set<Entry> ancestors = new LinkedHashSet<>();
        while (!staged.isEmpty()) {
            Iterator<Entry> first = staged.iterator();
            Entry ancestor = first.next();
            first.remove();
            ancestors.add(ancestor);
            total += ancestor.virtualSize;
            if (ancestor.descendantSize + virtualSize > limits.descendantBytes()) {
                return "exceeds descendant size limit for tx " + ancestor.txid() + " [limit: "
                        + limits.descendantBytes() + "]";
            }
            if (ancestor.descendantCount + count > limits.descendants()) {
                return "too many descendants for tx " + ancestor.txid() + " [limit: " + limits.descendants() + "]";
            }
            if (total > limits.ancestorBytes()) {
                return "exceeds ancestor size limit [limit: " + limits.ancestorBytes() + "]";
            }
            for (Entry parent : ancestor.parents) {
                if (!ancestors.contains(parent)) {
                    staged.add(parent);
                }
                if (staged.size() + ancestors.size() + count > limits.ancestors()) {
                    return "too many unconfirmed ancestors [limit: " + limits.ancestors() + "]";
                }
            }
        }
        return null;
    }
}
