package org.starling.bitcoin;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.BlockTransactions;
import org.starling.bitcoin.message.CompactBlock;
import org.starling.bitcoin.message.GetBlockTransactions;
import org.starling.bitcoin.message.SendCompact;
import org.starling.chain.BlockEntry;
import org.starling.chain.HeaderTree;
import org.starling.consensus.Block;
import org.starling.consensus.ChainWork;
import org.starling.consensus.Rejection;
import org.starling.consensus.Target;
import org.starling.consensus.Transaction;

/**
 * Takes in compact blocks (BIP-0152): puts them together from the mempool, and asks the sender for what is missing.
 *
 * <pre>
 *   cmpctblock --header known or judged good--> partial --nothing missing-----------> validation
 *                                                  |---getblocktxn, blocktxn----------> validation
 *                                                  '---a short id misled us: getdata--> block
 * </pre>
 *
 * Three peers, those that were first with a block lately, are asked to send new blocks in this form unannounced.
 */
final class CompactBlocks {
    /** The one in use: short ids of wtxids. */
    private static final long VERSION = 2;

    private final Peers peers;
    private final ChainView chain;
    private final MempoolView mempool;
    private final Validation validation;
    private final BlockDownload downloads;
    private final HeaderSync headers;
    private final ExtraTransactions extra;
    private final ArrayDeque<Peer> announcers = new ArrayDeque<>();

    CompactBlocks(
            Peers peers,
            ChainView chain,
            MempoolView mempool,
            Validation validation,
            BlockDownload downloads,
            HeaderSync headers,
            ExtraTransactions extra) {
        this.peers = peers;
        this.chain = chain;
        this.mempool = mempool;
        this.validation = validation;
        this.downloads = downloads;
        this.headers = headers;
        this.extra = extra;
    }

    private HeaderTree tree() {
        return chain.headers();
    }

    /** The handshake is complete: we say that we take compact blocks. */
    void ready(long now, Peer peer) {
        if (peer.commonVersion() >= BitcoinLimits.OLDEST_WITH_COMPACT_BLOCKS) {
            peers.send(now, peer, new SendCompact(false, VERSION));
        }
    }

    void sendCompact(Peer peer, SendCompact message) {
        if (message.version() == VERSION) {
            peer.takesCompactBlocks = true;
            peer.wantsCompactAnnouncements = message.highBandwidth();
        }
    }

    /** A block of that peer proved valid at the tip: it is asked to send the next one at once. */
    void deliveredGoodBlock(long now, Peer peer) {
        if (peers.settings().blocksOnly() || !peer.takesCompactBlocks) {
            return;
        }
        if (announcers.remove(peer)) {
            announcers.addLast(peer);
            return;
        }
        if (announcers.size() >= BitcoinLimits.COMPACT_ANNOUNCERS) {
            Peer leaving = leaving(peer);
            announcers.remove(leaving);
            leaving.announcesCompactBlocks = false;
            peers.send(now, leaving, new SendCompact(false, VERSION));
        }
        peers.send(now, peer, new SendCompact(true, VERSION));
        peer.announcesCompactBlocks = true;
        announcers.addLast(peer);
    }

    /** The one that was first with a block longest ago, but the last outbound one stays while inbound ones come. */
    private Peer leaving(Peer coming) {
        Iterator<Peer> oldestFirst = announcers.iterator();
        Peer oldest = oldestFirst.next();
        long outbound = announcers.stream()
                .filter(peer -> !peer.link.kind().isInbound())
                .count();
        boolean lastOutbound = outbound == 1 && !oldest.link.kind().isInbound();
        return lastOutbound && coming.link.kind().isInbound() && oldestFirst.hasNext() ? oldestFirst.next() : oldest;
    }

    void disconnected(Peer peer) {
        announcers.remove(peer);
        peer.partials.clear();
    }

    /** A compact block arrived. Returns whether its header went to validation; the answer is {@link #headerJudged}. */
    boolean received(long now, Peer peer, CompactBlock message) {
        BlockEntry parent = tree().find(message.header().previous());
        if (parent == null) {
            if (!chain.isInitialBlockDownload()) {
                headers.askFrom(now, peer, tree().bestHeader());
            }
            return false;
        }
        ChainWork work =
                parent.chainWork().plus(Target.fromBits(message.header().bits()).work());
        if (work.compareTo(headers.leastWork()) < 0) {
            peers.debug("Ignoring low-work compact block from peer " + peer.id());
            return false;
        }
        BlockEntry entry = tree().find(message.header().hash());
        if (entry != null && !entry.isInvalid()) {
            goOn(now, peer, message, entry);
            return false;
        }
        if (entry == null) {
            peers.info("Saw new cmpctblock header hash=" + message.header().hash() + " " + peer);
        }
        peer.compactInValidation = message;
        downloads.headersAnnounced(peer, List.of(message.header()));
        validation.headers(peer.id(), List.of(message.header()));
        return true;
    }

    /** Validation has looked at the header of the compact block that the peer sent. */
    void headerJudged(long now, Peer peer, @Nullable BlockEntry entry, @Nullable Rejection fault) {
        CompactBlock message = peer.compactInValidation;
        peer.compactInValidation = null;
        if (fault != null) {
            // Passed on before it was checked, as agreed: that an earlier check failed is not held against the peer.
            if (fault.kind() != Rejection.Kind.CACHED_INVALID) {
                headers.punish(now, peer, fault, "invalid header via cmpctblock");
            }
        } else if (message != null && entry != null) {
            if (entry.chainWork().compareTo(tree().tip().chainWork()) > 0) {
                peer.lastAnnouncementMillis = now;
            }
            goOn(now, peer, message, entry);
        }
    }

    private void goOn(long now, Peer peer, CompactBlock message, BlockEntry entry) {
        headers.available(peer, entry.hash());
        if (!downloads.isMissing(entry)) {
            return;
        }
        boolean asked = peer.blocksInFlight.containsKey(entry.hash());
        BlockEntry tip = tree().tip();
        if (entry.chainWork().compareTo(tip.chainWork()) <= 0 || entry.transactionCount() != 0) {
            if (asked) {
                // The mempool is of another tip and hardly helps.
                downloads.requestInFull(now, peer, entry);
            }
            return;
        }
        if (downloads.askedFor(entry.hash()).isEmpty() && !downloads.isNearTip(now)) {
            return;
        }
        if (entry.height() <= tip.height() + 2) {
            reconstruct(now, peer, message, entry, asked);
        } else if (asked) {
            downloads.requestInFull(now, peer, entry);
        } else {
            headers.knownAnnounced(now, peer, entry);
        }
    }

    private void reconstruct(long now, Peer peer, CompactBlock message, BlockEntry entry, boolean asked) {
        int others = downloads.askedFor(entry.hash()).size();
        boolean roomForOne = others < BitcoinLimits.COMPACT_BLOCKS_IN_FLIGHT
                && peer.blocksInFlight.size() < BitcoinLimits.BLOCKS_IN_FLIGHT_PER_PEER;
        if (!asked && !roomForOne) {
            reconstructWithoutAsking(now, peer, message, entry);
            return;
        }
        if (peer.partials.containsKey(entry.hash())) {
            peers.debug("Peer sent us compact block we were already syncing! " + peer);
            return;
        }
        switch (PartialBlock.start(message, mempool.transactions(), extra)) {
            case PartialBlock.Start.Invalid invalid -> {
                downloads.forget(now, entry.hash(), peer);
                peers.misbehaving(now, peer, "invalid compact block");
            }
            case PartialBlock.Start.Ambiguous ambiguous -> fail(now, peer, entry);
            case PartialBlock.Start.Begun(PartialBlock block) -> {
                if (!asked) {
                    downloads.announcedInCompactForm(now, peer, entry);
                }
                peer.partials.put(entry.hash(), block);
                askForMissing(now, peer, entry, block, others);
            }
        }
    }

    private void askForMissing(long now, Peer peer, BlockEntry entry, PartialBlock block, int others) {
        List<Integer> missing = block.missing();
        if (missing.isEmpty()) {
            complete(now, peer, entry, block, List.of());
        } else if (isFirst(peer, entry) || mayAskBesides(peer, entry, others)) {
            peers.send(now, peer, new GetBlockTransactions(entry.hash(), missing));
        } else {
            peer.partials.remove(entry.hash());
            downloads.forget(now, entry.hash(), peer);
        }
    }

    private boolean isFirst(Peer peer, BlockEntry entry) {
        List<Peer> asked = downloads.askedFor(entry.hash());
        return asked.isEmpty() || asked.getFirst() == peer;
    }

    /** One peer may hold a block back; a second or third is asked as well, the last place being for one that we chose. */
    private boolean mayAskBesides(Peer peer, BlockEntry entry, int others) {
        return peer.announcesCompactBlocks
                && (!peer.link.kind().isInbound()
                        || downloads.askedFor(entry.hash()).stream()
                                .anyMatch(other -> !other.link.kind().isInbound())
                        || others < BitcoinLimits.COMPACT_BLOCKS_IN_FLIGHT - 1);
    }

    /** Others are being asked already; but if nothing is missing, nobody need be. */
    private void reconstructWithoutAsking(long now, Peer peer, CompactBlock message, BlockEntry entry) {
        if (PartialBlock.start(message, mempool.transactions(), extra)
                        instanceof PartialBlock.Start.Begun(PartialBlock block)
                && block.missing().isEmpty()) {
            Block whole = block.complete(List.of(), witnessesExpected(entry));
            if (whole != null) {
                downloads.reconstructed(now, peer, whole);
            }
        }
    }

    /** The transactions that we asked for. */
    void transactions(long now, Peer peer, BlockTransactions message) {
        PartialBlock block = peer.partials.get(message.block());
        BlockEntry entry = peer.blocksInFlight.get(message.block());
        if (block == null || entry == null) {
            peers.debug("Peer " + peer + " sent us block transactions for block we weren't expecting");
        } else if (block.hasFailed()) {
            downloads.forget(now, message.block(), peer);
            peers.misbehaving(now, peer, "previous compact block reconstruction attempt failed");
        } else if (block.missing().size() != message.transactions().size()) {
            downloads.forget(now, message.block(), peer);
            peers.misbehaving(now, peer, "invalid compact block/non-matching block transactions");
        } else {
            complete(now, peer, entry, block, message.transactions());
        }
    }

    private void complete(long now, Peer peer, BlockEntry entry, PartialBlock block, List<Transaction> added) {
        Block whole = block.complete(added, witnessesExpected(entry));
        if (whole == null) {
            fail(now, peer, entry);
            return;
        }
        peers.debug(
                "cmpctblock",
                "Successfully reconstructed block " + entry.hash() + " with "
                        + (whole.transactions().size() - added.size()) + " txn at hand and " + added.size()
                        + " txn requested");
        downloads.reconstructed(now, peer, whole);
    }

    /** The whole block is asked for, unless somebody else was asked before. */
    private void fail(long now, Peer peer, BlockEntry entry) {
        if (isFirst(peer, entry)) {
            downloads.requestInFull(now, peer, entry);
        } else {
            downloads.forget(now, entry.hash(), peer);
            peers.debug(peer + " sent us a compact block but it failed to reconstruct, waiting on first download");
        }
    }

    private boolean witnessesExpected(BlockEntry entry) {
        return entry.height() >= peers.settings().chain().heights().segwit();
    }
}
