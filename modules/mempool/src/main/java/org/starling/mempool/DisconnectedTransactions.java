package org.starling.mempool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.Transaction;

/** Transactions of blocks that left the active chain, in their order, until the reorganisation is complete. */
final class DisconnectedTransactions {
    /** Memory that they may take; beyond it those of the latest blocks are forgotten. */
    static final long MAX_BYTES = 20_000_000;

    private final Deque<Transaction> transactions = new ArrayDeque<>();
    private long usage;
    private boolean changed;

    /** Whether a block was disconnected since the last {@link #take}. */
    boolean isChanged() {
        return changed;
    }

    /** Takes in the block that was the tip. */
    void disconnected(Block block) {
        changed = true;
        List<Transaction> all = block.transactions();
        for (int i = all.size() - 1; i > 0; i--) {
            Transaction own = all.get(i).compact();
            transactions.addFirst(own);
            usage += Entry.usageOf(own);
        }
        while (usage > MAX_BYTES) {
            usage -= Entry.usageOf(transactions.removeLast());
        }
    }

    /** Forgets what is in a block that is connected now. */
    void connected(Block block) {
        if (transactions.isEmpty()) {
            return;
        }
        Set<Hash256> confirmed = new HashSet<>();
        block.transactions().forEach(transaction -> confirmed.add(transaction.txid()));
        transactions.removeIf(transaction -> {
            boolean known = confirmed.contains(transaction.txid());
            if (known) {
                usage -= Entry.usageOf(transaction);
            }
            return known;
        });
    }

    /** All, parents before their children; none are kept. */
    List<Transaction> take() {
        List<Transaction> all = new ArrayList<>(transactions);
        transactions.clear();
        usage = 0;
        changed = false;
        return all;
    }
}
