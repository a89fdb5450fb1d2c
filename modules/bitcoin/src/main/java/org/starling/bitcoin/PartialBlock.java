package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.CompactBlock;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.BlockRules;
import org.starling.consensus.Transaction;
import org.starling.crypto.SipHash;

/** A block being put together from a compact one (BIP-0152), transactions at hand, and those that the sender adds. */
final class PartialBlock {
    /** Transactions that a block cannot have more of, as each weighs at least as much as the smallest that parses. */
    private static final int MOST_TRANSACTIONS = BlockRules.MAX_WEIGHT / (BlockRules.WITNESS_SCALE_FACTOR * 10);

    /** What can be said of a compact block by itself. */
    sealed interface Start {
        /** No honest peer sends this. */
        record Invalid() implements Start {}

        /** Two of its short ids are equal: the block must be had in another way. */
        record Ambiguous() implements Start {}

        record Begun(PartialBlock block) implements Start {}
    }

    private final BlockHeader header;
    private final @Nullable Transaction[] slots;
    private boolean failed;

    private PartialBlock(BlockHeader header, int count) {
        this.header = header;
        this.slots = new Transaction[count];
    }

    /**
     * Fills in what is at hand.
     *
     * @param pooled transactions of the mempool
     * @param extra others seen lately, which were not accepted
     */
    static Start start(CompactBlock compact, Iterable<Transaction> pooled, Iterable<Transaction> extra) {
        int count = compact.transactionCount();
        if (count == 0 || count > MOST_TRANSACTIONS) {
            return new Start.Invalid();
        }
        PartialBlock block = new PartialBlock(compact.header(), count);
        for (CompactBlock.Given given : compact.given()) {
            if (given.index() >= count) {
                return new Start.Invalid();
            }
            block.slots[given.index()] = given.transaction();
        }
        Map<Long, Integer> places = new HashMap<>();
        int place = 0;
        for (int i = 0; i < compact.shortIdCount(); i++) {
            while (block.slots[place] != null) {
                place++;
            }
            if (places.put(compact.shortId(i), place++) != null) {
                return new Start.Ambiguous();
            }
        }
        SipHash hasher = CompactBlock.hasher(compact.header(), compact.nonce());
        boolean[] ambiguous = new boolean[count];
        block.fill(hasher, places, pooled, ambiguous);
        block.fill(hasher, places, extra, ambiguous);
        return new Start.Begun(block);
    }

    /** A place that two different transactions fit stays empty, and the sender is asked. */
    private void fill(
            SipHash hasher, Map<Long, Integer> places, Iterable<Transaction> candidates, boolean[] ambiguous) {
        for (Transaction candidate : candidates) {
            Integer place = places.get(CompactBlock.shortId(hasher, candidate.wtxid()));
            if (place != null && !ambiguous[place]) {
                Transaction already = slots[place];
                if (already == null) {
                    slots[place] = candidate;
                } else if (!already.wtxid().equals(candidate.wtxid())) {
                    slots[place] = null;
                    ambiguous[place] = true;
                }
            }
        }
    }

    /** The places still empty, ascending. */
    List<Integer> missing() {
        List<Integer> missing = new ArrayList<>();
        for (int i = 0; i < slots.length; i++) {
            if (slots[i] == null) {
                missing.add(i);
            }
        }
        return missing;
    }

    /**
     * The block with the missing transactions added.
     *
     * @return null if it is not what its header commits to: a short id fitted the wrong transaction
     */
    @Nullable
    Block complete(List<Transaction> added, boolean witnessesExpected) {
        List<Integer> missing = missing();
        if (missing.size() != added.size()) {
            throw new IllegalArgumentException(added.size() + " transactions for " + missing.size() + " places");
        }
        @Nullable Transaction[] all = slots.clone();
        for (int i = 0; i < missing.size(); i++) {
            all[missing.get(i)] = added.get(i);
        }
        List<Transaction> transactions =
                Arrays.stream(all).map(Objects::requireNonNull).toList();
        Block block = Block.of(header, transactions);
        failed = BlockRules.checkMutation(block, witnessesExpected) != null;
        return failed ? null : block;
    }

    /** Whether it was completed once, and the block was not the right one: it is of no more use. */
    boolean hasFailed() {
        return failed;
    }
}
