package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.ANY;
import static org.starling.api.rpc.Parameter.Type.ARRAY;
import static org.starling.api.rpc.Parameter.Type.HEX;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.List;
import java.util.TreeSet;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.Chain;
import org.starling.chain.HeaderTree;
import org.starling.consensus.Block;
import org.starling.world.StorageException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that count what is in blocks. */
final class StatisticsMethods {
    private static final long MONTH_SECONDS = 30 * 24 * 60 * 60;

    private StatisticsMethods() {}

    static List<RpcMethod> all() {
        String category = "blockchain";
        return List.of(
                RpcMethod.of(
                        "getblockstats",
                        category,
                        "Figures about a block: amounts in satoshis, feerates in satoshis per virtual byte.",
                        StatisticsMethods::getBlockStats,
                        required("hash_or_height", ANY, "the block, or its height in the active chain"),
                        optional("stats", ARRAY, "names of the figures wanted; all if not said")),
                RpcMethod.of(
                        "getchaintxstats",
                        category,
                        "How many transactions there are in the chain and in its last blocks.",
                        StatisticsMethods::getChainTxStats,
                        optional("nblocks", NUMBER, "how many blocks count; those of a month if not said"),
                        optional("blockhash", HEX, "the last of them; the tip if not said")));
    }

    /** The block that is named, by its hash or its height in the active chain. */
    static BlockEntry entry(Call call, JsonNode named) {
        HeaderTree tree = ChainMethods.tree(call);
        if (!named.isNumber()) {
            BlockEntry entry = tree.find(Call.hash(named, "hash_or_height"));
            if (entry == null) {
                throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Block not found");
            }
            return entry;
        }
        int height = Call.integer(named);
        BlockEntry tip = tree.tip();
        if (height < 0) {
            throw Call.invalid("Target block height " + height + " is negative");
        }
        BlockEntry entry = tip.ancestor(height);
        if (height > tip.height() || entry == null) {
            throw Call.invalid("Target block height " + height + " after current tip " + tip.height());
        }
        return entry;
    }

    private static JsonNode getBlockStats(Call call) {
        Chain chain = call.node().chain();
        BlockEntry entry = entry(call, call.get("hash_or_height"));
        Block block;
        BlockUndo undo;
        try {
            block = ChainMethods.readBlock(chain, entry);
            undo = chain.readUndo(entry);
        } catch (StorageException e) {
            throw new RpcException(RpcException.MISC_ERROR, "Block not found on disk");
        }
        if (undo == null) {
            throw new RpcException(RpcException.MISC_ERROR, "Undo data not available (pruned data)");
        }
        ObjectNode all = new BlockStatistics(block, entry, undo, call.chain()).toJson();
        if (!call.has("stats") || call.get("stats").isEmpty()) {
            return all;
        }
        TreeSet<String> names = new TreeSet<>();
        call.get("stats").forEach(name -> names.add(Call.text(name)));
        ObjectNode chosen = Json.object();
        for (String name : names) {
            JsonNode value = all.get(name);
            if (value == null) {
                throw Call.invalid("Invalid selected statistic '" + name + "'");
            }
            chosen.set(name, value);
        }
        return chosen;
    }

    private static JsonNode getChainTxStats(Call call) {
        BlockEntry last = ChainMethods.tree(call).tip();
        if (call.has("blockhash")) {
            BlockEntry tip = last;
            last = ChainMethods.entry(call, "blockhash");
            if (!last.isAncestorOf(tip)) {
                throw Call.invalid("Block is not in main chain");
            }
        }
        int month = (int) (MONTH_SECONDS / call.chain().pow().targetSpacingSeconds());
        int count = call.integer("nblocks", Math.max(0, Math.min(month, last.height() - 1)));
        if (count < 0 || count > 0 && count >= last.height()) {
            throw Call.invalid("Invalid block count: should be between 0 and the block's height - 1");
        }
        ObjectNode json = Json.object().put("time", last.time());
        if (last.chainTransactionCount() > 0) {
            json.put("txcount", last.chainTransactionCount());
        }
        json.put("window_final_block_hash", last.hash().toString())
                .put("window_final_block_height", last.height())
                .put("window_block_count", count);
        BlockEntry before = last.ancestor(last.height() - count);
        if (count > 0 && before != null) {
            long seconds = last.medianTimePast() - before.medianTimePast();
            json.put("window_interval", seconds);
            if (last.chainTransactionCount() > 0 && before.chainTransactionCount() > 0) {
                long transactions = last.chainTransactionCount() - before.chainTransactionCount();
                json.put("window_tx_count", transactions);
                if (seconds > 0) {
                    json.put("txrate", (double) transactions / seconds);
                }
            }
        }
        return json;
    }
}
