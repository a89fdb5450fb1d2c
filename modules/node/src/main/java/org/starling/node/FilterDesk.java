package org.starling.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.BitcoinLimits;
import org.starling.bitcoin.FilterQuery;
import org.starling.bitcoin.message.CFCheckpoint;
import org.starling.bitcoin.message.CFHeaders;
import org.starling.bitcoin.message.CFilter;
import org.starling.bitcoin.message.FilterMessage;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.index.BlockFilter;
import org.starling.chain.index.FilterIndex;
import org.starling.chain.index.FilterIndex.Commitment;

/** Answers what peers ask of the index of block filters. Reads from disk: not for the core lane. */
final class FilterDesk {
    private final @Nullable FilterIndex index;

    FilterDesk(@Nullable FilterIndex index) {
        this.index = index;
    }

    /** The messages that answer the query; none if the index lacks something of it. */
    List<FilterMessage> answer(FilterQuery query) {
        if (index == null) {
            return List.of();
        }
        return switch (query) {
            case FilterQuery.Filters(int from, BlockEntry stop) -> filters(index, from, stop);
            case FilterQuery.Headers(int from, BlockEntry stop) -> headers(index, from, stop);
            case FilterQuery.Checkpoints(BlockEntry stop) -> checkpoints(index, stop);
        };
    }

    private static List<FilterMessage> filters(FilterIndex index, int from, BlockEntry stop) {
        List<BlockFilter> filters = index.filters(from, stop);
        List<FilterMessage> answers = new ArrayList<>();
        if (filters != null) {
            filters.forEach(filter -> answers.add(new CFilter(BlockFilter.BASIC, filter.block(), filter.encoded())));
        }
        return answers;
    }

    private static List<FilterMessage> headers(FilterIndex index, int from, BlockEntry stop) {
        // The one before tells the header that the first hash is chained to.
        List<Commitment> commitments = index.commitments(Math.max(0, from - 1), stop);
        if (commitments == null) {
            return List.of();
        }
        Hash256 previous = from == 0 ? Hash256.ZERO : commitments.getFirst().header();
        List<Hash256> hashes = commitments.stream()
                .skip(from == 0 ? 0 : 1)
                .map(Commitment::filterHash)
                .toList();
        return List.of(new CFHeaders(BlockFilter.BASIC, stop.hash(), previous, hashes));
    }

    private static List<FilterMessage> checkpoints(FilterIndex index, BlockEntry stop) {
        List<BlockEntry> entries = new ArrayList<>();
        int interval = BitcoinLimits.FILTER_CHECKPOINT_INTERVAL;
        for (int height = interval; height <= stop.height(); height += interval) {
            entries.add(Objects.requireNonNull(stop.ancestor(height)));
        }
        List<Commitment> commitments = index.commitments(entries);
        return commitments == null
                ? List.of()
                : List.of(new CFCheckpoint(
                        BlockFilter.BASIC,
                        stop.hash(),
                        commitments.stream().map(Commitment::header).toList()));
    }
}
