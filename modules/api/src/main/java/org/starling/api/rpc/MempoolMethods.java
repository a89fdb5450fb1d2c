package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.ARRAY;
import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.HEX;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.options;
import static org.starling.api.rpc.Parameter.required;

import java.io.IOException;
import java.util.List;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.mempool.Feerate;
import org.starling.mempool.Mempool;
import org.starling.mempool.MempoolEntry;
import org.starling.mempool.MempoolFile;
import org.starling.node.MempoolKeeper;
import org.starling.node.Node;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that read the mempool. */
final class MempoolMethods {
    private MempoolMethods() {}

    static List<RpcMethod> all() {
        String category = "blockchain";
        return List.of(
                RpcMethod.of(
                        "getrawmempool",
                        category,
                        "The transactions that wait for a block.",
                        MempoolMethods::getRawMempool,
                        optional("verbose", FLAG, "true for all that is known of each, false (default) for txids"),
                        optional("mempool_sequence", FLAG, "whether to add the number of changes so far")),
                RpcMethod.of("getmempoolinfo", category, "Figures about the mempool.", MempoolMethods::getMempoolInfo),
                RpcMethod.of(
                        "getmempoolentry",
                        category,
                        "What is known of a transaction that waits.",
                        call -> entryJson(entry(call, "txid")),
                        required("txid", HEX, "the transaction")),
                RpcMethod.of(
                        "getmempoolancestors",
                        category,
                        "The transactions in the mempool that one depends on.",
                        call -> family(
                                call,
                                call.node()
                                        .mempool()
                                        .ancestors(entry(call, "txid").txid())),
                        required("txid", HEX, "the transaction"),
                        optional("verbose", FLAG, "true for all that is known of each")),
                RpcMethod.of(
                        "getmempooldescendants",
                        category,
                        "The transactions in the mempool that depend on one.",
                        call -> family(
                                call,
                                call.node()
                                        .mempool()
                                        .descendants(entry(call, "txid").txid())),
                        required("txid", HEX, "the transaction"),
                        optional("verbose", FLAG, "true for all that is known of each")),
                RpcMethod.of(
                        "gettxspendingprevout",
                        category,
                        "The transactions in the mempool that spend some outputs.",
                        MempoolMethods::getTxSpendingPrevOut,
                        required("outputs", ARRAY, "objects with txid and vout")),
                RpcMethod.of("savemempool", category, "Writes the mempool to its file.", MempoolMethods::saveMempool),
                RpcMethod.of(
                        "importmempool",
                        category,
                        "Takes in the transactions of a mempool file. Only files from a trusted source should be used.",
                        MempoolMethods::importMempool,
                        required("filepath", TEXT, "the file"),
                        options(
                                "options",
                                "what of it counts",
                                "use_current_time",
                                "apply_fee_delta_priority",
                                "apply_unbroadcast_set")),
                RpcMethod.of(
                        "prioritisetransaction",
                        "mining",
                        "Treats a transaction as if it paid more or less.",
                        MempoolMethods::prioritiseTransaction,
                        required("txid", HEX, "the transaction"),
                        optional("dummy", NUMBER, "must be 0 or left out"),
                        required("fee_delta", NUMBER, "satoshis to add")),
                RpcMethod.of(
                        "getprioritisedtransactions",
                        "mining",
                        "The transactions to which something was added by prioritisetransaction.",
                        MempoolMethods::getPrioritised));
    }

    static JsonNode rate(Feerate feerate) {
        return Json.amount(feerate.satoshisPerKvb());
    }

    private static JsonNode getRawMempool(Call call) {
        Mempool mempool = call.node().mempool();
        if (call.flag("verbose", false)) {
            if (call.flag("mempool_sequence", false)) {
                throw Call.invalid("Verbose results cannot contain mempool sequence values.");
            }
            ObjectNode all = Json.object();
            mempool.entries().forEach(entry -> all.set(entry.txid().toString(), entryJson(entry)));
            return all;
        }
        ArrayNode txids = Json.texts(mempool.txids());
        if (!call.flag("mempool_sequence", false)) {
            return txids;
        }
        ObjectNode json = Json.object();
        json.set("txids", txids);
        return json.put("mempool_sequence", mempool.sequence());
    }

    private static JsonNode getMempoolInfo(Call call) {
        Node node = call.node();
        Mempool mempool = node.mempool();
        long now = node.clock().seconds();
        return node.validation(() -> {
            ObjectNode json = Json.object()
                    .put("loaded", !node.isImporting() && node.mempoolKeeper().isLoaded())
                    .put("size", mempool.size())
                    .put("bytes", mempool.virtualSize())
                    .put("usage", mempool.usage());
            json.set("total_fee", Json.amount(mempool.totalFee()));
            json.put("maxmempool", mempool.options().maxBytes());
            json.set("mempoolminfee", rate(mempool.effectiveMinimumFeerate(now)));
            json.set("minrelaytxfee", rate(mempool.options().minRelayFeerate()));
            json.set("incrementalrelayfee", rate(mempool.options().incrementalFeerate()));
            return json.put("unbroadcastcount", mempool.unbroadcast().size())
                    .put("fullrbf", mempool.options().fullReplacement());
        });
    }

    private static MempoolEntry entry(Call call, String name) {
        MempoolEntry entry = call.node().mempool().entry(call.hash(name));
        if (entry == null) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Transaction not in mempool");
        }
        return entry;
    }

    static ObjectNode entryJson(MempoolEntry entry) {
        ObjectNode json = Json.object()
                .put("vsize", entry.virtualSize())
                .put("weight", entry.transaction().weight())
                .put("time", entry.time())
                .put("height", entry.height())
                .put("descendantcount", entry.descendantCount())
                .put("descendantsize", entry.descendantSize())
                .put("ancestorcount", entry.ancestorCount())
                .put("ancestorsize", entry.ancestorSize())
                .put("wtxid", entry.transaction().wtxid().toString());
        ObjectNode fees = json.putObject("fees");
        fees.set("base", Json.amount(entry.fee()));
        fees.set("modified", Json.amount(entry.modifiedFee()));
        fees.set("ancestor", Json.amount(entry.ancestorFees()));
        fees.set("descendant", Json.amount(entry.descendantFees()));
        json.set("depends", Json.texts(entry.depends()));
        json.set("spentby", Json.texts(entry.spentBy()));
        return json.put("bip125-replaceable", entry.replaceable()).put("unbroadcast", entry.unbroadcast());
    }

    private static JsonNode family(Call call, List<MempoolEntry> entries) {
        if (!call.flag("verbose", false)) {
            return Json.texts(entries.stream().map(MempoolEntry::txid).toList());
        }
        ObjectNode all = Json.object();
        entries.forEach(entry -> all.set(entry.txid().toString(), entryJson(entry)));
        return all;
    }

    private static JsonNode getTxSpendingPrevOut(Call call) {
        ArrayNode answers = Json.array();
        if (call.get("outputs").isEmpty()) {
            throw Call.invalid("Invalid parameter, outputs are missing");
        }
        for (JsonNode output : call.get("outputs")) {
            Call.object(output);
            Call.requireField(output, "txid", output.path("txid").isString(), "string");
            Call.requireField(output, "vout", output.path("vout").isNumber(), "number");
            Call.requireNoOther(output, "txid", "vout");
            Hash256 txid = Call.hash(output.path("txid"), "txid");
            int index = Call.integer(output.path("vout"));
            if (index < 0) {
                throw Call.invalid("Invalid parameter, vout cannot be negative");
            }
            ObjectNode answer = Json.object().put("txid", txid.toString()).put("vout", index);
            Transaction spender = call.node().mempool().spender(new OutPoint(txid, index));
            if (spender != null) {
                answer.put("spendingtxid", spender.txid().toString());
            }
            answers.add(answer);
        }
        return answers;
    }

    private static JsonNode saveMempool(Call call) {
        if (!call.node().mempoolKeeper().isLoaded()) {
            throw new RpcException(RpcException.MISC_ERROR, "The mempool was not loaded yet");
        }
        if (!call.node().mempoolKeeper().save()) {
            throw new RpcException(RpcException.MISC_ERROR, "Unable to dump mempool to disk");
        }
        return Json.object().put("filename", call.server().host().mempoolPath());
    }

    private static JsonNode importMempool(Call call) {
        Node node = call.node();
        if (node.isInitialBlockDownload()) {
            throw new RpcException(
                    RpcException.CLIENT_IN_INITIAL_DOWNLOAD,
                    "Can only import the mempool after the block download and sync is done.");
        }
        JsonNode options = call.get("options");
        MempoolFile file;
        try {
            file = MempoolFile.read(Bytes.wrap(call.server().host().readFile(call.text("filepath"))));
        } catch (IOException | MalformedException e) {
            throw new RpcException(
                    RpcException.MISC_ERROR, "Unable to import mempool file, see debug log for details. (" + e + ")");
        }
        node.mempoolKeeper()
                .importFile(
                        file,
                        new MempoolKeeper.Taken(
                                option(options, "use_current_time", true),
                                option(options, "apply_fee_delta_priority", false),
                                option(options, "apply_unbroadcast_set", false)));
        return Json.object();
    }

    private static boolean option(JsonNode options, String name, boolean byDefault) {
        return options.has(name) ? Call.flag(options.path(name)) : byDefault;
    }

    private static JsonNode prioritiseTransaction(Call call) {
        Hash256 txid = call.hash("txid");
        JsonNode dummy = call.get("dummy");
        if (!dummy.isNull() && dummy.doubleValue() != 0) {
            throw Call.invalid("Priority is no longer supported, dummy argument to prioritisetransaction must be 0.");
        }
        long delta = call.number("fee_delta");
        Node node = call.node();
        return node.validation(() -> {
            if (node.mempool().mustBeFree(txid)) {
                throw Call.invalid("Priority is not supported for transactions with dust outputs.");
            }
            node.mempool().prioritise(txid, delta);
            return Json.flag(true);
        });
    }

    private static JsonNode getPrioritised(Call call) {
        Mempool mempool = call.node().mempool();
        return call.node().validation(() -> {
            ObjectNode all = Json.object();
            mempool.feeDeltas().forEach((txid, delta) -> {
                MempoolEntry entry = mempool.entry(txid);
                ObjectNode json =
                        all.putObject(txid.toString()).put("fee_delta", delta).put("in_mempool", entry != null);
                if (entry != null) {
                    json.put("modified_fee", entry.modifiedFee());
                }
            });
            return all;
        });
    }
}
