package org.starling.chain;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.ChainWork;
import org.starling.consensus.Target;

/**
 * All headers that are known and connect to genesis, which of them end the active chain and the best chain of headers.
 * Written by the validation thread; every read is safe from any thread and sees entries that never move.
 */
public final class HeaderTree {
    private final Map<Hash256, BlockEntry> entries = new ConcurrentHashMap<>();
    private final BlockEntry genesis;
    private volatile BlockEntry tip;
    private volatile BlockEntry bestHeader;

    HeaderTree(BlockHeader genesisHeader) {
        genesis = new BlockEntry(genesisHeader, genesisHeader.hash(), null, workOf(genesisHeader));
        entries.put(genesis.hash(), genesis);
        tip = genesis;
        bestHeader = genesis;
    }

    public BlockEntry genesis() {
        return genesis;
    }

    /** The last block of the active chain: the one up to which coins are applied. */
    public BlockEntry tip() {
        return tip;
    }

    /** The header with the most work that is not known to be invalid. */
    public BlockEntry bestHeader() {
        return bestHeader;
    }

    public @Nullable BlockEntry find(Hash256 hash) {
        return entries.get(hash);
    }

    public boolean contains(Hash256 hash) {
        return entries.containsKey(hash);
    }

    public int size() {
        return entries.size();
    }

    /** The block of the active chain at that height; null above the tip. */
    public @Nullable BlockEntry activeAt(int height) {
        return tip.ancestor(height);
    }

    public boolean isActive(BlockEntry entry) {
        return entry.isAncestorOf(tip);
    }

    /** What follows the entry in the active chain; null for the tip and off the active chain. */
    public @Nullable BlockEntry activeAfter(BlockEntry entry) {
        BlockEntry end = tip;
        return entry.isAncestorOf(end) ? end.ancestor(entry.height() + 1) : null;
    }

    /** All entries at that height, in no order. Goes through the whole tree. */
    public List<BlockEntry> at(int height) {
        return entries.values().stream()
                .filter(entry -> entry.height() == height)
                .toList();
    }

    /** Entries that nothing is built on, and the tip; highest first. */
    public List<BlockEntry> tips() {
        BlockEntry end = tip;
        Set<BlockEntry> parents = new HashSet<>();
        for (BlockEntry entry : entries.values()) {
            if (entry.previous() != null) {
                parents.add(entry.previous());
            }
        }
        List<BlockEntry> tips = new ArrayList<>();
        for (BlockEntry entry : entries.values()) {
            if (entry == end || !parents.contains(entry)) {
                tips.add(entry);
            }
        }
        tips.sort((a, b) -> a.height() != b.height()
                ? Integer.compare(b.height(), a.height())
                : a.hash().compareTo(b.hash()));
        return tips;
    }

    /** Hashes from the entry back to genesis, ever further apart: what tells a peer which chain one is on. */
    public List<Hash256> locator(BlockEntry from) {
        List<Hash256> hashes = new ArrayList<>();
        int step = 1;
        BlockEntry at = from;
        while (at != null) {
            hashes.add(at.hash());
            if (at.height() == 0) {
                break;
            }
            if (hashes.size() > 10) {
                step *= 2;
            }
            at = at.ancestor(Math.max(0, at.height() - step));
        }
        return hashes;
    }

    /** The last block of the active chain that the locator names; genesis if it names none. */
    public BlockEntry forkOf(List<Hash256> locator) {
        BlockEntry end = tip;
        for (Hash256 hash : locator) {
            BlockEntry entry = entries.get(hash);
            if (entry != null) {
                if (entry.isAncestorOf(end)) {
                    return entry;
                }
                if (end.isAncestorOf(entry)) {
                    return end;
                }
            }
        }
        return genesis;
    }

    /** All entries, in no order. */
    Collection<BlockEntry> all() {
        return Collections.unmodifiableCollection(entries.values());
    }

    BlockEntry add(BlockHeader header, Hash256 hash, BlockEntry previous) {
        BlockEntry entry = new BlockEntry(header, hash, previous, workOf(previous, header));
        if (entries.putIfAbsent(hash, entry) != null) {
            throw new IllegalStateException("block " + hash + " is in the tree already");
        }
        return entry;
    }

    private static ChainWork workOf(BlockEntry previous, BlockHeader header) {
        // Difficulty seldom changes, and a division of 256-bit numbers costs more than the rest together.
        BlockEntry before = previous.previous();
        return before != null && previous.bits() == header.bits()
                ? previous.chainWork().minus(before.chainWork())
                : workOf(header);
    }

    private static ChainWork workOf(BlockHeader header) {
        return Target.fromBits(header.bits()).work();
    }

    void setTip(BlockEntry entry) {
        tip = Objects.requireNonNull(entry);
    }

    void setBestHeader(BlockEntry entry) {
        bestHeader = Objects.requireNonNull(entry);
    }
}
