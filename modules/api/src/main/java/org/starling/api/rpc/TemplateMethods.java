package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.OBJECT;
import static org.starling.api.rpc.Parameter.required;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.consensus.Block;
import org.starling.consensus.BlockRules;
import org.starling.consensus.ChainParams;
import org.starling.consensus.ChainType;
import org.starling.consensus.HeaderRules;
import org.starling.consensus.Rejection;
import org.starling.consensus.Target;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.VersionBits;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.ScriptBuilder;
import org.starling.mempool.BlockTemplate;
import org.starling.node.Node;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code getblocktemplate}: what a miner outside needs to make a block (BIP-0022, BIP-0023, BIP-0009, BIP-0145). */
final class TemplateMethods {
    /** How long a caller that waits for a better template waits for more transactions on the same tip. */
    private static final long PATIENCE_MILLIS = 60_000;

    /** How often a waiting call looks. */
    private static final long LOOK_MILLIS = 50;

    /** Length of a block hash in hex, with which the id that a caller waits on begins. */
    private static final int HASH_DIGITS = 64;

    private static final int SIZE_LIMIT = 4_000_000;

    private TemplateMethods() {}

    static List<RpcMethod> all() {
        return List.of(RpcMethod.of(
                "getblocktemplate",
                "mining",
                "What a block on the tip can be made of; or whether a proposed block would be valid.",
                TemplateMethods::getBlockTemplate,
                required(
                        "template_request",
                        OBJECT,
                        "rules: those that the miner knows, segwit among them; mode: template or proposal; data: the"
                                + " proposed block; longpollid: of the last answer, to wait for a better one")));
    }

    private static JsonNode getBlockTemplate(Call call) {
        JsonNode request = call.get("template_request");
        JsonNode mode = request.path("mode");
        String wanted = mode.isString() ? mode.stringValue() : "template";
        boolean modeFits = mode.isString() || mode.isMissingNode() || mode.isNull();
        if (!modeFits || !wanted.equals("template") && !wanted.equals("proposal")) {
            throw Call.invalid("Invalid mode");
        }
        if (wanted.equals("proposal")) {
            return judge(call.node(), request.path("data"));
        }
        Node node = call.node();
        requireSynchronised(node);
        JsonNode waitingOn = request.path("longpollid");
        if (!waitingOn.isMissingNode() && !waitingOn.isNull()) {
            await(call, waitingOn);
        }
        Set<String> rules = new HashSet<>();
        request.path("rules").forEach(rule -> rules.add(Call.text(rule)));
        if (node.params().signetChallenge() != null && !rules.contains("signet")) {
            throw Call.invalid("getblocktemplate must be called with the signet rule set (call with {\"rules\":"
                    + " [\"segwit\", \"signet\"]})");
        }
        if (!rules.contains("segwit")) {
            throw Call.invalid(
                    "getblocktemplate must be called with the segwit rule set (call with {\"rules\": [\"segwit\"]})");
        }
        return template(node);
    }

    private static void requireSynchronised(Node node) {
        if (node.params().type() != ChainType.MAIN) {
            return;
        }
        if (node.core(() -> node.links().links().isEmpty())) {
            throw new RpcException(RpcException.CLIENT_NOT_CONNECTED, "Starling is not connected!");
        }
        if (node.isInitialBlockDownload()) {
            throw new RpcException(
                    RpcException.CLIENT_IN_INITIAL_DOWNLOAD, "Starling is in initial sync and waiting for blocks...");
        }
    }

    private static JsonNode judge(Node node, JsonNode data) {
        if (!data.isString()) {
            throw new RpcException(RpcException.TYPE_ERROR, "Missing data String key for proposal");
        }
        Block block = MiningMethods.decodeBlock(data.stringValue());
        BlockEntry known = node.headers().find(block.hash());
        if (known != null) {
            return Json.text(
                    known.isInvalid()
                            ? "duplicate-invalid"
                            : known.isValidated() ? "duplicate" : "duplicate-inconclusive");
        }
        if (!block.header().previous().equals(node.headers().tip().hash())) {
            return Json.text("inconclusive-not-best-prevblk");
        }
        Rejection rejection =
                node.validation(() -> node.chain().testBlock(block, node.clock().seconds(), false));
        return rejection == null ? Json.nothing() : Json.text(rejection.reason());
    }

    // Until the tip is another, or after a while the mempool; what is waited on names both.
    private static void await(Call call, JsonNode waitingOn) {
        Node node = call.node();
        RpcHost host = call.server().host();
        String id = waitingOn.isString() ? waitingOn.stringValue() : idOf(node);
        Hash256 tip = Call.hash(Json.text(id.substring(0, Math.min(HASH_DIGITS, id.length()))), "longpollid");
        String sequence = id.substring(HASH_DIGITS);
        long start = host.uptimeMillis();
        while (node.headers().tip().hash().equals(tip)) {
            boolean patient = host.uptimeMillis() - start < PATIENCE_MILLIS;
            if (!patient && !sequence.equals(Long.toString(node.mempool().sequence()))) {
                return;
            }
            if (host.isStopping()) {
                throw new RpcException(RpcException.CLIENT_NOT_CONNECTED, "Shutting down");
            }
            host.pause(LOOK_MILLIS);
        }
    }

    private static String idOf(Node node) {
        return node.headers().tip().hash() + Long.toString(node.mempool().sequence());
    }

    private static JsonNode template(Node node) {
        ChainParams params = node.params();
        String id = idOf(node);
        BlockTemplate template =
                node.miner().template(new ScriptBuilder().op(Op.OP_1).build());
        Block block = template.block();
        BlockEntry tip = node.headers().find(block.header().previous());
        if (tip == null) {
            throw new IllegalStateException("a template on an unknown block");
        }
        boolean segwit = template.height() >= params.heights().segwit();
        int scale = segwit ? 1 : BlockRules.WITNESS_SCALE_FACTOR;
        ObjectNode json = Json.object();
        json.putArray("capabilities").add("proposal");
        json.put("version", block.header().version());
        addRules(json, params, tip, segwit);
        json.put("vbrequired", 0).put("previousblockhash", tip.hash().toString());
        json.set("transactions", transactions(template, scale));
        json.putObject("coinbaseaux");
        json.put(
                        "coinbasevalue",
                        block.transactions().getFirst().outputs().getFirst().value())
                .put("longpollid", id)
                .put("target", Target.fromBits(block.header().bits()).toString())
                .put("mintime", HeaderRules.minimumTime(tip, params));
        json.putArray("mutable").add("time").add("transactions").add("prevblock");
        json.put("noncerange", "00000000ffffffff")
                .put("sigoplimit", BlockRules.MAX_SIGOPS_COST / scale)
                .put("sizelimit", SIZE_LIMIT / scale);
        if (segwit) {
            json.put("weightlimit", BlockRules.MAX_WEIGHT);
        }
        json.put("curtime", block.header().time())
                .put("bits", BlockJson.hex8(block.header().bits()))
                .put("height", template.height());
        Bytes challenge = params.signetChallenge();
        if (challenge != null) {
            json.put("signet_challenge", challenge.hex());
        }
        int commitment = BlockRules.witnessCommitmentIndex(block);
        if (commitment >= 0) {
            json.put(
                    "default_witness_commitment",
                    block.transactions()
                            .getFirst()
                            .outputs()
                            .get(commitment)
                            .scriptPubKey()
                            .hex());
        }
        return json;
    }

    private static void addRules(ObjectNode json, ChainParams params, BlockEntry tip, boolean segwit) {
        ArrayNode rules = json.putArray("rules").add("csv");
        if (segwit) {
            rules.add("!segwit");
        }
        if (params.signetChallenge() != null) {
            rules.add("!signet");
        }
        ObjectNode available = json.putObject("vbavailable");
        VersionBits bits = new VersionBits(params);
        for (ChainParams.Deployment deployment : params.deployments()) {
            switch (bits.state(tip, deployment)) {
                case STARTED, LOCKED_IN -> available.put(deployment.name(), deployment.bit());
                case ACTIVE -> rules.add(deployment.name());
                case DEFINED, FAILED -> {}
            }
        }
    }

    private static ArrayNode transactions(BlockTemplate template, int scale) {
        ArrayNode all = Json.array();
        Map<Hash256, Integer> places = new HashMap<>();
        List<Transaction> transactions = template.block().transactions();
        for (int i = 1; i < transactions.size(); i++) {
            Transaction transaction = transactions.get(i);
            places.put(transaction.txid(), i);
            ObjectNode json = Json.object()
                    .put("data", transaction.serialized().hex())
                    .put("txid", transaction.txid().toString())
                    .put("hash", transaction.wtxid().toString());
            ArrayNode depends = json.putArray("depends");
            for (TxIn input : transaction.inputs()) {
                Integer place = places.get(input.previous().txid());
                if (place != null) {
                    depends.add(place);
                }
            }
            all.add(json.put("fee", template.fees().get(i - 1))
                    .put("sigops", template.sigOpsCosts().get(i - 1) / scale)
                    .put("weight", transaction.weight()));
        }
        return all;
    }
}
