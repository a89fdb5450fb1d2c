package org.starling.mempool;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;

/**
 * The rules for transactions of version 3, which are topologically restricted until confirmation (BIP-0431): small,
 * alone or with one parent or one child, so that they can always be replaced.
 */
final class Truc {
    static final int VERSION = 3;
    static final int MAX_VIRTUAL_SIZE = 10_000;
    static final int MAX_CHILD_VIRTUAL_SIZE = 1_000;

    private Truc() {}

    /**
     * A broken rule.
     *
     * @param sibling the other child of the parent, if replacing it would mend the matter
     */
    record Violation(String message, @Nullable Entry sibling) {}

    static @Nullable Violation check(
            Transaction transaction, Set<Entry> ancestors, Set<Entry> conflicts, int virtualSize) {
        boolean truc = transaction.version() == VERSION;
        for (Entry ancestor : ancestors) {
            if (truc != (ancestor.transaction.version() == VERSION)) {
                String child = truc ? "version=3" : "non-version=3";
                String parent = truc ? "non-version=3" : "version=3";
                return violation(child + " tx " + ids(transaction) + " cannot spend from " + parent + " tx "
                        + ids(ancestor.transaction));
            }
        }
        if (!truc) {
            return null;
        }
        if (virtualSize > MAX_VIRTUAL_SIZE) {
            return violation(tooBig("version=3 tx ", transaction, virtualSize, MAX_VIRTUAL_SIZE));
        }
        if (ancestors.size() > 1) {
            return violation("tx " + ids(transaction) + " would have too many ancestors");
        }
        if (ancestors.isEmpty()) {
            return null;
        }
        if (virtualSize > MAX_CHILD_VIRTUAL_SIZE) {
            return violation(tooBig("version=3 child tx ", transaction, virtualSize, MAX_CHILD_VIRTUAL_SIZE));
        }
        return checkSiblings(ancestors.iterator().next(), conflicts);
    }

    /**
     * What of the rules transaction {@code index} of a package breaks together with the others, parents first; null for
     * nothing. Each alone passed {@link #check}.
     *
     * @param virtualSize of that transaction, as the mempool counts it
     */
    static @Nullable String checkInPackage(
            List<Transaction> transactions, int index, Set<Entry> ancestors, int virtualSize) {
        Transaction transaction = transactions.get(index);
        List<Transaction> parents = new ArrayList<>();
        for (Transaction earlier : transactions.subList(0, index)) {
            if (spends(transaction, earlier)) {
                parents.add(earlier);
            }
        }
        if (transaction.version() != VERSION) {
            for (Transaction parent : parents) {
                if (parent.version() == VERSION) {
                    return "non-version=3 tx " + ids(transaction) + " cannot spend from version=3 tx " + ids(parent);
                }
            }
            return null;
        }
        if (ancestors.size() + parents.size() > 1) {
            return "tx " + ids(transaction) + " would have too many ancestors";
        }
        if (ancestors.isEmpty() && parents.isEmpty()) {
            return null;
        }
        if (virtualSize > MAX_CHILD_VIRTUAL_SIZE) {
            return tooBig("version=3 child tx ", transaction, virtualSize, MAX_CHILD_VIRTUAL_SIZE);
        }
        Entry known = ancestors.isEmpty() ? null : ancestors.iterator().next();
        Transaction parent = known == null ? parents.getFirst() : known.transaction;
        return checkFamily(transactions, transaction, parent, known != null && known.descendantCount > 1);
    }

    private static @Nullable String checkFamily(
            List<Transaction> transactions, Transaction transaction, Transaction parent, boolean hasOtherChild) {
        if (parent.version() != VERSION) {
            return "version=3 tx " + ids(transaction) + " cannot spend from non-version=3 tx " + ids(parent);
        }
        for (Transaction other : transactions) {
            if (!other.equals(transaction) && spends(other, parent)) {
                return "tx " + ids(parent) + " would exceed descendant count limit";
            }
            if (!other.equals(transaction) && spends(other, transaction)) {
                return "tx " + ids(other) + " would have too many ancestors";
            }
        }
        return hasOtherChild ? "tx " + ids(parent) + " would exceed descendant count limit" : null;
    }

    private static boolean spends(Transaction child, Transaction parent) {
        for (TxIn input : child.inputs()) {
            if (input.previous().txid().equals(parent.txid())) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Violation checkSiblings(Entry parent, Set<Entry> conflicts) {
        boolean replacesChild = parent.children.stream().anyMatch(conflicts::contains);
        if (parent.descendantCount == 1 || replacesChild) {
            return null;
        }
        Entry sibling = parent.children.iterator().next();
        boolean replaceable = parent.descendantCount == 2 && sibling.ancestorCount == 2;
        return new Violation(
                "tx " + ids(parent.transaction) + " would exceed descendant count limit", replaceable ? sibling : null);
    }

    private static Violation violation(String message) {
        return new Violation(message, null);
    }

    private static String tooBig(String what, Transaction transaction, int size, int limit) {
        return what + ids(transaction) + " is too big: " + size + " > " + limit + " virtual bytes";
    }

    private static String ids(Transaction transaction) {
        return transaction.txid() + " (wtxid=" + transaction.wtxid() + ")";
    }
}
