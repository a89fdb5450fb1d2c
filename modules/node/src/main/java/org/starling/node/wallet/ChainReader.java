package org.starling.node.wallet;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockEntry;
import org.starling.chain.Chain;
import org.starling.chain.index.BlockFilter;
import org.starling.chain.index.FilterIndex;
import org.starling.consensus.Block;
import org.starling.node.Node;
import org.starling.wallet.book.ChainPoint;
import org.starling.wallet.book.Wallet;

/** Brings a wallet to the tip, or over a stretch again, block by block from disk; past most of them by their filters. */
final class ChainReader {
    private final Chain chain;
    private final @Nullable FilterIndex filters;

    ChainReader(Node node) {
        chain = node.chain();
        filters = node.indexes().filters();
    }

    static ChainPoint point(BlockEntry entry) {
        return new ChainPoint(entry.hash(), entry.height(), entry.time(), entry.maxTime());
    }

    List<Hash256> locator(BlockEntry entry) {
        return chain.tree().locator(entry);
    }

    /** The last block that the wallet knows of; genesis if it knows none. */
    BlockEntry placeOf(Wallet wallet) {
        for (Hash256 hash : wallet.place()) {
            BlockEntry entry = chain.tree().find(hash);
            if (entry != null) {
                return entry;
            }
        }
        return chain.tree().genesis();
    }

    /**
     * Takes the wallet one step towards the tip; false if it is there.
     *
     * @throws MissingBlockException if the block is pruned
     */
    boolean step(Wallet wallet, long now) {
        BlockEntry tip = chain.tree().tip();
        BlockEntry at = placeOf(wallet);
        if (at == tip) {
            if (!wallet.isAt(tip.hash())) {
                wallet.passed(tip.height(), locator(tip));
            }
            return false;
        }
        if (!at.isAncestorOf(tip)) {
            BlockEntry previous = at.previous();
            if (previous == null) {
                return false;
            }
            wallet.blockDisconnected(read(at), at.height(), locator(previous), now);
            return true;
        }
        BlockEntry next = tip.ancestor(at.height() + 1);
        if (next == null) {
            return false;
        }
        if (concerns(wallet, next)) {
            wallet.blockConnected(read(next), point(next), locator(next), now, true);
        } else {
            wallet.passed(next.height(), locator(next));
        }
        return true;
    }

    /** Whether the block may have something for the wallet: its filter says no with certainty. */
    boolean concerns(Wallet wallet, BlockEntry entry) {
        BlockFilter filter = filters == null ? null : filters.filter(entry);
        if (filter == null) {
            return true;
        }
        Set<Bytes> scripts = new HashSet<>(wallet.scripts());
        try {
            return filter.matchesAny(scripts);
        } catch (MalformedException e) {
            return true;
        }
    }

    /** Whether a filter spares reading most blocks. */
    boolean hasFilters() {
        return filters != null;
    }

    /** The block of an operation is not stored any more. */
    static final class MissingBlockException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MissingBlockException(BlockEntry entry) {
            super("Block " + entry + " is not stored (pruned); the wallet needs it", null, false, false);
        }
    }

    Block read(BlockEntry entry) {
        if (entry.height() == 0) {
            return chain.params().genesis();
        }
        try {
            return chain.readBlock(entry);
        } catch (IllegalStateException e) {
            throw new MissingBlockException(entry);
        }
    }
}
