package org.starling.chain;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.starling.consensus.Block;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.HeaderRules;
import org.starling.consensus.Rejection;

/** Connects a block for the verdict alone. */
final class BlockTrial {
    private BlockTrial() {}

    /** The verdict on the block on top of {@code previous}, the tip; the coins are left as they were. */
    static @Nullable Rejection run(
            Block block,
            BlockEntry previous,
            ChainParams params,
            CoinsCache coins,
            long nowSeconds,
            boolean checkWork) {
        if (!block.header().previous().equals(previous.hash())) {
            return Rejection.of(Rejection.Kind.INVALID_PREV, "inconclusive-not-best-prevblk");
        }
        Rejection rejection = HeaderRules.checkInContext(block.header(), previous, params, nowSeconds);
        if (rejection == null) {
            rejection = checkWork ? BlockRules.check(block, params) : BlockRules.checkBody(block);
        }
        if (rejection == null) {
            rejection = BlockRules.checkInContext(block, previous, params);
        }
        return rejection == null ? connect(block, previous, params, coins) : rejection;
    }

    /** The verdict on a block that is checked by itself; the coins, those at {@code previous}, are left as they were. */
    static @Nullable Rejection connect(Block block, BlockEntry previous, ChainParams params, CoinsCache coins) {
        int height = previous.height() + 1;
        int flags = BlockRules.scriptFlags(block.hash(), height, params);
        PreparedBlock prepared = PreparedBlock.of(block, height, null);
        BlockConnector connector = new BlockConnector(params, coins);
        return switch (connector.connect(prepared, previous, flags, false)) {
            case BlockConnector.Outcome.Refused(Rejection rejection) -> rejection;
            case BlockConnector.Outcome.Connected connected -> {
                connector.revert(prepared, connected.undo().spent());
                yield firstFailure(connected, flags);
            }
        };
    }

    private static @Nullable Rejection firstFailure(BlockConnector.Outcome.Connected connected, int flags) {
        for (Callable<@Nullable Rejection> task : ScriptJob.tasks(connected.scripts(), flags)) {
            Rejection rejection = call(task);
            if (rejection != null) {
                return rejection;
            }
        }
        return null;
    }

    private static @Nullable Rejection call(Callable<@Nullable Rejection> task) {
        try {
            return task.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
