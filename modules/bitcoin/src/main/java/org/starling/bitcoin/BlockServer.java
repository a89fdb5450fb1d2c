package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.BlockMessage;
import org.starling.bitcoin.message.BlockTransactions;
import org.starling.bitcoin.message.CompactBlock;
import org.starling.bitcoin.message.GetBlockTransactions;
import org.starling.bitcoin.message.GetBlocks;
import org.starling.bitcoin.message.GetHeaders;
import org.starling.bitcoin.message.Headers;
import org.starling.bitcoin.message.Inv;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockEntry;
import org.starling.chain.HeaderTree;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.Transaction;
import org.starling.engine.Permission;
import org.starling.world.Randomness;

/**
 * Serves headers and blocks, and announces new ones: in compact form or by headers to those who asked for that, else by
 * inv.
 */
final class BlockServer {
    private final Peers peers;
    private final ChainView chain;
    private final Validation validation;
    private final BloomServer blooms;
    private final Surprises surprises;
    private final Randomness random;
    // The block that everybody asks for now, and its compact form once somebody wanted it.
    private @Nullable Block latest;
    private @Nullable CompactBlock latestCompact;
    private int announcedAheadHeight;

    BlockServer(
            Peers peers,
            ChainView chain,
            Validation validation,
            BloomServer blooms,
            Surprises surprises,
            Randomness random) {
        this.peers = peers;
        this.chain = chain;
        this.validation = validation;
        this.blooms = blooms;
        this.surprises = surprises;
        this.random = random;
    }

    /** A block became part of the active chain. */
    void connected(Block block) {
        if (!isLatest(block.hash())) {
            latest = block;
            latestCompact = null;
        }
    }

    private @Nullable CompactBlock compactIfLatest(Hash256 hash) {
        if (latest == null || !isLatest(hash)) {
            return null;
        }
        if (latestCompact == null) {
            latestCompact = CompactBlock.of(latest, random.nextLong(), surprises.of(hash));
        }
        return latestCompact;
    }

    private boolean isLatest(Hash256 hash) {
        return latest != null && latest.hash().equals(hash);
    }

    /** A block on top of the tip that is not checked in full yet goes to those that want it so (BIP-0152). */
    void announceAhead(long now, BlockEntry entry, Block block) {
        if (entry.height() <= announcedAheadHeight
                || entry.height() < peers.settings().chain().heights().segwit()) {
            return;
        }
        announcedAheadHeight = entry.height();
        connected(block);
        for (Peer peer : peers.ready()) {
            BlockEntry previous = entry.previous();
            if (peer.wantsCompactAnnouncements
                    && !hasHeader(peer, entry)
                    && previous != null
                    && hasHeader(peer, previous)) {
                announceInCompactForm(now, peer, entry);
            }
        }
    }

    private boolean announceInCompactForm(long now, Peer peer, BlockEntry entry) {
        CompactBlock compact = compactIfLatest(entry.hash());
        if (compact == null) {
            return false;
        }
        peer.bestHeaderSent = entry;
        peers.send(now, peer, compact);
        return true;
    }

    private HeaderTree tree() {
        return chain.headers();
    }

    void getHeaders(long now, Peer peer, GetHeaders request) {
        if (isTooLong(now, peer, "getheaders", request.locator())) {
            return;
        }
        BlockEntry tip = tree().tip();
        if (tip.chainWork().compareTo(peers.settings().chain().minimumChainWork()) < 0) {
            peers.debug("Ignoring getheaders from " + peer + " because active chain has too little work");
            peers.send(now, peer, new Headers(List.of()));
            return;
        }
        BlockEntry at;
        if (request.locator().isEmpty()) {
            at = tree().find(request.stop());
            if (at == null || !mayServe(at)) {
                return;
            }
            peer.bestHeaderSent = at;
            peers.send(now, peer, new Headers(List.of(at.header())));
            return;
        }
        at = next(tree().forkOf(request.locator()), tip);
        List<BlockHeader> headers = new ArrayList<>();
        BlockEntry last = null;
        while (at != null && headers.size() < BitcoinLimits.HEADERS) {
            headers.add(at.header());
            last = at;
            at = at.hash().equals(request.stop()) ? null : next(at, tip);
        }
        peer.bestHeaderSent = last == null ? tip : last;
        peers.send(now, peer, new Headers(headers));
    }

    void getBlocks(long now, Peer peer, GetBlocks request) {
        if (isTooLong(now, peer, "getblocks", request.locator())) {
            return;
        }
        BlockEntry tip = tree().tip();
        List<InventoryItem> items = new ArrayList<>();
        BlockEntry at = next(tree().forkOf(request.locator()), tip);
        while (at != null && !at.hash().equals(request.stop()) && at.hasBlock()) {
            items.add(new InventoryItem(InventoryItem.BLOCK, at.hash()));
            if (items.size() == BitcoinLimits.GETBLOCKS_HASHES) {
                // When the peer asks for this one, it is told how to go on.
                peer.continuation = at.hash();
                break;
            }
            at = next(at, tip);
        }
        if (!items.isEmpty()) {
            peers.send(now, peer, new Inv(items));
        }
    }

    private boolean isTooLong(long now, Peer peer, String type, List<Hash256> locator) {
        if (locator.size() > BitcoinLimits.LOCATOR_HASHES) {
            peers.drop(now, peer, type + " locator size " + locator.size() + " > " + BitcoinLimits.LOCATOR_HASHES);
            return true;
        }
        return false;
    }

    private static @Nullable BlockEntry next(BlockEntry entry, BlockEntry tip) {
        return tip.ancestor(entry.height() + 1);
    }

    /** Old blocks off the active chain are not served: who asked for one would show that we know it. */
    boolean mayServe(BlockEntry entry) {
        if (tree().isActive(entry) || isLatest(entry.hash())) {
            return true;
        }
        return entry.isValidated() && tree().bestHeader().time() - entry.time() < BitcoinLimits.STALE_BLOCK_SECONDS;
    }

    /** Begins to answer the request for a block; false if it is not answered. The block follows by {@link #blockRead}. */
    boolean serve(long now, Peer peer, InventoryItem item) {
        BlockEntry entry = tree().find(item.hash());
        boolean filtered = item.kind() == InventoryItem.FILTERED_BLOCK;
        if (entry == null || !entry.hasBlock() || !mayServe(entry) || filtered && peer.bloomFilter == null) {
            return false;
        }
        boolean old = tree().bestHeader().time() - entry.time() > BitcoinLimits.HISTORICAL_BLOCK_SECONDS;
        if ((old || filtered)
                && !peer.link.has(Permission.DOWNLOAD)
                && peers.links().upload().isSpentForOld(now)) {
            peers.drop(now, peer, "historical block serving limit reached, disconnect peer");
            return false;
        }
        boolean limited = Services.servesOnlyRecentBlocks(peers.settings().services());
        if (limited && tree().tip().height() - entry.height() > BitcoinLimits.LIMITED_BLOCKS + 2) {
            peers.drop(now, peer, "Ignore block request below NODE_NETWORK_LIMITED threshold");
            return false;
        }
        int depth = tree().tip().height() - entry.height();
        if (item.kind() == InventoryItem.COMPACT_BLOCK && depth <= BitcoinLimits.COMPACT_BLOCK_DEPTH) {
            CompactBlock compact = compactIfLatest(entry.hash());
            if (compact == null) {
                read(peer, entry, new Reading.Compact());
            } else {
                peers.send(now, peer, compact);
            }
        } else if (filtered) {
            read(peer, entry, new Reading.Filtered());
        } else if (item.kind() == InventoryItem.BLOCK) {
            read(peer, entry, new Reading.Stripped());
        } else {
            read(peer, entry, new Reading.Whole());
        }
        return true;
    }

    /** In what form a block is read for a peer. */
    sealed interface Reading {
        record Whole() implements Reading {}

        record Stripped() implements Reading {}

        record Compact() implements Reading {}

        /** As BIP-0037 has it. */
        record Filtered() implements Reading {}

        record Transactions(List<Integer> indexes) implements Reading {}
    }

    private void read(Peer peer, BlockEntry entry, Reading reading) {
        peer.reading = reading;
        boolean stripped = reading instanceof Reading.Stripped || reading instanceof Reading.Filtered;
        validation.readBlock(peer.id(), entry, !stripped);
    }

    /** The peer has the block in compact form, but for these transactions. */
    void getTransactions(long now, Peer peer, GetBlockTransactions request) {
        if (latest != null && isLatest(request.block())) {
            sendTransactions(now, peer, latest, request.indexes());
            return;
        }
        BlockEntry entry = tree().find(request.block());
        if (entry == null || !entry.hasBlock()) {
            peers.debug(peer + " sent us a getblocktxn for a block we don't have");
        } else if (tree().tip().height() - entry.height() <= BitcoinLimits.BLOCK_TRANSACTIONS_DEPTH) {
            read(peer, entry, new Reading.Transactions(request.indexes()));
        } else {
            // Whoever asks so late must take the whole, so that old blocks are not read for little.
            peers.debug(
                    peer + " sent us a getblocktxn for a block > " + BitcoinLimits.BLOCK_TRANSACTIONS_DEPTH + " deep");
            peer.requests.add(new InventoryItem(InventoryItem.BLOCK | InventoryItem.WITNESS, request.block()));
        }
    }

    private void sendTransactions(long now, Peer peer, Block block, List<Integer> indexes) {
        List<Transaction> transactions = block.transactions();
        if (!indexes.isEmpty() && indexes.getLast() >= transactions.size()) {
            peers.misbehaving(now, peer, "getblocktxn with out-of-bounds tx indices");
            return;
        }
        List<Transaction> wanted = indexes.stream().map(transactions::get).toList();
        peers.send(now, peer, new BlockTransactions(block.hash(), wanted));
    }

    void blockRead(long now, Peer peer, Hash256 hash, @Nullable Bytes block) {
        Reading reading = peer.reading;
        peer.reading = null;
        if (block == null) {
            peers.drop(now, peer, "block " + hash + " cannot be read");
            return;
        }
        switch (reading) {
            case Reading.Compact compact ->
                peers.send(now, peer, CompactBlock.of(parsed(block), random.nextLong(), surprises.of(hash)));
            case Reading.Filtered filtered -> blooms.send(now, peer, parsed(block));
            case Reading.Transactions(List<Integer> indexes) -> sendTransactions(now, peer, parsed(block), indexes);
            case Reading.Whole whole -> peers.send(now, peer, new BlockMessage(block));
            case Reading.Stripped stripped -> peers.send(now, peer, new BlockMessage(block));
            case null -> throw new IllegalStateException("block " + hash + " was not asked for");
        }
        Hash256 continuation = peer.continuation;
        if (continuation != null && continuation.equals(hash)) {
            peer.continuation = null;
            Hash256 tip = tree().tip().hash();
            peers.send(now, peer, new Inv(List.of(new InventoryItem(InventoryItem.BLOCK, tip))));
        }
    }

    private static Block parsed(Bytes block) {
        try {
            return Block.parse(block);
        } catch (MalformedException e) {
            throw new IllegalStateException("a stored block does not parse: " + e.getMessage(), e);
        }
    }

    /** The active chain has a new tip: all peers are told of what is new since {@code fork}. */
    void announce(long now, BlockEntry tip, BlockEntry fork) {
        List<Hash256> hashes = new ArrayList<>();
        BlockEntry at = tip;
        while (at != null && at != fork && hashes.size() < BitcoinLimits.BLOCKS_TO_ANNOUNCE) {
            hashes.add(at.hash());
            at = at.previous();
        }
        for (Peer peer : peers.all()) {
            peer.blocksToAnnounce.addAll(hashes.reversed());
            if (peer.blocksToAnnounce.size() > 2 * BitcoinLimits.BLOCKS_TO_ANNOUNCE) {
                // Only the last will be told anyway.
                peer.blocksToAnnounce = new ArrayList<>(List.of(tip.hash()));
            }
        }
        peers.wakeAllAt(now);
    }

    void tick(long now, Peer peer) {
        if (peer.blocksToAnnounce.isEmpty()) {
            return;
        }
        List<Hash256> hashes = peer.blocksToAnnounce;
        peer.blocksToAnnounce = new ArrayList<>();
        boolean one = peer.wantsCompactAnnouncements && hashes.size() == 1;
        boolean some = peer.prefersHeaders && hashes.size() <= BitcoinLimits.BLOCKS_TO_ANNOUNCE;
        List<BlockHeader> headers = one || some ? headers(peer, hashes) : null;
        BlockEntry last = tree().find(hashes.getLast());
        if (headers == null) {
            announceByInv(now, peer, hashes.getLast());
        } else if (!headers.isEmpty() && last != null) {
            boolean inCompactForm = peer.wantsCompactAnnouncements && headers.size() == 1;
            if (!inCompactForm || !announceInCompactForm(now, peer, last)) {
                peer.bestHeaderSent = last;
                peers.send(now, peer, new Headers(headers));
            }
        }
    }

    /** The headers that the peer lacks; null if they would not connect to what it has. */
    private @Nullable List<BlockHeader> headers(Peer peer, List<Hash256> hashes) {
        List<BlockHeader> headers = new ArrayList<>();
        BlockEntry last = null;
        for (Hash256 hash : hashes) {
            BlockEntry entry = tree().find(hash);
            if (entry == null || !tree().isActive(entry) || last != null && entry.previous() != last) {
                return null;
            }
            last = entry;
            if (!headers.isEmpty()) {
                headers.add(entry.header());
            } else if (!hasHeader(peer, entry)) {
                if (entry.previous() != null && !hasHeader(peer, entry.previous())) {
                    return null;
                }
                headers.add(entry.header());
            }
        }
        return headers;
    }

    private void announceByInv(long now, Peer peer, Hash256 hash) {
        BlockEntry entry = tree().find(hash);
        if (entry != null && tree().isActive(entry) && !hasHeader(peer, entry)) {
            peers.send(now, peer, new Inv(List.of(new InventoryItem(InventoryItem.BLOCK, hash))));
        }
    }

    private static boolean hasHeader(Peer peer, BlockEntry entry) {
        return peer.bestKnown != null && entry.isAncestorOf(peer.bestKnown)
                || peer.bestHeaderSent != null && entry.isAncestorOf(peer.bestHeaderSent);
    }
}
