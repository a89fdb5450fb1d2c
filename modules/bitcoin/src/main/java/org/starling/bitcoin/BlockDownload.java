package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.GetData;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.HeaderTree;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.BlockRules;
import org.starling.consensus.Rejection;
import org.starling.engine.LinkKind;
import org.starling.engine.Permission;

/**
 * Fetches the blocks of better chains from several peers at once, within a window that moves with what has arrived, so
 * that one slow peer is noticed: when nothing but its blocks holds the window up, it has seconds to send them.
 */
final class BlockDownload {
    private static final double STALLING_DECAY = 0.85;
    private static final int DIRECT_FETCH_SPACINGS = 20;

    private final Peers peers;
    private final ChainView chain;
    private final Validation validation;
    private final Surprises surprises;
    // The peers that each block was asked of, first to last: several only if compact forms of it are put together.
    private final HashMap<Hash256, List<Peer>> inFlight = new HashMap<>();
    // With validation: they have arrived, but the tree does not show it yet.
    private final Set<Hash256> arrived = new HashSet<>();
    private final LinkedHashMap<Hash256, Source> sources = new LinkedHashMap<>();
    // Announced by headers that validation is looking at: for who announced them to fetch, if they prove good.
    private final HashMap<Hash256, Peer> announced = new HashMap<>();
    private long stallingMillis = BitcoinLimits.BLOCK_STALLING_MILLIS;

    /**
     * Who sent a block.
     *
     * @param inCompactForm so that the sender, who passed it on before it had checked it, answers for the header only
     */
    record Source(Peer peer, boolean inCompactForm) {}

    BlockDownload(Peers peers, ChainView chain, Validation validation, Surprises surprises) {
        this.surprises = surprises;
        this.peers = peers;
        this.chain = chain;
        this.validation = validation;
    }

    private HeaderTree tree() {
        return chain.headers();
    }

    /** Blocks asked for, of all peers. */
    int inFlight() {
        return inFlight.size();
    }

    /** Whether the peer may be the one that headers and old blocks come from. */
    boolean maySynchronise(Peer peer) {
        if (peer.preferredDownload) {
            return true;
        }
        boolean preferredExists = peers.countReady(other -> other.preferredDownload) > 0;
        return peer.servesBlocks()
                && peer.link.kind() != LinkKind.ADDR_FETCH
                && (!preferredExists || inFlight.isEmpty());
    }

    private void request(long now, Peer peer, List<BlockEntry> blocks) {
        if (blocks.isEmpty()) {
            return;
        }
        List<InventoryItem> items = new ArrayList<>(blocks.size());
        for (BlockEntry entry : blocks) {
            note(now, peer, entry);
            items.add(new InventoryItem(InventoryItem.BLOCK | InventoryItem.WITNESS, entry.hash()));
            peers.debug("Requesting block " + entry.hash() + " (" + entry.height() + ") " + peer);
        }
        peers.send(now, peer, new GetData(items));
    }

    /** The block is awaited from that peer. */
    private void note(long now, Peer peer, BlockEntry entry) {
        if (peer.blocksInFlight.isEmpty()) {
            peer.downloadingSinceMillis = now;
        }
        if (peer.blocksInFlight.put(entry.hash(), entry) == null) {
            inFlight.computeIfAbsent(entry.hash(), hash -> new ArrayList<>(1)).add(peer);
        }
    }

    /** The peers that the block was asked of, first to last. */
    List<Peer> askedFor(Hash256 hash) {
        return List.copyOf(inFlight.getOrDefault(hash, List.of()));
    }

    /** The peer has sent the block in compact form, unasked; the rest will be asked of it. */
    void announcedInCompactForm(long now, Peer peer, BlockEntry entry) {
        note(now, peer, entry);
        peers.wakeAllAt(now);
    }

    /** The compact form was of no use: the same peer is asked for the block itself. */
    void requestInFull(long now, Peer peer, BlockEntry entry) {
        request(now, peer, List.of(entry));
    }

    /** A block was put together from a compact one. */
    void reconstructed(long now, Peer peer, Block block) {
        arrived(now, peer, block, true, true);
    }

    /** Asks this peer for that block, whoever else was asked. Returns what stands against it, or null. */
    @Nullable
    String fetch(long now, Peer peer, BlockEntry entry) {
        if (!peer.servesWitnesses()) {
            return "Pre-SegWit peer";
        }
        if (arrived.contains(entry.hash()) || peer.blocksInFlight.containsKey(entry.hash())) {
            return "Already requested from this peer";
        }
        forgetRequest(now, entry.hash());
        request(now, peer, List.of(entry));
        return null;
    }

    /** The peer announced new blocks by headers that go to validation now; the answer is {@link #headersJudged}. */
    void headersAnnounced(Peer peer, List<BlockHeader> headers) {
        if (headers.size() <= BitcoinLimits.BLOCKS_IN_FLIGHT_PER_PEER) {
            headers.forEach(header -> announced.putIfAbsent(header.hash(), peer));
        }
    }

    /** Validation has looked at the headers. */
    void headersJudged(List<BlockHeader> headers) {
        if (!announced.isEmpty()) {
            headers.forEach(header -> announced.remove(header.hash()));
        }
    }

    /** A new block was announced near our tip: it is fetched from whoever said so, without waiting for its turn. */
    void fetchDirectly(long now, Peer peer, BlockEntry last) {
        BlockEntry tip = tree().tip();
        if (!isNearTip(now) || last.isInvalid() || last.chainWork().compareTo(tip.chainWork()) < 0) {
            return;
        }
        ArrayList<BlockEntry> wanted = new ArrayList<>();
        BlockEntry at = last;
        while (at != null && !at.isAncestorOf(tip) && wanted.size() <= BitcoinLimits.BLOCKS_IN_FLIGHT_PER_PEER) {
            if (isMissing(at) && !inFlight.containsKey(at.hash()) && peer.servesWitnesses()) {
                wanted.add(at);
            }
            at = at.previous();
        }
        if (at == null || !at.isAncestorOf(tip)) {
            peers.debug("Large reorg, won't direct fetch to " + last);
            return;
        }
        int room = BitcoinLimits.BLOCKS_IN_FLIGHT_PER_PEER - peer.blocksInFlight.size();
        List<BlockEntry> oldestFirst = wanted.reversed();
        boolean compact = peer.takesCompactBlocks && !peers.settings().blocksOnly();
        if (compact && oldestFirst.size() == 1 && room > 0 && inFlight.isEmpty() && isNext(last)) {
            note(now, peer, last);
            peers.send(now, peer, new GetData(List.of(new InventoryItem(InventoryItem.COMPACT_BLOCK, last.hash()))));
            return;
        }
        request(now, peer, oldestFirst.subList(0, Math.max(0, Math.min(room, oldestFirst.size()))));
    }

    /** Whether the block stands on one whose chain was checked, so that the mempool probably has much of it. */
    private static boolean isNext(BlockEntry entry) {
        BlockEntry previous = entry.previous();
        return previous != null && (previous.height() == 0 || previous.isValidated());
    }

    /** Whether our tip is so fresh that a new block is worth having at once. */
    boolean isNearTip(long now) {
        long spacing = peers.settings().chain().pow().targetSpacingSeconds();
        return tree().tip().time() > now / 1000 - spacing * DIRECT_FETCH_SPACINGS;
    }

    boolean isMissing(BlockEntry entry) {
        return !entry.hasBlock() && !arrived.contains(entry.hash());
    }

    /** A block arrived. */
    void received(long now, Peer peer, Block block) {
        List<Peer> asked = askedFor(block.hash());
        // If this peer alone was asked, validation finds it out as well, and nobody has lost anything.
        Rejection mutation = asked.equals(List.of(peer)) ? null : mutation(block);
        if (mutation != null) {
            peers.debug("validation", "Block mutated: " + mutation);
            forget(now, block.hash(), peer);
            peers.misbehaving(now, peer, "mutated block");
            return;
        }
        arrived(now, peer, block, !asked.isEmpty(), false);
    }

    private @Nullable Rejection mutation(Block block) {
        BlockEntry parent = tree().find(block.header().previous());
        int segwit = peers.settings().chain().heights().segwit();
        return parent == null ? null : BlockRules.checkMutation(block, parent.height() + 1 >= segwit);
    }

    private void arrived(long now, Peer peer, Block block, boolean requested, boolean inCompactForm) {
        Hash256 hash = block.hash();
        forgetRequest(now, hash);
        arrived.add(hash);
        sources.put(hash, new Source(peer, inCompactForm));
        if (sources.size() > BitcoinLimits.BLOCK_SOURCES) {
            sources.pollFirstEntry();
        }
        if (!chain.isInitialBlockDownload()) {
            surprises.arrived(block);
        }
        peer.blocksInValidation++;
        validation.block(peer.id(), block, requested);
        peers.wakeAllAt(now);
    }

    private void forgetRequest(long now, Hash256 hash) {
        askedFor(hash).forEach(asked -> forget(now, hash, asked));
    }

    /** The block is not awaited from that peer any more. */
    void forget(long now, Hash256 hash, Peer asked) {
        if (!asked.blocksInFlight.containsKey(hash)) {
            return;
        }
        if (asked.blocksInFlight.firstEntry().getKey().equals(hash)) {
            asked.downloadingSinceMillis = Math.max(asked.downloadingSinceMillis, now);
        }
        asked.blocksInFlight.remove(hash);
        asked.partials.remove(hash);
        asked.stallingSinceMillis = 0;
        inFlight.computeIfPresent(hash, (key, all) -> {
            all.remove(asked);
            return all.isEmpty() ? null : all;
        });
    }

    /** The peer does not have it: somebody else may be asked. */
    void notFound(long now, Peer peer, Hash256 hash) {
        if (peer.blocksInFlight.containsKey(hash)) {
            forget(now, hash, peer);
            peers.wakeAllAt(now);
        }
    }

    /** Validation has taken in or rejected the block. */
    void judged(long now, Hash256 hash) {
        arrived.remove(hash);
        peers.wakeAllAt(now);
    }

    /** Who sent the block, asked once; null if nobody did or it is gone. */
    @Nullable
    Source takeSource(Hash256 hash) {
        Source source = sources.remove(hash);
        return source == null || source.peer.link.isClosed() ? null : source;
    }

    /** A block was connected: the line is good. Returns whose it was if nothing else was on its way. */
    @Nullable
    Peer connected(long now, Hash256 hash) {
        Source source = takeSource(hash);
        boolean alone = inFlight.isEmpty() || inFlight.size() == 1 && inFlight.containsKey(hash);
        // A block that came another way (mined here, another peer's) need not come again.
        forgetRequest(now, hash);
        if (stallingMillis != BitcoinLimits.BLOCK_STALLING_MILLIS) {
            stallingMillis = Math.max(BitcoinLimits.BLOCK_STALLING_MILLIS, (long) (stallingMillis * STALLING_DECAY));
            peers.debug("Decreased stalling timeout to " + stallingMillis / 1000 + " seconds");
        }
        return alone && source != null ? source.peer : null;
    }

    void disconnected(Peer peer) {
        List.copyOf(peer.blocksInFlight.keySet()).forEach(hash -> forget(0, hash, peer));
        peers.wakeAllAt(0);
    }

    /** Asks the peer for blocks if it may be asked, and drops it if it holds us up; returns when to look again. */
    long tick(long now, Peer peer) {
        long next = watch(now, peer);
        boolean mayServe = peer.servesBlocks()
                && (!chain.isInitialBlockDownload()
                        || maySynchronise(peer) && !Services.servesOnlyRecentBlocks(peer.services()));
        int room = BitcoinLimits.BLOCKS_IN_FLIGHT_PER_PEER - peer.blocksInFlight.size();
        if (peer.link.isClosed() || !mayServe || room <= 0) {
            return next;
        }
        Search search = new Search(peer, room);
        search.run();
        request(now, peer, search.found);
        Peer staller = search.staller;
        if (peer.blocksInFlight.isEmpty() && staller != null && staller.stallingSinceMillis == 0) {
            staller.stallingSinceMillis = now;
            peers.debug("Stall started " + staller);
            peers.wakeAt(staller, now + stallingMillis + 1);
        }
        return Math.min(next, deadline(peer));
    }

    private long deadline(Peer peer) {
        if (peer.blocksInFlight.isEmpty()) {
            return Long.MAX_VALUE;
        }
        int busyOthers = peers.countReady(other -> other != peer && !other.blocksInFlight.isEmpty());
        double shares = BitcoinLimits.BLOCK_TIMEOUT_BASE + BitcoinLimits.BLOCK_TIMEOUT_PER_PEER * busyOthers;
        long spacing = peers.settings().chain().pow().targetSpacingSeconds() * 1000;
        return peer.downloadingSinceMillis + (long) (spacing * shares) + 1;
    }

    private long watch(long now, Peer peer) {
        if (peer.stallingSinceMillis != 0 && now > peer.stallingSinceMillis + stallingMillis) {
            peers.info("Peer is stalling block download, disconnecting " + peer);
            stallingMillis = Math.min(2 * stallingMillis, BitcoinLimits.BLOCK_STALLING_LONGEST_MILLIS);
            peers.debug("Increased stalling timeout temporarily to " + stallingMillis / 1000 + " seconds");
            peers.drop(now, peer, "Peer is stalling block download");
            return Long.MAX_VALUE;
        }
        long deadline = deadline(peer);
        if (now >= deadline) {
            peers.drop(
                    now,
                    peer,
                    "Timeout downloading block "
                            + peer.blocksInFlight.firstEntry().getKey());
            return Long.MAX_VALUE;
        }
        return peer.stallingSinceMillis == 0
                ? deadline
                : Math.min(deadline, peer.stallingSinceMillis + stallingMillis + 1);
    }

    /** Whether headers and blocks of this peer count as those of one that we chose or trust. */
    static boolean isPreferred(Peer peer) {
        LinkKind kind = peer.link.kind();
        return (!kind.isInbound() || peer.link.has(Permission.NOBAN))
                && kind != LinkKind.FEELER
                && kind != LinkKind.ADDR_FETCH
                && peer.servesBlocks();
    }

    /** Walks the peer's best chain for blocks to ask it for. */
    private final class Search {
        private final Peer peer;
        private final int room;
        private final List<BlockEntry> found = new ArrayList<>();
        private @Nullable Peer staller;

        Search(Peer peer, int room) {
            this.peer = peer;
            this.room = room;
        }

        void run() {
            BlockEntry best = peer.bestKnown;
            BlockEntry tip = tree().tip();
            if (best == null
                    || best.chainWork().compareTo(tip.chainWork()) < 0
                    || best.chainWork().compareTo(peers.settings().chain().minimumChainWork()) < 0
                    || !peer.servesWitnesses()) {
                return;
            }
            BlockEntry common = peer.lastCommon == null ? tip : peer.lastCommon;
            // After a reorganisation of ours the last common block may be further on than it was.
            common = best.forkWith(common);
            BlockEntry withTip = best.forkWith(tip);
            peer.lastCommon = withTip.height() > common.height() ? withTip : common;
            walk(peer.lastCommon, best);
        }

        private void walk(BlockEntry common, BlockEntry best) {
            int windowEnd = common.height() + BitcoinLimits.BLOCK_DOWNLOAD_WINDOW;
            int last = Math.min(best.height(), windowEnd + 1);
            Peer waitingFor = null;
            BlockEntry[] path = path(common, best, last);
            boolean unbroken = true;
            for (BlockEntry entry : path) {
                if (entry.isInvalid()) {
                    return;
                }
                if (!isMissing(entry)) {
                    if (unbroken && entry.hasBlock()) {
                        peer.lastCommon = entry;
                    }
                    continue;
                }
                unbroken = false;
                List<Peer> asked = inFlight.get(entry.hash());
                boolean anothersToFetch = asked == null && announced.containsKey(entry.hash());
                if (asked != null) {
                    waitingFor = waitingFor == null ? asked.getFirst() : waitingFor;
                } else if (!anothersToFetch && entry.height() > windowEnd) {
                    staller = found.isEmpty() && waitingFor != peer ? waitingFor : null;
                    return;
                } else if (!anothersToFetch && isKept(best, entry)) {
                    found.add(entry);
                    if (found.size() == room) {
                        return;
                    }
                }
            }
        }

        /** Whether the peer still has the block: one that prunes promises only the last ones. */
        private boolean isKept(BlockEntry best, BlockEntry entry) {
            return !Services.servesOnlyRecentBlocks(peer.services())
                    || best.height() - entry.height() < BitcoinLimits.LIMITED_BLOCKS - 2;
        }

        /** The entries after {@code common} up to height {@code last} on the way to {@code best}. */
        private BlockEntry[] path(BlockEntry common, BlockEntry best, int last) {
            BlockEntry[] path = new BlockEntry[Math.max(0, last - common.height())];
            BlockEntry at = best.ancestor(last);
            for (int i = path.length - 1; i >= 0 && at != null; i--) {
                path[i] = at;
                at = at.previous();
            }
            return path;
        }
    }
}
