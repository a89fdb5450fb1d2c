package org.starling.api.rpc;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.consensus.Block;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainType;
import org.starling.consensus.Coin;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Script;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What {@code getblockstats} counts in a block. The coinbase counts only where it is said. */
final class BlockStatistics {
    /** Bytes that an unspent output takes besides its own: outpoint, height, and whether a coinbase made it. */
    private static final int OUTPUT_OVERHEAD_BYTES = 36 + 4 + 1;

    /** Blocks of the main chain whose coinbases repeat earlier ones (BIP-0030). */
    private static final List<Integer> REPEATING_HEIGHTS = List.of(91_842, 91_880);

    private static final double[] PERCENTILES = {0.10, 0.25, 0.50, 0.75, 0.90};

    private final Block block;
    private final BlockEntry entry;
    private final ChainParams params;

    private final List<Long> fees = new ArrayList<>();
    private final List<Rate> rates = new ArrayList<>();
    private final List<Long> sizes = new ArrayList<>();
    private long outputs;
    private long inputs;
    private long totalOut;
    private long totalWeight;
    private long witnessTransactions;
    private long witnessSize;
    private long witnessWeight;
    private long coinsMade;
    private long coinBytes;
    private long actualCoinBytes;

    /** A feerate in satoshis per virtual byte, and the weight that pays it. */
    private record Rate(long feerate, long weight) {}

    BlockStatistics(Block block, BlockEntry entry, BlockUndo undo, ChainParams params) {
        this.block = block;
        this.entry = entry;
        this.params = params;
        List<Transaction> transactions = block.transactions();
        for (int i = 0; i < transactions.size(); i++) {
            long out = countOutputs(transactions.get(i));
            if (i > 0) {
                count(transactions.get(i), out, undo.spentBy(i));
            }
        }
    }

    private long countOutputs(Transaction transaction) {
        // The genesis coinbase, and the two that repeat earlier ones (BIP-0030), make no coins.
        boolean makesNone = entry.height() == 0
                || transaction.isCoinbase()
                        && params.type() == ChainType.MAIN
                        && REPEATING_HEIGHTS.contains(entry.height());
        long out = 0;
        for (TxOut output : transaction.outputs()) {
            out += output.value();
            long bytes = output.serializedLength() + OUTPUT_OVERHEAD_BYTES;
            coinBytes += bytes;
            if (!makesNone && !Script.isUnspendable(output.scriptPubKey())) {
                coinsMade++;
                actualCoinBytes += bytes;
            }
        }
        outputs += transaction.outputs().size();
        return out;
    }

    private void count(Transaction transaction, long out, List<Coin> spent) {
        long in = 0;
        for (Coin coin : spent) {
            in += coin.output().value();
            long bytes = coin.output().serializedLength() + OUTPUT_OVERHEAD_BYTES;
            coinBytes -= bytes;
            actualCoinBytes -= bytes;
        }
        long weight = transaction.weight();
        long size = transaction.totalLength();
        inputs += spent.size();
        totalOut += out;
        totalWeight += weight;
        sizes.add(size);
        fees.add(in - out);
        rates.add(new Rate((in - out) * BlockRules.WITNESS_SCALE_FACTOR / weight, weight));
        if (transaction.hasWitness()) {
            witnessTransactions++;
            witnessSize += size;
            witnessWeight += weight;
        }
    }

    ObjectNode toJson() {
        List<Long> feerates = rates.stream().map(Rate::feerate).toList();
        int others = fees.size();
        ObjectNode json = Json.object()
                .put("avgfee", others == 0 ? 0 : sum(fees) / others)
                .put("avgfeerate", totalWeight == 0 ? 0 : sum(fees) * BlockRules.WITNESS_SCALE_FACTOR / totalWeight)
                .put("avgtxsize", others == 0 ? 0 : sum(sizes) / others)
                .put("blockhash", entry.hash().toString());
        json.set("feerate_percentiles", percentiles());
        return json.put("height", entry.height())
                .put("ins", inputs)
                .put("maxfee", most(fees))
                .put("maxfeerate", most(feerates))
                .put("maxtxsize", most(sizes))
                .put("medianfee", median(fees))
                .put("mediantime", entry.medianTimePast())
                .put("mediantxsize", median(sizes))
                .put("minfee", least(fees))
                .put("minfeerate", least(feerates))
                .put("mintxsize", least(sizes))
                .put("outs", outputs)
                .put("subsidy", BlockRules.subsidy(entry.height(), params))
                .put("swtotal_size", witnessSize)
                .put("swtotal_weight", witnessWeight)
                .put("swtxs", witnessTransactions)
                .put("time", entry.time())
                .put("total_out", totalOut)
                .put("total_size", sum(sizes))
                .put("total_weight", totalWeight)
                .put("totalfee", sum(fees))
                .put("txs", block.transactions().size())
                .put("utxo_increase", outputs - inputs)
                .put("utxo_size_inc", coinBytes)
                .put("utxo_increase_actual", coinsMade - inputs)
                .put("utxo_size_inc_actual", actualCoinBytes);
    }

    // The feerates that so much of the weight pays at most.
    private ArrayNode percentiles() {
        List<Rate> sorted = new ArrayList<>(rates);
        sorted.sort(Comparator.comparingLong(Rate::feerate).thenComparingLong(Rate::weight));
        ArrayNode percentiles = Json.array();
        long weight = 0;
        for (Rate rate : sorted) {
            weight += rate.weight();
            while (percentiles.size() < PERCENTILES.length && weight >= totalWeight * PERCENTILES[percentiles.size()]) {
                percentiles.add(rate.feerate());
            }
        }
        while (percentiles.size() < PERCENTILES.length) {
            percentiles.add(sorted.isEmpty() ? 0 : sorted.getLast().feerate());
        }
        return percentiles;
    }

    private static long sum(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).sum();
    }

    private static long most(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    private static long least(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).min().orElse(0);
    }

    private static long median(List<Long> values) {
        long[] sorted = values.stream().mapToLong(Long::longValue).sorted().toArray();
        if (sorted.length == 0) {
            return 0;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 0 ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle];
    }
}
