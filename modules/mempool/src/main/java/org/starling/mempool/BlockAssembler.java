package org.starling.mempool;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Difficulty;
import org.starling.consensus.HeaderRules;
import org.starling.consensus.HeaderView;
import org.starling.consensus.MerkleTree;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.VersionBits;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.ScriptBuilder;

/**
 * Makes blocks to be mined. Transactions are taken in the chunks in which the mempool keeps them, the best first. Used on the validation thread.
 */
public final class BlockAssembler {
    /** Weight kept free for the header and the coinbase, if the operator says nothing else. */
    public static final int RESERVED_WEIGHT = 4_000;

    /** At least so much is kept free: a coinbase that fits into less is of no use to a pool. */
    public static final int MIN_RESERVED_WEIGHT = 2_000;

    /** Signature operations kept free for the coinbase. */
    public static final int COINBASE_SIGOPS_COST = 400;

    private static final Bytes RESERVED_VALUE = Bytes.wrap(new byte[Hash256.BYTES]);

    private final ChainParams params;
    private final VersionBits versionBits;
    private final Options options;

    /**
     * What an operator may choose.
     *
     * @param maxWeight of the block
     * @param reservedWeight kept free for the header and the coinbase
     * @param minFeerate below it no package is taken
     * @param version of the block; null for the one that signals what is under way
     */
    public record Options(
            int maxWeight,
            int reservedWeight,
            Feerate minFeerate,
            @Nullable Integer version) {
        public static final Options DEFAULT =
                new Options(BlockRules.MAX_WEIGHT - 4_000, RESERVED_WEIGHT, new Feerate(1000), null);
    }

    public BlockAssembler(ChainParams params, VersionBits versionBits, Options options) {
        this.params = params;
        this.versionBits = versionBits;
        this.options = options;
    }

    /** Weight kept free for the header and the coinbase. */
    public int reservedWeight() {
        return options.reservedWeight();
    }

    /** A block on top of the tip with the best of the mempool, that pays to the script. */
    public BlockTemplate assemble(Mempool mempool, HeaderView tip, Bytes scriptPubKey, long nowSeconds) {
        BlockSelection selection = new BlockSelection(options, tip);
        selection.select(mempool.graph().chunks());
        List<Transaction> transactions = new ArrayList<>();
        List<Long> fees = new ArrayList<>();
        List<Long> sigOpsCosts = new ArrayList<>();
        for (Entry entry : selection.chosen()) {
            transactions.add(entry.transaction);
            fees.add(entry.fee);
            sigOpsCosts.add(entry.sigOpsCost);
        }
        long total = fees.stream().mapToLong(Long::longValue).sum();
        Block block = build(tip, scriptPubKey, transactions, total, nowSeconds);
        return new BlockTemplate(block, tip.height() + 1, fees, sigOpsCosts);
    }

    /**
     * A block on top of the tip with just these transactions, which are not checked.
     *
     * @param fees that the coinbase may claim besides the subsidy, in satoshis
     */
    public Block build(HeaderView tip, Bytes scriptPubKey, List<Transaction> transactions, long fees, long nowSeconds) {
        int height = tip.height() + 1;
        List<Transaction> all = new ArrayList<>();
        all.add(coinbase(height, scriptPubKey, transactions, fees));
        all.addAll(transactions);
        long time = Math.max(nowSeconds, HeaderRules.minimumTime(tip, params));
        Integer version = options.version();
        BlockHeader header = new BlockHeader(
                version == null ? versionBits.blockVersion(tip) : version,
                tip.hash(),
                MerkleTree.ofTransactions(all).hash(),
                time,
                Difficulty.nextBits(tip, time, params.pow()),
                0);
        return Block.of(header, all);
    }

    private Transaction coinbase(int height, Bytes scriptPubKey, List<Transaction> transactions, long fees) {
        List<Transaction> witnesses = new ArrayList<>();
        TxIn bare = new TxIn(
                OutPoint.NULL, new ScriptBuilder().number(height).op(Op.OP_0).build(), TxIn.SEQUENCE_FINAL);
        TxOut reward = new TxOut(BlockRules.subsidy(height, params) + fees, scriptPubKey);
        witnesses.add(Transaction.of(2, List.of(bare), List.of(reward), 0)); // counts as zero in the witness tree
        witnesses.addAll(transactions);
        Hash256 commitment = BlockRules.witnessCommitment(witnesses, RESERVED_VALUE);
        TxOut committing = new TxOut(0, BlockRules.witnessCommitmentScript(commitment));
        boolean segwit = height >= params.heights().segwit();
        TxIn input = segwit ? bare.withWitness(List.of(RESERVED_VALUE)) : bare;
        return Transaction.of(2, List.of(input), List.of(reward, committing), 0);
    }
}
