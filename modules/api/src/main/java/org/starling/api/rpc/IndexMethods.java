package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.ARRAY;
import static org.starling.api.rpc.Parameter.Type.HEX;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.Chain;
import org.starling.chain.index.BlockFilter;
import org.starling.chain.index.ChainIndex;
import org.starling.chain.index.FilterIndex;
import org.starling.consensus.Block;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods about the indexes, and those that only the filter index makes possible. */
final class IndexMethods {
    /** Filters that a scan takes from the index at once. */
    private static final int SCAN_BLOCKS = 1_000;

    private IndexMethods() {}

    static List<RpcMethod> all() {
        return List.of(
                RpcMethod.of(
                        "getindexinfo",
                        "util",
                        "How far the indexes are that this node keeps.",
                        IndexMethods::getIndexInfo,
                        optional("index_name", TEXT, "the only index to tell of")),
                RpcMethod.of(
                        "getblockfilter",
                        "blockchain",
                        "The filter of a block and its filter header (BIP-0157). Needs -blockfilterindex.",
                        IndexMethods::getBlockFilter,
                        required("blockhash", HEX, "the block"),
                        optional("filtertype", TEXT, "basic, which is the only one")),
                RpcMethod.of(
                        "scanblocks",
                        "blockchain",
                        "Searches the blocks for those that concern some descriptors, by their filters. Needs"
                                + " -blockfilterindex.",
                        IndexMethods::scanBlocks,
                        required("action", TEXT, "start, status or abort"),
                        optional("scanobjects", ARRAY, "descriptors, or objects with desc and range"),
                        optional("start_height", NUMBER, "the first block; genesis if not said"),
                        optional("stop_height", NUMBER, "the last block; the tip if not said"),
                        optional("filtertype", TEXT, "basic, which is the only one"),
                        Parameter.options(
                                "options",
                                "filter_false_positives: look into each block that seems to match",
                                "filter_false_positives")));
    }

    private static JsonNode getIndexInfo(Call call) {
        String wanted = call.text("index_name", "");
        ObjectNode json = Json.object();
        for (ChainIndex index : call.node().indexes().all()) {
            if (wanted.isEmpty() || wanted.equals(index.name())) {
                ChainIndex.Status status = index.status();
                json.putObject(index.name())
                        .put("synced", status.synced())
                        .put("best_block_height", Math.max(0, status.height()));
            }
        }
        return json;
    }

    private static FilterIndex filterIndex(Call call) {
        String type = call.text("filtertype", "basic");
        if (!type.equals("basic")) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Unknown filtertype");
        }
        FilterIndex index = call.node().indexes().filters();
        if (index == null) {
            throw new RpcException(RpcException.MISC_ERROR, "Index is not enabled for filtertype " + type);
        }
        return index;
    }

    private static JsonNode getBlockFilter(Call call) {
        Call.hash(call.get("blockhash"), "blockhash");
        FilterIndex index = filterIndex(call);
        BlockEntry entry = ChainMethods.entry(call, "blockhash");
        boolean ready = index.awaitTip();
        BlockFilter filter = index.filter(entry);
        FilterIndex.Commitment commitment = index.commitment(entry);
        if (filter != null && commitment != null) {
            return Json.object()
                    .put("filter", filter.encoded().hex())
                    .put("header", commitment.header().toString());
        }
        if (!entry.isValidated()) {
            throw new RpcException(
                    RpcException.INVALID_ADDRESS_OR_KEY, "Filter not found. Block was not connected to active chain.");
        }
        if (!ready) {
            throw new RpcException(
                    RpcException.MISC_ERROR,
                    "Filter not found. Block filters are still in the process of being indexed.");
        }
        // It was connected and left the chain before the index came to it.
        throw new RpcException(
                RpcException.INTERNAL_ERROR, "Filter not found. The index did not see the block while it was active.");
    }

    private static JsonNode scanBlocks(Call call) {
        RunningScan scans = call.server().blockScan();
        switch (call.text("action")) {
            case "status" -> {
                RunningScan.Progress progress = scans.progress();
                return progress == null
                        ? Json.nothing()
                        : Json.object().put("progress", progress.percent()).put("current_height", progress.height());
            }
            case "abort" -> {
                return Json.flag(scans.abort());
            }
            case "start" -> {
                RunningScan.Progress progress = scans.begin();
                try {
                    return scan(call, progress);
                } finally {
                    scans.end();
                }
            }
            default -> throw Call.invalid("Invalid action '" + call.text("action") + "'");
        }
    }

    private static JsonNode scan(Call call, RunningScan.Progress progress) {
        FilterIndex index = filterIndex(call);
        boolean exact = call.has("options")
                && call.get("options").has("filter_false_positives")
                && Call.flag(call.get("options").get("filter_false_positives"));
        BlockEntry tip = call.node().headers().tip();
        BlockEntry first = call.has("start_height") ? tip.ancestor(call.integer("start_height")) : tip.ancestor(0);
        if (first == null) {
            throw new RpcException(RpcException.MISC_ERROR, "Invalid start_height");
        }
        BlockEntry last = call.has("stop_height") ? tip.ancestor(call.integer("stop_height")) : tip;
        if (last == null || last.height() < first.height()) {
            throw new RpcException(RpcException.MISC_ERROR, "Invalid stop_height");
        }
        Set<Bytes> scripts = scripts(call);
        boolean _ = index.awaitTip();
        ArrayNode relevant = Json.array();
        int from = first.height();
        int reached = from;
        boolean completed = true;
        while (completed && from <= last.height()) {
            reached = Math.min(last.height(), from + SCAN_BLOCKS - 1);
            BlockEntry end = last.ancestor(reached);
            List<BlockFilter> filters = end == null ? null : index.filters(from, end);
            if (filters == null) {
                throw new RpcException(
                        RpcException.MISC_ERROR,
                        "Block filters are still in the process of being indexed up to height " + reached
                                + "; see getindexinfo.");
            }
            for (BlockFilter filter : filters) {
                if (matches(filter, scripts) && !(exact && isFalsePositive(call, filter, scripts))) {
                    relevant.add(filter.block().toString());
                }
            }
            from = reached + 1;
            progress.reach(percent(first.height(), reached, last.height()), reached);
            completed = !progress.isAborted() && !call.server().host().isStopping();
        }
        ObjectNode json = Json.object().put("from_height", first.height()).put("to_height", reached);
        json.set("relevant_blocks", relevant);
        return json.put("completed", completed || reached == last.height());
    }

    private static boolean matches(BlockFilter filter, Set<Bytes> scripts) {
        try {
            return filter.matchesAny(scripts);
        } catch (MalformedException e) {
            throw new RpcException(
                    RpcException.INTERNAL_ERROR,
                    "The stored filter of block " + filter.block() + " is damaged (" + e.getMessage()
                            + "); start with -reindex to build it again");
        }
    }

    private static int percent(int first, int reached, int last) {
        return last == first ? 100 : (int) (100L * (reached - first) / (last - first));
    }

    private static Set<Bytes> scripts(Call call) {
        if (!call.has("scanobjects")) {
            throw new RpcException(RpcException.MISC_ERROR, "scanobjects argument is required for the start action");
        }
        Map<Bytes, String> scripts = new HashMap<>();
        for (JsonNode object : call.get("scanobjects")) {
            CoinMethods.addScripts(call, object, scripts);
        }
        return scripts.keySet();
    }

    private static boolean isFalsePositive(Call call, BlockFilter filter, Set<Bytes> scripts) {
        Chain chain = call.node().chain();
        BlockEntry entry = chain.tree().find(filter.block());
        @Nullable BlockUndo undo = entry == null ? null : chain.readUndo(entry);
        if (entry == null || undo == null) {
            throw new RpcException(RpcException.MISC_ERROR, "Undo data not available (pruned data)");
        }
        Block block = ChainMethods.readBlock(chain, entry);
        return Collections.disjoint(BlockFilter.scripts(block, undo), scripts);
    }
}
