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

    /** When an operator takes the chain back, what was in so many blocks at its end waits again, and older is forgotten. */
    static final int BLOCKS_THAT_RETURN = 10;

    private final Deque<Transaction> transactions = new ArrayDeque<>();
    private long usage;
    private int blocks;
    private int latest;

    /** Whether a block was disconnected since the last {@link #take}. */
    boolean isChanged() {
        return blocks > 0;
    }

    /** Takes in the block that was the tip. */
    void disconnected(Block block) {
        blocks++;
        List<Transaction> all = block.transactions();
        for (int i = all.size() - 1; i > 0; i--) {
            Transaction own = all.get(i).compact();
            transactions.addFirst(own);
            usage += Entry.usageOf(own);
            latest += blocks <= BLOCKS_THAT_RETURN ? 1 : 0;
        }
        while (usage > MAX_BYTES) {
            usage -= Entry.usageOf(transactions.removeLast());
            latest = Math.max(0, latest - 1);
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

    /** How many of the last transactions that {@link #take} gives are from the latest blocks, if none was connected. */
    int latest() {
        return latest;
    }

    /** All, parents before their children; none are kept. */
    List<Transaction> take() {
        List<Transaction> all = new ArrayList<>(transactions);
        transactions.clear();
        usage = 0;
        blocks = 0;
        latest = 0;
        return all;
    }
}
