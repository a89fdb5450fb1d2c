package org.starling.bitcoin;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.GetHeaders;
import org.starling.bitcoin.message.SendHeaders;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.HeaderTree;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.ChainWork;
import org.starling.consensus.HeaderRules;
import org.starling.consensus.Rejection;
import org.starling.consensus.Target;
import org.starling.engine.LinkKind;
import org.starling.engine.Permission;
import org.starling.world.Randomness;

/**
 * Learns the chain of headers: first from one peer, and once that chain is of today from all. What peers announce later
 * by headers or inv is asked for in the same way. Also keeps outbound peers that lag behind from taking our slots.
 */
final class HeaderSync {
    private static final long DAY_SECONDS = 24 * 60 * 60;
    private static final int NEAR_TIP_BLOCKS = 144;

    private final Peers peers;
    private final ChainView chain;
    private final Validation validation;
    private final BlockDownload downloads;
    private final Randomness random;
    private @Nullable Hash256 lastToAskOneMore;

    HeaderSync(Peers peers, ChainView chain, Validation validation, BlockDownload downloads, Randomness random) {
        this.peers = peers;
        this.chain = chain;
        this.validation = validation;
        this.downloads = downloads;
        this.random = random;
    }

    private HeaderTree tree() {
        return chain.headers();
    }

    /** Asks for what follows our chain up to {@code from}, unless an answer is still awaited. */
    boolean askFrom(long now, Peer peer, BlockEntry from) {
        if (now - peer.lastGetHeadersMillis <= BitcoinLimits.HEADERS_RESPONSE_MILLIS
                && peer.lastGetHeadersMillis != 0) {
            return false;
        }
        peer.lastGetHeadersMillis = now;
        peers.send(now, peer, new GetHeaders(BitcoinLimits.PROTOCOL_VERSION, tree().locator(from), Hash256.ZERO));
        return true;
    }

    /** Headers arrived. Returns whether they went to validation. */
    boolean received(long now, Peer peer, List<BlockHeader> received) {
        if (received.size() > BitcoinLimits.HEADERS) {
            peers.misbehaving(now, peer, "headers message size = " + received.size());
            return false;
        }
        if (received.isEmpty()) {
            peer.lastGetHeadersMillis = 0;
            peer.presync = null;
            return false;
        }
        String fault = fault(received);
        if (fault != null) {
            peers.misbehaving(now, peer, fault);
            return false;
        }
        if (peer.presync != null) {
            List<BlockHeader> released = presync(now, peer, peer.presync, received);
            if (released != null) {
                if (!released.isEmpty()) {
                    validation.headers(peer.id(), released);
                }
                return !released.isEmpty();
            }
        }
        return receivedDirectly(now, peer, received);
    }

    private boolean receivedDirectly(long now, Peer peer, List<BlockHeader> headers) {
        BlockEntry parent = tree().find(headers.getFirst().previous());
        if (parent == null) {
            unconnecting(now, peer, headers);
            return false;
        }
        // An answer, or as good as one: the next question may be put.
        peer.lastGetHeadersMillis = 0;
        BlockEntry known = tree().find(headers.getLast().hash());
        if (known != null) {
            accepted(now, peer, known, headers.size(), false);
            return false;
        }
        ChainWork least = leastWork();
        if (!peer.link.has(Permission.NOBAN) && workOf(parent, headers).compareTo(least) < 0) {
            lowWork(now, peer, parent, headers, least);
            return false;
        }
        downloads.headersAnnounced(peer, headers);
        validation.headers(peer.id(), headers);
        return true;
    }

    /** A chain with too little work so far: ignored if that is all of it, else counted before any of it is kept. */
    private void lowWork(long now, Peer peer, BlockEntry parent, List<BlockHeader> headers, ChainWork least) {
        if (headers.size() < BitcoinLimits.HEADERS) {
            peers.debug("Ignoring low-work chain (height=" + (parent.height() + headers.size()) + ") from " + peer);
            return;
        }
        HeaderPresync presync = new HeaderPresync(
                peers.settings().chain(), parent, least, now / 1000, random.child("presync " + peer.id()));
        peer.presync = presync;
        presync(now, peer, presync, headers);
    }

    /** What may be taken in now; null if the chain that was counted has come to an end. */
    private @Nullable List<BlockHeader> presync(long now, Peer peer, HeaderPresync presync, List<BlockHeader> headers) {
        HeaderPresync.Step step = presync.process(headers, headers.size() == BitcoinLimits.HEADERS);
        if (step.failed() != null) {
            peers.debug("giving up on the chain of " + peer + ": " + step.failed());
            peer.presync = null;
            if (step.answered()) {
                // The question is answered: when the peer has more, it may be put again.
                peer.lastGetHeadersMillis = 0;
                return List.of();
            }
            return null;
        }
        if (presync.isDone()) {
            peer.presync = null;
        }
        if (chain.isInitialBlockDownload() && presync.countedHeight() >= 0) {
            peers.info("Pre-synchronizing blockheaders, height: " + presync.countedHeight()
                    + progress(now, presync.countedHeight(), headers.getLast().time()));
        }
        if (step.goOn()) {
            peer.lastGetHeadersMillis = now;
            List<Hash256> locator = presync.locator(tree());
            peers.send(now, peer, new GetHeaders(BitcoinLimits.PROTOCOL_VERSION, locator, Hash256.ZERO));
        } else {
            peer.lastGetHeadersMillis = 0;
        }
        return step.headers();
    }

    /** How much of the chain up to today a header of that height and time is. */
    private String progress(long now, int height, long time) {
        long left =
                Math.max(0, now / 1000 - time) / peers.settings().chain().pow().targetSpacingSeconds();
        return " (~%.2f%%)".formatted(height + left == 0 ? 100.0 : 100.0 * height / (height + left));
    }

    private @Nullable String fault(List<BlockHeader> headers) {
        Hash256 previous = null;
        for (BlockHeader header : headers) {
            Hash256 hash = header.hash();
            if (HeaderRules.check(header, hash, peers.settings().chain()) != null) {
                return "header with invalid proof of work";
            }
            if (previous != null && !header.previous().equals(previous)) {
                return "non-continuous headers sequence";
            }
            previous = hash;
        }
        return null;
    }

    private void unconnecting(long now, Peer peer, List<BlockHeader> headers) {
        if (askFrom(now, peer, tree().bestHeader())) {
            peers.debug("received header " + headers.getFirst().hash() + ": missing prev block "
                    + headers.getFirst().previous() + ", sending getheaders ("
                    + tree().bestHeader().height()
                    + ") to end (" + peer + ")");
        }
        available(peer, headers.getLast().hash());
    }

    private static ChainWork workOf(BlockEntry parent, List<BlockHeader> headers) {
        ChainWork work = parent.chainWork();
        for (BlockHeader header : headers) {
            work = work.plus(Target.fromBits(header.bits()).work());
        }
        return work;
    }

    /** What a chain must have for its headers to be kept. */
    ChainWork leastWork() {
        BlockEntry tip = tree().tip();
        ChainWork near = tip.chainWork();
        ChainWork step = Target.fromBits(tip.bits()).work();
        for (int i = 0; i < NEAR_TIP_BLOCKS && near.compareTo(ChainWork.ZERO) > 0; i++) {
            near = near.minus(step);
        }
        ChainWork minimum = peers.settings().chain().minimumChainWork();
        return near.compareTo(minimum) > 0 ? near : minimum;
    }

    /** Validation has looked at the headers. */
    void judged(long now, Peer peer, List<BlockHeader> headers, @Nullable BlockEntry last, @Nullable Rejection fault) {
        if (fault != null) {
            punish(now, peer, fault, "invalid header received");
        }
        if (fault == null && last != null) {
            accepted(now, peer, last, headers.size(), true);
        }
    }

    /** Drops the peer if what it sent can only come from a faulty or hostile one. */
    void punish(long now, Peer peer, Rejection fault, String what) {
        boolean blame = switch (fault.kind()) {
            case CONSENSUS, MUTATED, INVALID_HEADER, INVALID_PREV, MISSING_PREV -> true;
            case CACHED_INVALID -> !peer.link.kind().isInbound();
            case TIME_FUTURE,
                    LOW_WORK,
                    INPUTS_NOT_STANDARD,
                    NOT_STANDARD,
                    MISSING_INPUTS,
                    PREMATURE_SPEND,
                    WITNESS_MUTATED,
                    WITNESS_STRIPPED,
                    CONFLICT,
                    MEMPOOL_POLICY,
                    RECONSIDERABLE -> false;
        };
        if (blame) {
            peers.misbehaving(now, peer, what.isEmpty() ? fault.toString() : what + ": " + fault);
        } else {
            peers.debug(fault + " from " + peer);
        }
    }

    private void accepted(long now, Peer peer, BlockEntry last, int count, boolean news) {
        available(peer, last.hash());
        if (news && last.chainWork().compareTo(tree().tip().chainWork()) > 0) {
            peer.lastAnnouncementMillis = now;
        }
        if (news && chain.isInitialBlockDownload()) {
            peers.info("Synchronizing blockheaders, height: " + last.height()
                    + progress(now, last.height(), last.header().time()));
        }
        if (count >= BitcoinLimits.HEADERS && peer.presync == null && askFrom(now, peer, last)) {
            peers.debug("more getheaders (" + last.height() + ") to end to " + peer + " (startheight:"
                    + Objects.requireNonNull(peer.version).startHeight() + ")");
        }
        if (count < BitcoinLimits.HEADERS
                && peer.presync == null
                && chain.isInitialBlockDownload()
                && isChosen(peer)
                && peer.bestKnown != null
                && peer.bestKnown.chainWork().compareTo(peers.settings().chain().minimumChainWork()) < 0) {
            peers.drop(now, peer, "its chain has insufficient work");
            return;
        }
        downloads.fetchDirectly(now, peer, last);
        protectIfGood(peer);
        peers.wakeAllAt(now);
    }

    /** The peer announced a block whose header we have. */
    void knownAnnounced(long now, Peer peer, BlockEntry entry) {
        accepted(now, peer, entry, 1, false);
    }

    private void protectIfGood(Peer peer) {
        BlockEntry best = peer.bestKnown;
        if (best == null || peer.link.kind() != LinkKind.OUTBOUND_FULL_RELAY || peer.protectedFromEviction) {
            return;
        }
        long already = peers.all().stream()
                .filter(other -> other.protectedFromEviction)
                .count();
        if (already < BitcoinLimits.PROTECTED_OUTBOUND
                && best.chainWork().compareTo(tree().tip().chainWork()) >= 0) {
            peer.protectedFromEviction = true;
        }
    }

    private static boolean isChosen(Peer peer) {
        return peer.link.kind() == LinkKind.OUTBOUND_FULL_RELAY || peer.link.kind() == LinkKind.BLOCK_RELAY;
    }

    /** The peer has shown that it has this block. */
    void available(Peer peer, Hash256 hash) {
        refresh(peer);
        BlockEntry entry = tree().find(hash);
        if (entry == null) {
            peer.lastUnknownHash = hash;
        } else if (peer.bestKnown == null || entry.chainWork().compareTo(peer.bestKnown.chainWork()) >= 0) {
            peer.bestKnown = entry;
        }
    }

    /** What the peer announced before we knew it may be known by now. */
    void refresh(Peer peer) {
        BlockEntry entry = peer.lastUnknownHash == null ? null : tree().find(peer.lastUnknownHash);
        if (entry != null) {
            peer.lastUnknownHash = null;
            if (peer.bestKnown == null || entry.chainWork().compareTo(peer.bestKnown.chainWork()) >= 0) {
                peer.bestKnown = entry;
            }
        }
    }

    /**
     * The peer announced a block that we do not know. While headers come from one peer, each new block makes us ask one
     * more, once, in case that one is no good.
     */
    void announced(long now, Peer peer, Hash256 block) {
        boolean oneMore = !peer.askedBeforeSync && !Objects.equals(block, lastToAskOneMore);
        if (!peer.syncStarted && !oneMore) {
            return;
        }
        if (askFrom(now, peer, tree().bestHeader())) {
            peers.debug("getheaders (" + tree().bestHeader().height() + ") " + block + " to " + peer);
        }
        if (!peer.syncStarted) {
            peer.askedBeforeSync = true;
            lastToAskOneMore = block;
        }
    }

    void disconnected(Peer peer) {
        peer.syncStarted = false;
        peer.preferredDownload = false;
    }

    /** Starts or watches synchronisation with the peer; returns when to look again. */
    long tick(long now, Peer peer) {
        boolean current = tree().bestHeader().time() > now / 1000 - DAY_SECONDS;
        if (!peer.syncStarted && peer.servesBlocks()) {
            boolean nobodyElse = peers.countReady(other -> other.syncStarted) == 0;
            if (nobodyElse && downloads.maySynchronise(peer) || current) {
                start(now, peer);
            }
        }
        long next = Math.min(watchHeaders(now, peer, current), watchChain(now, peer));
        if (!peer.sentSendHeaders
                && peer.bestKnown != null
                && peer.bestKnown.chainWork().compareTo(peers.settings().chain().minimumChainWork()) > 0) {
            peer.sentSendHeaders = true;
            peers.send(now, peer, new SendHeaders());
        }
        return next;
    }

    private void start(long now, Peer peer) {
        BlockEntry best = tree().bestHeader();
        // From one before, so that a peer that has exactly our chain answers too.
        BlockEntry from = best.previous() == null ? best : best.previous();
        if (!askFrom(now, peer, from)) {
            return;
        }
        long missing = Math.max(0, now / 1000 - best.time())
                / peers.settings().chain().pow().targetSpacingSeconds();
        peer.syncStarted = true;
        peer.headersTimeoutMillis = now
                + BitcoinLimits.HEADERS_TIMEOUT_BASE_MILLIS
                + missing * BitcoinLimits.HEADERS_TIMEOUT_PER_HEADER_MILLIS;
        peers.debug("initial getheaders (" + from.height() + ") to " + peer);
    }

    /** The one peer that headers come from must get on with it, if there is another one to ask. */
    private long watchHeaders(long now, Peer peer, boolean current) {
        if (!peer.syncStarted || peer.headersTimeoutMillis == Long.MAX_VALUE) {
            return Long.MAX_VALUE;
        }
        if (current) {
            peer.headersTimeoutMillis = Long.MAX_VALUE;
            return Long.MAX_VALUE;
        }
        if (now <= peer.headersTimeoutMillis) {
            return peer.headersTimeoutMillis + 1;
        }
        long synchronising = peers.countReady(other -> other.syncStarted);
        boolean another = peers.countReady(other -> other != peer && other.preferredDownload) > 0;
        if (synchronising == 1 && another) {
            if (peer.link.has(Permission.NOBAN)) {
                peer.syncStarted = false;
                peer.lastGetHeadersMillis = 0;
                peer.headersTimeoutMillis = Long.MAX_VALUE;
            } else {
                peers.drop(now, peer, "Timeout downloading headers");
            }
            return Long.MAX_VALUE;
        }
        return now + BitcoinLimits.HEADERS_RESPONSE_MILLIS;
    }

    /** A chosen peer must have a chain as good as ours was some time ago. */
    private long watchChain(long now, Peer peer) {
        if (peer.protectedFromEviction || !isChosen(peer) || !peer.syncStarted) {
            return Long.MAX_VALUE;
        }
        BlockEntry tip = tree().tip();
        if (peer.bestKnown != null && peer.bestKnown.chainWork().compareTo(tip.chainWork()) >= 0) {
            peer.chainSyncDeadlineMillis = 0;
            peer.chainSyncTarget = null;
            peer.chainSyncAsked = false;
            return Long.MAX_VALUE;
        }
        boolean reached = peer.chainSyncTarget != null
                && peer.bestKnown != null
                && peer.bestKnown.chainWork().compareTo(peer.chainSyncTarget.chainWork()) >= 0;
        if (peer.chainSyncDeadlineMillis == 0 || reached) {
            peer.chainSyncDeadlineMillis = now + BitcoinLimits.CHAIN_SYNC_TIMEOUT_MILLIS;
            peer.chainSyncTarget = tip;
            peer.chainSyncAsked = false;
        } else if (now > peer.chainSyncDeadlineMillis) {
            if (peer.chainSyncAsked) {
                peers.drop(now, peer, "its chain is old: best known block = " + peer.bestKnown);
                return Long.MAX_VALUE;
            }
            BlockEntry target = Objects.requireNonNull(peer.chainSyncTarget);
            askFrom(now, peer, target.previous() == null ? target : target.previous());
            peer.chainSyncAsked = true;
            peer.chainSyncDeadlineMillis = now + BitcoinLimits.HEADERS_RESPONSE_MILLIS;
        }
        return peer.chainSyncDeadlineMillis + 1;
    }
}
