package org.starling.app.tool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.BlockAccounting;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Coin;
import org.starling.consensus.HeaderRules;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.consensus.Transaction;
import org.starling.consensus.TransactionRules;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.ScriptError;
import org.starling.consensus.script.ScriptVerifier;
import org.starling.consensus.script.SighashCache;
import org.starling.consensus.script.SignatureChecker;

/** Checks a block against every rule that does not need the chain before it. */
final class OfflineBlock {
    /** The rules that need the chain before the block, each with what it would have to know. */
    static final List<String> UNCHECKED = List.of(
            "difficulty: that the target is the one that the headers before the block lead to",
            "time: that it is later than the median of the eleven blocks before, and not far in the future",
            "BIP-0113: locktimes that are times were held against the block's own time, not the median time past",
            "BIP-0068: relative locktimes, for want of the heights of the outputs spent",
            "coinbase maturity, for want of the heights of the outputs spent",
            "BIP-0030: that no transaction repeats one that is not yet spent",
            "that the outputs spent are on the chain and not spent before: they were taken from the file",
            "that the parent is valid and the chain has the most work");

    private final Block block;
    private final List<TxOut> prevouts;
    private final ChainParams params;
    private final int height;
    private final boolean explain;
    private final OfflineParent parent;
    private final Map<Hash256, Transaction> earlier = new HashMap<>();
    private final Set<OutPoint> spent = new HashSet<>();
    private int at;

    OfflineBlock(Block block, List<TxOut> prevouts, ChainParams params, int height, boolean explain) {
        this.block = block;
        this.prevouts = prevouts;
        this.params = params;
        this.height = height;
        this.explain = explain;
        this.parent = OfflineParent.of(block, height);
    }

    /** What is wrong with the block, in one line or more; null if nothing is. */
    @Nullable
    String check() throws BadInputException {
        int inputs = block.transactions().stream()
                .filter(transaction -> !transaction.isCoinbase())
                .mapToInt(transaction -> transaction.inputs().size())
                .sum();
        if (inputs != prevouts.size()) {
            throw new BadInputException("the block has " + inputs
                    + " inputs besides the coinbase's, and the file of prevouts has " + prevouts.size() + " outputs");
        }
        Rejection rejection = BlockRules.check(block, params);
        if (rejection == null && block.header().version() < HeaderRules.minimumVersion(height, params.heights())) {
            rejection = Rejection.consensus(
                    "bad-version(0x%08x)".formatted(block.header().version()));
        }
        if (rejection == null) {
            rejection = BlockRules.checkInContext(block, parent, params);
        }
        return rejection == null ? checkTransactions() : rejection.toString();
    }

    private @Nullable String checkTransactions() throws BadInputException {
        boolean segwit = height >= params.heights().segwit();
        BlockAccounting accounting = new BlockAccounting(parent, params, true, segwit);
        int flags = BlockRules.scriptFlags(block.hash(), height, params);
        for (Transaction transaction : block.transactions()) {
            List<Coin> coins = new ArrayList<>();
            if (!transaction.isCoinbase()) {
                for (TxIn input : transaction.inputs()) {
                    Coin coin = coin(input.previous());
                    if (coin == null) {
                        return BlockAccounting.inBlock(TransactionRules.missingInputs(), transaction)
                                .toString();
                    }
                    coins.add(coin);
                }
            }
            Rejection rejection = accounting.add(transaction, coins);
            if (rejection != null) {
                return rejection.toString();
            }
            String scripts = checkScripts(transaction, coins, flags);
            if (scripts != null) {
                return scripts;
            }
            earlier.put(transaction.txid(), transaction);
        }
        Rejection coinbase = accounting.checkCoinbase(block.transactions().getFirst());
        return coinbase == null ? null : coinbase.toString();
    }

    /** What the next input spends, or null if the block itself shows that it cannot be spent. */
    private @Nullable Coin coin(OutPoint previous) throws BadInputException {
        TxOut prevout = prevouts.get(at++);
        if (!spent.add(previous)) {
            return null;
        }
        Transaction inBlock = earlier.get(previous.txid());
        if (inBlock == null) {
            boolean later = block.transactions().stream()
                    .anyMatch(transaction -> transaction.txid().equals(previous.txid()));
            return later ? null : new Coin(prevout, 0, false);
        }
        if (Integer.compareUnsigned(previous.index(), inBlock.outputs().size()) >= 0) {
            return null;
        }
        if (!inBlock.outputs().get(previous.index()).equals(prevout)) {
            throw new BadInputException(
                    "output " + at + " in the file of prevouts is not " + previous + ", which the block itself makes");
        }
        return new Coin(prevout, height, inBlock.isCoinbase());
    }

    private @Nullable String checkScripts(Transaction transaction, List<Coin> coins, int flags) {
        if (transaction.isCoinbase()) {
            return null;
        }
        SighashCache sighash =
                new SighashCache(transaction, coins.stream().map(Coin::output).toList());
        for (int i = 0; i < coins.size(); i++) {
            Explanation explanation = new Explanation();
            ScriptError error =
                    ScriptVerifier.verify(sighash, i, flags, SignatureChecker.DIRECT, explain ? explanation : null);
            if (error != ScriptError.OK) {
                String line = "mandatory-script-verify-flag-failed (" + error.message() + "), " + error.name()
                        + " at input " + i + " of transaction " + transaction.txid();
                return explain ? line + System.lineSeparator() + explanation.of(error) : line;
            }
        }
        return null;
    }
}
