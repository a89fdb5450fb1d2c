package org.starling.bitcoin;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.CFCheckpoint;
import org.starling.bitcoin.message.CFHeaders;
import org.starling.bitcoin.message.CFilter;
import org.starling.bitcoin.message.FilterMessage;
import org.starling.bitcoin.message.GetCFCheckpoint;
import org.starling.bitcoin.message.GetCFHeaders;
import org.starling.bitcoin.message.GetCFilters;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.index.BlockFilter;

/**
 * Serves the filters of blocks (BIP-0157), if the operator wants it. A request is read from disk a part at a time, and
 * the next part only when the link has taken the last, so that a peer that asks for much and reads slowly costs little.
 * While it is answered the peer's further messages wait.
 */
final class FilterServer {
    private final Peers peers;
    private final ChainView chain;
    private final Validation validation;
    private final Predicate<BlockEntry> mayServe;

    /** @param mayServe whether peers may learn that we know the block */
    FilterServer(Peers peers, ChainView chain, Validation validation, Predicate<BlockEntry> mayServe) {
        this.peers = peers;
        this.chain = chain;
        this.validation = validation;
        this.mayServe = mayServe;
    }

    void received(long now, Peer peer, FilterMessage message) {
        switch (message) {
            case GetCFilters request -> {
                BlockEntry stop = stop(now, peer, request.filterType(), request.stop());
                if (stop != null && isInRange(now, peer, request.startHeight(), stop, BitcoinLimits.FILTERS)) {
                    peer.filterQuery = new FilterQuery.Filters((int) request.startHeight(), stop);
                }
            }
            case GetCFHeaders request -> {
                BlockEntry stop = stop(now, peer, request.filterType(), request.stop());
                if (stop != null && isInRange(now, peer, request.startHeight(), stop, BitcoinLimits.FILTER_HASHES)) {
                    peer.filterQuery = new FilterQuery.Headers((int) request.startHeight(), stop);
                }
            }
            case GetCFCheckpoint request -> {
                BlockEntry stop = stop(now, peer, request.filterType(), request.stop());
                peer.filterQuery = stop == null ? null : new FilterQuery.Checkpoints(stop);
            }
            case CFilter _, CFHeaders _, CFCheckpoint _ ->
                peers.debug("Unrequested " + message.type() + " from " + peer);
        }
        serve(peer);
    }

    private @Nullable BlockEntry stop(long now, Peer peer, int filterType, Hash256 hash) {
        if (filterType != BlockFilter.BASIC || (peers.settings().services() & Services.COMPACT_FILTERS) == 0) {
            peers.drop(now, peer, "peer requested unsupported block filter type: " + filterType);
            return null;
        }
        BlockEntry entry = chain.headers().find(hash);
        if (entry == null || !mayServe.test(entry)) {
            peers.drop(now, peer, "peer requested invalid block hash: " + hash);
            return null;
        }
        return entry;
    }

    private boolean isInRange(long now, Peer peer, long start, BlockEntry stop, int most) {
        if (start > stop.height()) {
            peers.drop(
                    now,
                    peer,
                    "peer sent invalid getcfilters/getcfheaders with start height " + start + " and stop height "
                            + stop.height());
            return false;
        }
        if (stop.height() - start >= most) {
            peers.drop(
                    now,
                    peer,
                    "peer requested too many cfilters/cfheaders: " + (stop.height() - start + 1) + " / " + most);
            return false;
        }
        return true;
    }

    /** Reads the next part of what the peer is to be sent, if the link takes more. */
    void serve(Peer peer) {
        FilterQuery query = peer.filterQuery;
        if (query == null || peer.readingFilters || peer.link.congested() || peer.link.isClosed()) {
            return;
        }
        peer.readingFilters = true;
        validation.readFilters(peer.id(), query instanceof FilterQuery.Filters filters ? part(filters) : query);
    }

    private static FilterQuery.Filters part(FilterQuery.Filters whole) {
        int end = Math.min(whole.stop().height(), whole.fromHeight() + BitcoinLimits.FILTERS_READ_AT_ONCE - 1);
        return new FilterQuery.Filters(
                whole.fromHeight(), Objects.requireNonNull(whole.stop().ancestor(end)));
    }

    /** Sends what was read; nothing if it is not indexed. */
    void read(long now, Peer peer, List<FilterMessage> answers) {
        FilterQuery query = peer.filterQuery;
        peer.readingFilters = false;
        peer.filterQuery = null;
        if (answers.isEmpty()) {
            peers.debug("Failed to find block filter in index: " + query + " for " + peer);
            return;
        }
        answers.forEach(answer -> peers.send(now, peer, answer));
        if (query instanceof FilterQuery.Filters(int from, BlockEntry stop) && from + answers.size() <= stop.height()) {
            peer.filterQuery = new FilterQuery.Filters(from + answers.size(), stop);
            serve(peer);
        }
    }
}
