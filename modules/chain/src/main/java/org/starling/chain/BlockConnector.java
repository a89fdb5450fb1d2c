package org.starling.chain;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.chain.PreparedBlock.NewCoin;
import org.starling.consensus.Block;
import org.starling.consensus.BlockAccounting;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;
import org.starling.consensus.TransactionRules;
import org.starling.consensus.TxIn;
import org.starling.consensus.script.ScriptFlags;
import org.starling.world.StorageException;

/**
 * Applies a block to the coins, or takes it back. Scripts are not checked here: connecting gives what is to be checked.
 */
final class BlockConnector {
    private static final Logger LOG = LoggerFactory.getLogger(BlockConnector.class);

    private final ChainParams params;
    private final CoinsCache coins;

    BlockConnector(ChainParams params, CoinsCache coins) {
        this.params = params;
        this.coins = coins;
    }

    /** How connecting went. Refused leaves the coins as they were. */
    sealed interface Outcome {
        record Connected(BlockUndo undo, List<ScriptJob> scripts, long fees) implements Outcome {}

        record Refused(Rejection rejection) implements Outcome {}
    }

    /**
     * Applies the block on top of {@code previous}.
     *
     * @param flags script flags of the block
     * @param storeSearched whether the store was searched for the block's own outputs where that is necessary, so that
     *     what the cache does not know is not there
     */
    Outcome connect(PreparedBlock prepared, BlockEntry previous, int flags, boolean storeSearched) {
        Block block = prepared.block();
        int height = previous.height() + 1;
        boolean guard = BlockRules.mustCheckForOverwrites(height, block.hash(), previous, params);
        if (guard && overwrites(prepared, storeSearched)) {
            return new Outcome.Refused(BlockRules.overwrites());
        }
        BlockAccounting accounting = new BlockAccounting(
                previous, params, (flags & ScriptFlags.P2SH) != 0, (flags & ScriptFlags.WITNESS) != 0);
        List<Transaction> transactions = block.transactions();
        List<List<Coin>> spent = new ArrayList<>(transactions.size());
        List<ScriptJob> scripts = new ArrayList<>(transactions.size());
        for (int i = 0; i < transactions.size(); i++) {
            Transaction transaction = transactions.get(i);
            List<Coin> inputs = List.of();
            if (i > 0) {
                List<Coin> taken = take(transaction);
                if (taken == null) {
                    revert(prepared, spent, i);
                    return new Outcome.Refused(missing(transaction));
                }
                inputs = taken;
            }
            Rejection rejection = accounting.add(transaction, inputs);
            if (rejection != null) {
                putBack(transaction, inputs);
                revert(prepared, spent, i);
                return new Outcome.Refused(rejection);
            }
            if (i > 0) {
                spent.add(inputs);
                scripts.add(new ScriptJob(i, transaction, inputs));
            }
            for (NewCoin made : prepared.made().get(i)) {
                coins.add(made.outPoint(), made.coin(), i == 0);
            }
        }
        Rejection rejection = accounting.checkCoinbase(transactions.getFirst());
        if (rejection != null) {
            revert(prepared, spent, transactions.size());
            return new Outcome.Refused(rejection);
        }
        return new Outcome.Connected(new BlockUndo(spent), scripts, accounting.fees());
    }

    private static Rejection missing(Transaction transaction) {
        Rejection missing = TransactionRules.missingInputs();
        return Rejection.consensus(missing.reason(), missing.debugMessage() + " in transaction " + transaction.txid());
    }

    private boolean overwrites(PreparedBlock prepared, boolean storeSearched) {
        for (List<NewCoin> coinsOfOne : prepared.made()) {
            for (NewCoin made : coinsOfOne) {
                boolean open = !storeSearched || coins.knows(made.outPoint());
                if (open && coins.has(made.outPoint())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Spends the transaction's inputs; null, with nothing spent, if one is missing. */
    private @Nullable List<Coin> take(Transaction transaction) {
        List<TxIn> inputs = transaction.inputs();
        List<Coin> taken = new ArrayList<>(inputs.size());
        for (TxIn input : inputs) {
            Coin coin = coins.spend(input.previous());
            if (coin == null) {
                putBack(transaction, taken);
                return null;
            }
            taken.add(coin);
        }
        return taken;
    }

    private void putBack(Transaction transaction, List<Coin> taken) {
        for (int i = taken.size() - 1; i >= 0; i--) {
            restore(transaction.inputs().get(i).previous(), taken.get(i));
        }
    }

    private boolean restore(OutPoint outPoint, Coin coin) {
        boolean overwrites = coins.has(outPoint);
        coins.add(outPoint, coin, overwrites);
        return !overwrites;
    }

    /** Takes back a block that was just connected and gave this. */
    void revert(PreparedBlock prepared, List<List<Coin>> spent) {
        revert(prepared, spent, prepared.made().size());
    }

    /** Takes back the first {@code count} transactions of a block that is being connected. */
    private void revert(PreparedBlock prepared, List<List<Coin>> spent, int count) {
        for (int i = count - 1; i >= 0; i--) {
            for (NewCoin made : prepared.made().get(i)) {
                coins.spend(made.outPoint());
            }
            if (i > 0) {
                putBack(prepared.block().transactions().get(i), spent.get(i - 1));
            }
        }
    }

    /** Takes a connected block back. Coins that are not as the block left them are logged and put right. */
    void disconnect(Block block, BlockEntry entry, BlockUndo undo) {
        if (!undo(block, entry, undo) && !BlockRules.isOverwritten(entry.height(), entry.hash())) {
            LOG.warn("Block {} was disconnected, but its coins were not as it had left them", entry);
        }
    }

    /** As {@link #disconnect}, of coins that may lack part of the block; whether they did not. */
    boolean undo(Block block, BlockEntry entry, BlockUndo undo) {
        List<Transaction> transactions = block.transactions();
        if (undo.spent().size() != transactions.size() - 1) {
            throw new StorageException("The undo data of block " + entry + " are those of another block");
        }
        boolean clean = true;
        for (int i = transactions.size() - 1; i >= 0; i--) {
            Transaction transaction = transactions.get(i);
            for (NewCoin made : PreparedBlock.coinsOf(transaction, entry.height(), i == 0)) {
                clean &= made.coin().equals(coins.spend(made.outPoint()));
            }
            if (i > 0) {
                clean &= restoreInputs(transaction, undo.spentBy(i), entry);
            }
        }
        return clean;
    }

    private boolean restoreInputs(Transaction transaction, List<Coin> spent, BlockEntry entry) {
        if (spent.size() != transaction.inputs().size()) {
            throw new StorageException("The undo data of block " + entry + " are those of another block");
        }
        boolean clean = true;
        for (int i = spent.size() - 1; i >= 0; i--) {
            clean &= restore(transaction.inputs().get(i).previous(), spent.get(i));
        }
        return clean;
    }

    /** Applies a block that was connected before, to coins that may have part of it already. */
    void replay(Block block, BlockEntry entry) {
        List<Transaction> transactions = block.transactions();
        for (int i = 0; i < transactions.size(); i++) {
            Transaction transaction = transactions.get(i);
            if (i > 0) {
                transaction.inputs().forEach(input -> coins.spend(input.previous()));
            }
            PreparedBlock.coinsOf(transaction, entry.height(), i == 0)
                    .forEach(made -> coins.add(made.outPoint(), made.coin(), true));
        }
    }
}
