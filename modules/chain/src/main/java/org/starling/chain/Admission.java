package org.starling.chain;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.HeaderRules;
import org.starling.consensus.Rejection;

/**
 * Takes headers into the tree and blocks into the files, after all the checks that need no coins. What may become of a
 * block then is the {@link ActiveChain}'s.
 */
final class Admission {
    private static final Logger VALIDATION = LoggerFactory.getLogger("validation");

    private final ChainParams params;
    private final BlockIndex index;
    private final HeaderTree tree;
    private final BlockFiles blockFiles;
    private final RecentBlocks recent;
    private final InvalidBlocks invalid;
    private final List<ChainListener> listeners;
    private final Supplier<BlockEntry> tip;

    Admission(
            ChainParams params,
            BlockIndex index,
            BlockFiles blockFiles,
            RecentBlocks recent,
            InvalidBlocks invalid,
            List<ChainListener> listeners,
            Supplier<BlockEntry> tip) {
        this.params = params;
        this.index = index;
        this.tree = index.tree();
        this.blockFiles = blockFiles;
        this.recent = recent;
        this.invalid = invalid;
        this.listeners = listeners;
        this.tip = tip;
    }

    /** As {@link Chain#acceptHeaders}. */
    Acceptance headers(List<BlockHeader> headers, long nowSeconds, boolean workChecked) {
        BlockEntry before = tree.bestHeader();
        Acceptance last = new Acceptance.Refused(Rejection.of(Rejection.Kind.INVALID_HEADER, "no-headers"));
        boolean fresh = false;
        for (BlockHeader header : headers) {
            last = header(header, header.hash(), nowSeconds, workChecked);
            if (last instanceof Acceptance.Accepted(BlockEntry entry, boolean isNew)) {
                fresh |= isNew;
                last = new Acceptance.Accepted(entry, fresh);
            } else {
                break;
            }
        }
        announceBestHeader(before);
        return last;
    }

    private Acceptance header(BlockHeader header, Hash256 hash, long nowSeconds, boolean workChecked) {
        BlockEntry known = tree.find(hash);
        if (known != null) {
            return known.isInvalid()
                    ? InvalidBlocks.refuse(Rejection.Kind.CACHED_INVALID, "duplicate-invalid")
                    : new Acceptance.Accepted(known, false);
        }
        Rejection alone = HeaderRules.check(header, hash, params);
        if (alone != null) {
            return InvalidBlocks.refuse(hash, alone);
        }
        BlockEntry previous = tree.find(header.previous());
        if (previous == null) {
            return InvalidBlocks.refuse(Rejection.Kind.MISSING_PREV, "prev-blk-not-found");
        }
        if (previous.isInvalid()) {
            return InvalidBlocks.refuse(Rejection.Kind.INVALID_PREV, "bad-prevblk");
        }
        Rejection inContext = HeaderRules.checkInContext(header, previous, params, nowSeconds);
        if (inContext != null) {
            return InvalidBlocks.refuse(hash, inContext);
        }
        if (!workChecked) {
            VALIDATION.debug(
                    "AcceptBlockHeader: not adding new block header {}, missing anti-dos proof-of-work validation",
                    hash);
            return InvalidBlocks.refuse(Rejection.Kind.LOW_WORK, "too-little-chainwork");
        }
        return new Acceptance.Accepted(index.addHeader(header, hash, previous), true);
    }

    private void announceBestHeader(BlockEntry before) {
        BlockEntry best = tree.bestHeader();
        if (best != before) {
            listeners.forEach(listener -> listener.bestHeaderChanged(best));
        }
    }

    /**
     * As {@link Chain#acceptBlock}.
     *
     * @param stored where the block stands in our own files; null to write it
     * @param checked whether {@link BlockRules#check} was passed already
     */
    Acceptance block(
            Block block,
            BlockFiles.@Nullable Position stored,
            boolean checked,
            boolean requested,
            long nowSeconds,
            boolean workChecked) {
        // What fails by itself says nothing of its header, which another body may fit: the entry is not marked for it.
        Rejection alone = checked ? null : BlockRules.check(block, params);
        if (alone != null) {
            return InvalidBlocks.refuse(block.hash(), alone);
        }
        BlockEntry before = tree.bestHeader();
        Acceptance header = header(block.header(), block.hash(), nowSeconds, workChecked);
        if (!(header instanceof Acceptance.Accepted(BlockEntry entry, boolean freshHeader))) {
            return header;
        }
        announceBestHeader(before);
        if (entry.hasBlock() || !requested && !isWorthKeeping(entry)) {
            return new Acceptance.Accepted(entry, false);
        }
        BlockEntry previous = entry.previous();
        Rejection rejection = previous == null ? null : BlockRules.checkInContext(block, previous, params);
        if (rejection != null) {
            if (rejection.kind() != Rejection.Kind.MUTATED) {
                invalid.add(entry, rejection);
            }
            return InvalidBlocks.refuse(block.hash(), rejection);
        }
        store(block, entry, stored);
        return new Acceptance.Accepted(entry, true);
    }

    private void store(Block block, BlockEntry entry, BlockFiles.@Nullable Position stored) {
        BlockFiles.Position position = stored == null ? blockFiles.append(block, entry.height()) : stored;
        if (stored != null) {
            blockFiles.addBlock(stored.file(), entry.height(), stored.offset() + block.totalLength());
        }
        index.received(entry, block.transactions().size(), position, tip.get());
        recent.add(block);
    }

    private boolean isWorthKeeping(BlockEntry entry) {
        BlockEntry best = tip.get();
        return entry.transactionCount() == 0
                && entry.chainWork().compareTo(best.chainWork()) >= 0
                && entry.height() <= best.height() + Chain.MIN_BLOCKS_TO_KEEP
                && entry.chainWork().compareTo(params.minimumChainWork()) >= 0;
    }
}
