package org.starling.chain.index;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.Chain;
import org.starling.consensus.Block;
import org.starling.world.KeyValueStore;
import org.starling.world.KeyValueStore.Batch;
import org.starling.world.Lane;

/**
 * The basic filters of all blocks that were in the active chain, and their headers (BIP-0157, BIP-0158).
 *
 * <pre>
 *   f + height + block hash   the filter
 *   h + height + block hash   hash of the filter, filter header
 * </pre>
 */
public final class FilterIndex extends ChainIndex {
    public static final String NAME = "basic block filter index";

    // Of the lane: the last block added and its filter header.
    private @Nullable BlockEntry last;
    private Hash256 lastHeader = Hash256.ZERO;

    public FilterIndex(Chain chain, KeyValueStore store, Lane lane) {
        super(NAME, chain, store, lane);
    }

    /** Hash and header of a block's filter. */
    public record Commitment(Hash256 filterHash, Hash256 header) {}

    @Override
    void add(Batch batch, BlockEntry entry, Block block, BlockUndo undo) {
        BlockFilter filter = BlockFilter.of(block, undo);
        Hash256 hash = filter.hash();
        Hash256 header = BlockFilter.header(hash, headerBefore(entry));
        batch.put(key('f', entry), filter.encoded().toArray());
        batch.put(
                key('h', entry), Bytes.concat(hash.toBytes(), header.toBytes()).toArray());
        last = entry;
        lastHeader = header;
    }

    private Hash256 headerBefore(BlockEntry entry) {
        BlockEntry previous = entry.previous();
        if (previous == null) {
            return Hash256.ZERO;
        }
        if (previous == last) {
            return lastHeader;
        }
        Commitment before = commitment(previous);
        if (before == null) {
            throw damaged(
                    "block " + previous, new MalformedException("the filter before that of " + entry + " is missing"));
        }
        return before.header();
    }

    /** The filter of the block; null if it is not indexed (yet). From any thread. */
    public @Nullable BlockFilter filter(BlockEntry entry) {
        byte[] value = store().get(key('f', entry));
        return value == null ? null : decode(entry, value);
    }

    private BlockFilter decode(BlockEntry entry, byte[] value) {
        try {
            return BlockFilter.parse(entry.hash(), Bytes.wrap(value));
        } catch (MalformedException e) {
            throw damaged("block " + entry, e);
        }
    }

    /** Hash and header of the block's filter; null if it is not indexed (yet). From any thread. */
    public @Nullable Commitment commitment(BlockEntry entry) {
        byte[] value = store().get(key('h', entry));
        return value == null ? null : decodeCommitment(value);
    }

    private static Commitment decodeCommitment(byte[] value) {
        return new Commitment(Hash256.read(value, 0), Hash256.read(value, Hash256.BYTES));
    }

    /**
     * The filters of the chain that ends with that block, from a height on; null if one is not indexed (yet). From any
     * thread.
     */
    public @Nullable List<BlockFilter> filters(int fromHeight, BlockEntry stop) {
        List<BlockEntry> entries = chainOf(fromHeight, stop);
        List<byte @Nullable []> values =
                store().getAll(entries.stream().map(entry -> key('f', entry)).toList());
        List<BlockFilter> filters = new ArrayList<>(entries.size());
        for (int i = 0; i < values.size(); i++) {
            byte[] value = values.get(i);
            if (value == null) {
                return null;
            }
            filters.add(decode(entries.get(i), value));
        }
        return filters;
    }

    /** As {@link #filters}, hashes and headers only. */
    public @Nullable List<Commitment> commitments(int fromHeight, BlockEntry stop) {
        return commitments(chainOf(fromHeight, stop));
    }

    /** Hashes and headers of those blocks' filters; null if one is not indexed (yet). From any thread. */
    public @Nullable List<Commitment> commitments(List<BlockEntry> entries) {
        List<byte @Nullable []> values =
                store().getAll(entries.stream().map(entry -> key('h', entry)).toList());
        List<Commitment> commitments = new ArrayList<>(entries.size());
        for (byte[] value : values) {
            if (value == null) {
                return null;
            }
            commitments.add(decodeCommitment(value));
        }
        return commitments;
    }

    private static List<BlockEntry> chainOf(int fromHeight, BlockEntry stop) {
        List<BlockEntry> entries = new ArrayList<>(stop.height() - fromHeight + 1);
        for (BlockEntry at = stop; at != null && at.height() >= fromHeight; at = at.previous()) {
            entries.add(Objects.requireNonNull(at));
        }
        return entries.reversed();
    }
}
