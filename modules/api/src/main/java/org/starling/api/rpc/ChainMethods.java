package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.ANY;
import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.HEX;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.chain.BlockEntry;
import org.starling.chain.BlockUndo;
import org.starling.chain.Chain;
import org.starling.chain.HeaderTree;
import org.starling.consensus.Block;
import org.starling.consensus.ChainParams;
import org.starling.consensus.Difficulty;
import org.starling.node.Node;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that read headers and blocks. */
final class ChainMethods {
    private ChainMethods() {}

    static List<RpcMethod> all() {
        String category = "blockchain";
        return List.of(
                RpcMethod.of(
                        "getblockcount",
                        category,
                        "Height of the last block of the active chain; genesis has 0.",
                        call -> Json.number(tree(call).tip().height())),
                RpcMethod.of(
                        "getbestblockhash",
                        category,
                        "Hash of the last block of the active chain.",
                        call -> Json.hash(tree(call).tip().hash())),
                RpcMethod.of(
                        "getdifficulty",
                        category,
                        "How much harder a block is to find than with the easiest target of the main chain.",
                        call -> Json.real(Difficulty.ratio(tree(call).tip().bits()))),
                RpcMethod.of(
                        "getblockhash",
                        category,
                        "Hash of the block of the active chain at a height.",
                        ChainMethods::getBlockHash,
                        required("height", NUMBER, "the height")),
                RpcMethod.of(
                        "getblockheader",
                        category,
                        "A header, in hex or in words.",
                        ChainMethods::getBlockHeader,
                        required("blockhash", HEX, "the block"),
                        optional("verbose", FLAG, "true (default) in words, false in hex")),
                RpcMethod.of(
                        "getblock",
                        category,
                        "A block: in hex (0), with txids (1), with transactions (2), with the coins they spend (3).",
                        ChainMethods::getBlock,
                        required("blockhash", HEX, "the block"),
                        optional("verbosity|verbose", ANY, "0 to 3, 1 if not said")),
                RpcMethod.of("getblockchaininfo", category, "Where the chain stands.", ChainMethods::getBlockchainInfo),
                RpcMethod.of(
                        "getchaintips",
                        category,
                        "The ends of all branches that are known, and what is known of each.",
                        ChainMethods::getChainTips),
                RpcMethod.of(
                        "getchainstates",
                        category,
                        "The chain states of the node, of which there is one.",
                        ChainMethods::getChainStates));
    }

    static HeaderTree tree(Call call) {
        return call.node().headers();
    }

    /** The block that an argument names. */
    static BlockEntry entry(Call call, String name) {
        BlockEntry entry = tree(call).find(call.hash(name));
        if (entry == null) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Block not found");
        }
        return entry;
    }

    private static JsonNode getBlockHash(Call call) {
        BlockEntry entry = tree(call).activeAt(call.integer("height"));
        if (entry == null) {
            throw Call.invalid("Block height out of range");
        }
        return Json.hash(entry.hash());
    }

    private static JsonNode getBlockHeader(Call call) {
        BlockEntry entry = entry(call, "blockhash");
        return call.flag("verbose", true)
                ? BlockJson.header(entry, tree(call))
                : Json.hex(entry.header().serialized());
    }

    private static JsonNode getBlock(Call call) {
        BlockEntry entry = entry(call, "blockhash");
        int verbosity = call.verbosity("verbosity", 1);
        Chain chain = call.node().chain();
        Block block = readBlock(chain, entry);
        if (verbosity <= 0) {
            return Json.hex(block.serialized());
        }
        BlockUndo undo = verbosity >= 2 && entry.hasUndo() ? chain.readUndo(entry) : null;
        return BlockJson.block(
                block, entry, tree(call), undo, verbosity, call.chain().prefixes());
    }

    /** The block from disk. Throws with error -1 if it is not there. */
    static Block readBlock(Chain chain, BlockEntry entry) {
        if (!entry.hasBlock()) {
            boolean pruned = chain.isPruned() && entry.transactionCount() > 0;
            throw new RpcException(
                    RpcException.MISC_ERROR,
                    pruned ? "Block not available (pruned data)" : "Block not available (not fully downloaded)");
        }
        return chain.readBlock(entry);
    }

    private static JsonNode getBlockchainInfo(Call call) {
        Node node = call.node();
        HeaderTree tree = node.headers();
        BlockEntry tip = tree.tip();
        ObjectNode json = Json.object()
                .put("chain", node.params().type().label())
                .put("blocks", tip.height())
                .put("headers", tree.bestHeader().height())
                .put("bestblockhash", tip.hash().toString())
                .put("difficulty", Difficulty.ratio(tip.bits()))
                .put("time", tip.time())
                .put("mediantime", tip.medianTimePast())
                .put("verificationprogress", progress(node, tip))
                .put("initialblockdownload", node.isInitialBlockDownload())
                .put("chainwork", tip.chainWork().toString())
                .put("size_on_disk", call.server().host().blockBytes())
                .put("pruned", node.config().chain().prune().enabled());
        if (node.config().chain().prune().enabled()) {
            long target = node.config().chain().prune().targetBytes();
            json.put("pruneheight", pruneHeight(tip));
            json.put("automatic_pruning", target != Long.MAX_VALUE);
            if (target != Long.MAX_VALUE) {
                json.put("prune_target_size", target);
            }
        }
        if (node.params().signetChallenge() != null) {
            json.put("signet_challenge", node.params().signetChallenge().hex());
        }
        json.set("warnings", Json.texts(node.warnings().texts()));
        return json;
    }

    private static int pruneHeight(BlockEntry tip) {
        BlockEntry lowest = tip;
        BlockEntry previous = tip.previous();
        while (previous != null && previous.hasBlock()) {
            lowest = previous;
            previous = lowest.previous();
        }
        return lowest.height();
    }

    /** How much of the chain is validated, estimated by its transactions: 0 to 1. */
    static double progress(Node node, @Nullable BlockEntry tip) {
        if (tip == null || tip.chainTransactionCount() == 0) {
            return 0;
        }
        ChainParams.TxRate rate = node.params().txRate();
        long count = tip.chainTransactionCount();
        double now = node.clock().seconds();
        double total = count <= rate.transactions()
                ? rate.transactions() + (now - rate.time()) * rate.perSecond()
                : count + (now - tip.time()) * rate.perSecond();
        return total <= 0 ? 0 : Math.min(count / total, 1);
    }

    private static JsonNode getChainTips(Call call) {
        HeaderTree tree = tree(call);
        BlockEntry active = tree.tip();
        ArrayNode tips = Json.array();
        for (BlockEntry tip : tree.tips()) {
            tips.add(Json.object()
                    .put("height", tip.height())
                    .put("hash", tip.hash().toString())
                    .put("branchlen", tip.height() - tip.forkWith(active).height())
                    .put("status", status(tip, active)));
        }
        return tips;
    }

    private static String status(BlockEntry tip, BlockEntry active) {
        if (tip.isAncestorOf(active)) {
            return "active";
        }
        if (tip.isInvalid()) {
            return "invalid";
        }
        if (tip.chainTransactionCount() == 0) {
            return "headers-only";
        }
        return tip.isValidated() ? "valid-fork" : "valid-headers";
    }

    private static JsonNode getChainStates(Call call) {
        Node node = call.node();
        BlockEntry tip = node.headers().tip();
        ObjectNode json =
                Json.object().put("headers", node.headers().bestHeader().height());
        json.putArray("chainstates")
                .add(Json.object()
                        .put("blocks", tip.height())
                        .put("bestblockhash", tip.hash().toString())
                        .put("difficulty", Difficulty.ratio(tip.bits()))
                        .put("verificationprogress", progress(node, tip))
                        .put("coins_tip_cache_bytes", node.config().chain().coinsCacheBytes())
                        .put("validated", true));
        return json;
    }
}
