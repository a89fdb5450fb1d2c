package org.starling.chain;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.consensus.Block;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Rejection;
import org.starling.world.StorageException;

/**
 * Checks the last blocks of the stored chain and the coins against each other, without changing them: level 0 reads the
 * blocks, 1 checks them by themselves, 2 reads their undo data, 3 takes them back from a copy of the coins, 4 connects them
 * to that copy again.
 */
final class CoinsCheck {
    private static final Logger LOG = LoggerFactory.getLogger(Chain.class);

    private static final String ADVICE =
            "Corrupted block database detected.\nPlease restart with -reindex or" + " -reindex-chainstate to recover.";

    private final ChainParams params;
    private final StoredBlocks stored;
    private final CoinsCache scratch;
    private final BlockConnector connector;
    private final int level;

    /** @param scratch an empty cache over the stored coins, for the check alone */
    CoinsCheck(ChainParams params, CoinsCache scratch, StoredBlocks stored, int level) {
        this.params = params;
        this.stored = stored;
        this.scratch = scratch;
        this.connector = new BlockConnector(params, scratch);
        this.level = level;
    }

    /**
     * Checks the blocks from the one that the stored coins are at down to that many below; fewer if the others are pruned,
     * or their coins take more than that many bytes. Throws {@link StorageException} if something does not fit.
     */
    void run(BlockEntry tip, int blocks, long mostBytes) {
        LOG.info("Verifying last {} blocks at level {}", Math.min(blocks, tip.height()), level);
        Deque<BlockEntry> undone = new ArrayDeque<>();
        BlockEntry at = tip;
        for (int i = 0; i < blocks && at.height() > 0 && at.hasBlock(); i++) {
            Block block = checkAlone(at);
            if (level >= 3 && scratch.usedBytes() <= mostBytes) {
                BlockUndo undo = Objects.requireNonNull(undoOf(at));
                if (!connector.undo(block, at, undo) && !BlockRules.isOverwritten(at.height(), at.hash())) {
                    throw damaged(at, "the coins are not as the block left them");
                }
                undone.push(at);
            }
            at = Objects.requireNonNull(at.previous());
        }
        if (level >= 4) {
            undone.forEach(this::connectAgain);
        }
        LOG.info("Verification: No coin database inconsistencies in last {} blocks", tip.height() - at.height());
    }

    private Block checkAlone(BlockEntry entry) {
        try {
            Block block = stored.block(entry);
            Rejection rejection = level >= 1 ? BlockRules.check(block, params) : null;
            if (rejection != null) {
                throw damaged(entry, rejection.toString());
            }
            if (level >= 2 && undoOf(entry) == null) {
                throw damaged(entry, "its undo data are missing");
            }
            return block;
        } catch (StorageException e) {
            throw damaged(entry, String.valueOf(e.getMessage()));
        }
    }

    private @Nullable BlockUndo undoOf(BlockEntry entry) {
        return stored.undo(entry);
    }

    private void connectAgain(BlockEntry entry) {
        BlockEntry previous = Objects.requireNonNull(entry.previous());
        Rejection rejection = BlockTrial.connect(stored.block(entry), previous, params, scratch);
        if (rejection != null) {
            throw damaged(entry, rejection.toString());
        }
        connector.replay(stored.block(entry), entry);
    }

    private static StorageException damaged(BlockEntry entry, String what) {
        LOG.error("Verification error at block {}: {}", entry, what);
        return new StorageException(ADVICE);
    }
}
