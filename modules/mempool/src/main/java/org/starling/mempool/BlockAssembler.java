package org.starling.mempool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
import org.starling.consensus.TransactionRules;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.VersionBits;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.ScriptBuilder;

/**
 * Makes blocks to be mined. Transactions are taken with their unconfirmed ancestors, the best feerate of such a package
 * first. Used on the validation thread.
 */
public final class BlockAssembler {
    /** Weight kept free for the header and the coinbase. */
    public static final int COINBASE_WEIGHT = 4_000;

    /** Signature operations kept free for the coinbase. */
    public static final int COINBASE_SIGOPS_COST = 400;

    /** Nearly full, the assembler gives up after so many packages in a row that do not fit. */
    private static final int MAX_CONSECUTIVE_FAILURES = 1_000;

    private static final Bytes RESERVED_VALUE = Bytes.wrap(new byte[Hash256.BYTES]);

    private final ChainParams params;
    private final VersionBits versionBits;
    private final Options options;

    /**
     * What an operator may choose.
     *
     * @param maxWeight of the block
     * @param minFeerate below it no package is taken
     * @param version of the block; null for the one that signals what is under way
     */
    public record Options(
            int maxWeight, Feerate minFeerate, @Nullable Integer version) {
        public static final Options DEFAULT = new Options(BlockRules.MAX_WEIGHT - 4_000, new Feerate(1000), null);
    }

    public BlockAssembler(ChainParams params, VersionBits versionBits, Options options) {
        this.params = params;
        this.versionBits = versionBits;
        this.options = options;
    }

    /** A block on top of the tip with the best of the mempool, that pays to the script. */
    public BlockTemplate assemble(Mempool mempool, HeaderView tip, Bytes scriptPubKey, long nowSeconds) {
        Selection selection = new Selection(mempool.graph(), tip);
        selection.select();
        List<Transaction> transactions = new ArrayList<>();
        List<Long> fees = new ArrayList<>();
        List<Long> sigOpsCosts = new ArrayList<>();
        for (Entry entry : selection.chosen) {
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

    /** A package: an entry with those of its ancestors that are not chosen yet. */
    private record Candidate(Entry entry, long size, long fees, long sigOpsCost) {
        static final Comparator<Candidate> BEST_FIRST = (left, right) -> {
            // The package counts at the lower of its own feerate and that of the entry alone.
            boolean leftAlone =
                    (double) left.entry.modifiedFee() * left.size < (double) left.fees * left.entry.virtualSize;
            boolean rightAlone =
                    (double) right.entry.modifiedFee() * right.size < (double) right.fees * right.entry.virtualSize;
            double leftFee = leftAlone ? left.entry.modifiedFee() : left.fees;
            double leftSize = leftAlone ? left.entry.virtualSize : left.size;
            double rightFee = rightAlone ? right.entry.modifiedFee() : right.fees;
            double rightSize = rightAlone ? right.entry.virtualSize : right.size;
            int order = Double.compare(rightFee * leftSize, leftFee * rightSize);
            return order == 0 ? left.entry.txid().compareTo(right.entry.txid()) : order;
        };

        static Candidate of(Entry entry) {
            return new Candidate(entry, entry.ancestorSize, entry.ancestorFees, entry.ancestorSigOpsCost);
        }

        Candidate without(Entry chosen) {
            return new Candidate(
                    entry, size - chosen.virtualSize, fees - chosen.modifiedFee(), sigOpsCost - chosen.sigOpsCost);
        }
    }

    private final class Selection {
        private final HeaderView tip;
        private final TreeSet<Candidate> queue = new TreeSet<>(Candidate.BEST_FIRST);
        private final Map<Hash256, Candidate> current = new HashMap<>();
        private final Set<Entry> chosen = new LinkedHashSet<>();
        private long weight = COINBASE_WEIGHT;
        private long sigOpsCost = COINBASE_SIGOPS_COST;

        Selection(EntryGraph graph, HeaderView tip) {
            this.tip = tip;
            for (Entry entry : graph.entries()) {
                Candidate candidate = Candidate.of(entry);
                queue.add(candidate);
                current.put(entry.txid(), candidate);
            }
        }

        // A package that does not fit is looked at again only when an ancestor of it was chosen.
        void select() {
            int maxWeight = Math.clamp(options.maxWeight(), COINBASE_WEIGHT, BlockRules.MAX_WEIGHT - COINBASE_WEIGHT);
            int failures = 0;
            while (!queue.isEmpty()) {
                Candidate best = queue.first();
                queue.remove(best);
                if (best.fees < options.minFeerate().fee(best.size)) {
                    return;
                }
                boolean fits = weight + BlockRules.WITNESS_SCALE_FACTOR * best.size < maxWeight
                        && sigOpsCost + best.sigOpsCost < BlockRules.MAX_SIGOPS_COST;
                if (!fits) {
                    if (++failures > MAX_CONSECUTIVE_FAILURES && weight > maxWeight - COINBASE_WEIGHT) {
                        return;
                    }
                    continue;
                }
                List<Entry> bundle = bundle(best.entry);
                if (areFinal(bundle)) {
                    failures = 0;
                    bundle.forEach(this::choose);
                }
            }
        }

        // The entry with its ancestors that are not chosen, parents first.
        private List<Entry> bundle(Entry entry) {
            List<Entry> bundle = new ArrayList<>(EntryGraph.withAncestors(Set.of(entry)));
            Iterator<Entry> entries = bundle.iterator();
            while (entries.hasNext()) {
                if (chosen.contains(entries.next())) {
                    entries.remove();
                }
            }
            bundle.sort((left, right) -> left.ancestorCount != right.ancestorCount
                    ? Integer.compare(left.ancestorCount, right.ancestorCount)
                    : left.txid().compareTo(right.txid()));
            return bundle;
        }

        private boolean areFinal(List<Entry> bundle) {
            for (Entry entry : bundle) {
                if (!TransactionRules.isFinal(entry.transaction, tip.height() + 1, tip.medianTimePast())) {
                    return false;
                }
            }
            return true;
        }

        private void choose(Entry entry) {
            chosen.add(entry);
            weight += entry.transaction.weight();
            sigOpsCost += entry.sigOpsCost;
            Candidate own = current.remove(entry.txid());
            if (own != null) {
                queue.remove(own);
            }
            for (Entry descendant : EntryGraph.withDescendants(entry.children)) {
                Candidate old = current.get(descendant.txid());
                if (old != null) {
                    Candidate lighter = old.without(entry);
                    current.put(descendant.txid(), lighter);
                    queue.remove(old);
                    queue.add(lighter);
                }
            }
        }
    }
}
