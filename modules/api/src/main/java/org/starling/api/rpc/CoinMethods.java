package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.ANY;
import static org.starling.api.rpc.Parameter.Type.ARRAY;
import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.HEX;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.CoinStatistics;
import org.starling.chain.index.CoinStatsIndex;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.mempool.Mempool;
import org.starling.node.Node;
import org.starling.wallet.Descriptor;
import org.starling.wallet.DescriptorException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that read the unspent outputs. */
final class CoinMethods {
    /** Index up to which a ranged descriptor is scanned for if no range is given. */
    private static final int DEFAULT_RANGE = 1000;

    private CoinMethods() {}

    static List<RpcMethod> all() {
        String category = "blockchain";
        return List.of(
                RpcMethod.of(
                        "gettxout",
                        category,
                        "An unspent output, or nothing if there is none.",
                        CoinMethods::getTxOut,
                        required("txid", HEX, "the transaction"),
                        required("n", NUMBER, "the output's index"),
                        optional("include_mempool", FLAG, "whether the mempool counts, which is so if not said")),
                RpcMethod.of(
                        "gettxoutsetinfo",
                        category,
                        "Figures about all unspent outputs. Reads them all, which takes its time.",
                        CoinMethods::getTxOutSetInfo,
                        optional("hash_type", TEXT, "hash_serialized_3 (default), muhash or none"),
                        optional("hash_or_height", ANY, "another block than the tip; needs an index"),
                        optional("use_index", FLAG, "whether an index may be used")),
                RpcMethod.of(
                                "scantxoutset",
                                category,
                                "Searches all unspent outputs for those of some descriptors.",
                                CoinMethods::scanTxOutSet,
                                required("action", TEXT, "start, status or abort"),
                                optional("scanobjects", ARRAY, "descriptors, or objects with desc and range"))
                        .differing(
                                "desc names what was found by its address, where Core names the key that the descriptor gave."));
    }

    private static JsonNode getTxOut(Call call) {
        Node node = call.node();
        int index = call.integer("n");
        OutPoint outPoint = new OutPoint(call.hash("txid"), index);
        boolean withMempool = call.flag("include_mempool", true);
        record Found(@Nullable Coin coin, BlockEntry tip, boolean unconfirmed) {}
        Found found = node.validation(() -> {
            BlockEntry tip = node.headers().tip();
            Mempool mempool = node.mempool();
            if (withMempool && mempool.spender(outPoint) != null) {
                return new Found(null, tip, false);
            }
            Coin coin = node.chain().coins().coin(outPoint);
            if (coin == null && withMempool && index >= 0) {
                return new Found(mempool.coin(outPoint), tip, true);
            }
            return new Found(coin, tip, false);
        });
        Coin coin = found.coin();
        if (coin == null) {
            return Json.nothing();
        }
        ObjectNode json = Json.object()
                .put("bestblock", found.tip().hash().toString())
                .put("confirmations", found.unconfirmed() ? 0 : found.tip().height() - coin.height() + 1);
        json.set("value", Json.amount(coin.output().value()));
        json.set(
                "scriptPubKey",
                ScriptJson.output(coin.output().scriptPubKey(), call.chain().prefixes(), true));
        return json.put("coinbase", coin.coinbase());
    }

    private static JsonNode getTxOutSetInfo(Call call) {
        String kind = call.text("hash_type", "hash_serialized_3");
        CoinStatistics.HashType type = switch (kind) {
            case "hash_serialized_3" -> CoinStatistics.HashType.SERIALIZED_3;
            case "muhash" -> CoinStatistics.HashType.MUHASH;
            case "none" -> CoinStatistics.HashType.NONE;
            default -> throw Call.invalid("'" + kind + "' is not a valid hash_type");
        };
        Node node = call.node();
        CoinStatsIndex index = node.indexes().coinStatistics();
        boolean byIndex = call.flag("use_index", true);
        if (call.has("hash_or_height")) {
            requireIndex(index != null, type, byIndex);
        }
        if (index != null && byIndex && type != CoinStatistics.HashType.SERIALIZED_3) {
            BlockEntry entry = call.has("hash_or_height")
                    ? StatisticsMethods.entry(call, call.get("hash_or_height"))
                    : node.headers().tip();
            return ofIndex(index, entry, type);
        }
        CoinStatistics.Scan scan = node.validation(() -> CoinStatistics.scan(node.chain()));
        CoinStatistics figures;
        try (scan) {
            figures = scan.run(type);
        }
        ObjectNode json = Json.object()
                .put("height", figures.block().height())
                .put("bestblock", figures.block().hash().toString())
                .put("txouts", figures.outputs())
                .put("bogosize", figures.bogoSize());
        switch (type) {
            case SERIALIZED_3 -> json.put("hash_serialized_3", figures.hash().toString());
            case MUHASH -> json.put("muhash", figures.hash().toString());
            case NONE -> {}
        }
        json.set("total_amount", Json.amount(figures.totalAmount()));
        return json.put("transactions", figures.transactions())
                .put("disk_size", call.server().host().coinBytes());
    }

    private static void requireIndex(boolean there, CoinStatistics.HashType type, boolean wanted) {
        if (!there) {
            throw Call.invalid("Querying specific block heights requires coinstatsindex");
        }
        if (type == CoinStatistics.HashType.SERIALIZED_3) {
            throw Call.invalid("hash_serialized_3 hash type cannot be queried for a specific block");
        }
        if (!wanted) {
            throw Call.invalid("Cannot set use_index to false when querying for a specific block");
        }
    }

    private static JsonNode ofIndex(CoinStatsIndex index, BlockEntry entry, CoinStatistics.HashType type) {
        boolean ready = index.awaitTip();
        CoinStatsIndex.Figures figures = index.figures(entry);
        if (figures == null) {
            throw new RpcException(
                    RpcException.INTERNAL_ERROR,
                    ready
                            ? "Unable to read UTXO set"
                            : "Unable to get data because coinstatsindex is still syncing. Current height: "
                                    + index.status().height());
        }
        ObjectNode json = Json.object()
                .put("height", entry.height())
                .put("bestblock", entry.hash().toString())
                .put("txouts", figures.outputs())
                .put("bogosize", figures.bogoSize());
        if (type == CoinStatistics.HashType.MUHASH) {
            json.put("muhash", figures.muHash().toString());
        }
        json.set("total_amount", Json.amount(figures.totalAmount()));
        json.set("total_unspendable_amount", Json.amount(figures.totalUnspendable()));
        CoinStatsIndex.Change change = figures.change();
        ObjectNode info = json.putObject("block_info");
        info.set("prevout_spent", Json.amount(change.spent()));
        info.set("coinbase", Json.amount(change.coinbase()));
        info.set("new_outputs_ex_coinbase", Json.amount(change.created()));
        info.set("unspendable", Json.amount(change.unspendable()));
        ObjectNode unspendables = info.putObject("unspendables");
        unspendables.set("genesis_block", Json.amount(change.genesis()));
        unspendables.set("bip30", Json.amount(change.overwritten()));
        unspendables.set("scripts", Json.amount(change.scripts()));
        unspendables.set("unclaimed_rewards", Json.amount(change.unclaimed()));
        return json;
    }

    private static JsonNode scanTxOutSet(Call call) {
        RunningScan scans = call.server().coinScan();
        switch (call.text("action")) {
            case "status" -> {
                RunningScan.Progress progress = scans.progress();
                return progress == null ? Json.nothing() : Json.object().put("progress", progress.percent());
            }
            case "abort" -> {
                return Json.flag(scans.abort());
            }
            case "start" -> {
                RunningScan.Progress progress = scans.begin();
                try {
                    return search(call, progress);
                } finally {
                    scans.end();
                }
            }
            default -> throw Call.invalid("Invalid action '" + call.text("action") + "'");
        }
    }

    /** The scripts of a descriptor, or of an object with a descriptor and a range, each with a descriptor of its own. */
    static void addScripts(Call call, JsonNode object, Map<Bytes, String> wanted) {
        forEachIndex(call, object, (descriptor, index) -> {
            for (Bytes script : descriptor.scripts(index)) {
                wanted.put(
                        script,
                        descriptor.isSolvable()
                                ? descriptor.textAt(index, script)
                                : ScriptJson.descriptor(script, call.chain().prefixes()));
            }
        });
    }

    /** Takes a descriptor at an index. */
    @FunctionalInterface
    interface Indexed {
        void take(Descriptor descriptor, int index) throws DescriptorException;
    }

    /** Gives the descriptors that a text or an object with {@code desc} and perhaps {@code range} stands for. */
    static void forEachIndex(Call call, JsonNode object, Indexed taker) {
        String text;
        int[] range = {0, DEFAULT_RANGE};
        if (object.isString()) {
            text = object.stringValue();
        } else if (object.isObject()) {
            if (!object.path("desc").isString()) {
                throw Call.invalid("Descriptor needs to be provided in scan object");
            }
            text = object.path("desc").stringValue();
            if (object.has("range")) {
                range = OutputMethods.range(object.path("range"));
            }
        } else {
            throw Call.invalid("Scan object needs to be either a string or an object");
        }
        for (Descriptor descriptor : OutputMethods.parse(call, text, false)) {
            int last = descriptor.isRange() ? range[1] : 0;
            for (long index = descriptor.isRange() ? range[0] : 0; index <= last; index++) {
                try {
                    taker.take(descriptor, (int) index);
                } catch (DescriptorException e) {
                    throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, e.reason() + ": '" + text + "'");
                }
            }
        }
    }

    private static JsonNode search(Call call, RunningScan.Progress progress) {
        if (!call.has("scanobjects")) {
            throw new RpcException(RpcException.MISC_ERROR, "scanobjects argument is required for the start action");
        }
        Map<Bytes, String> wanted = new HashMap<>();
        for (JsonNode object : call.get("scanobjects")) {
            addScripts(call, object, wanted);
        }
        Node node = call.node();
        long[] outputs = {0};
        long[] total = {0};
        ArrayNode unspents = Json.array();
        boolean completed;
        BlockEntry tip;
        try (CoinStatistics.Scan scan = node.validation(() -> CoinStatistics.scan(node.chain()))) {
            tip = scan.block();
            scan.forEach((outPoint, coin) -> {
                outputs[0]++;
                if ((outputs[0] & 0xff) == 0) {
                    progress.reach(percent(outPoint.txid()), tip.height());
                }
                String descriptor = wanted.get(coin.output().scriptPubKey());
                if (descriptor != null) {
                    total[0] += coin.output().value();
                    unspents.add(unspent(outPoint, coin, descriptor, tip));
                }
                return goesOn(call, progress);
            });
            completed = goesOn(call, progress);
        }
        ObjectNode json = Json.object()
                .put("success", completed)
                .put("txouts", outputs[0])
                .put("height", tip.height())
                .put("bestblock", tip.hash().toString());
        json.set("unspents", unspents);
        json.set("total_amount", Json.amount(total[0]));
        return json;
    }

    private static boolean goesOn(Call call, RunningScan.Progress progress) {
        return !progress.isAborted() && !call.server().host().isStopping();
    }

    // Coins are visited in the order of their txids, which are spread evenly.
    private static int percent(Hash256 txid) {
        return (int) (100 * (txid.word(0) & 0xff) / 256);
    }

    private static ObjectNode unspent(OutPoint outPoint, Coin coin, String descriptor, BlockEntry tip) {
        ObjectNode json = Json.object()
                .put("txid", outPoint.txid().toString())
                .put("vout", Integer.toUnsignedLong(outPoint.index()))
                .put("scriptPubKey", coin.output().scriptPubKey().hex())
                .put("desc", descriptor);
        json.set("amount", Json.amount(coin.output().value()));
        BlockEntry block = tip.ancestor(coin.height());
        json.put("coinbase", coin.coinbase()).put("height", coin.height());
        if (block != null) {
            json.put("blockhash", block.hash().toString());
        }
        return json.put("confirmations", tip.height() - coin.height() + 1);
    }
}
