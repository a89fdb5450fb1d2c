package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.HEX;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.chain.Chain;
import org.starling.consensus.ChainParams;
import org.starling.consensus.VersionBits;
import org.starling.node.Node;
import org.starling.world.StorageException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that steer the chain or wait for it, and those about its rules. */
final class BlockMethods {
    /** How often a waiting call looks at the tip. */
    private static final long LOOK_MILLIS = 10;

    private BlockMethods() {}

    static List<RpcMethod> all() {
        String category = "blockchain";
        return List.of(
                RpcMethod.of(
                        "invalidateblock",
                        category,
                        "Treats a block as if it broke a rule, and goes to the best chain without it.",
                        call -> steer(call, entry -> call.node().chain().invalidate(entry)),
                        required("blockhash", HEX, "the block")),
                RpcMethod.of(
                        "reconsiderblock",
                        category,
                        "Forgets that a block, those before and those on top of it were found invalid.",
                        call -> steer(call, entry -> call.node().chain().reconsider(entry)),
                        required("blockhash", HEX, "the block")),
                RpcMethod.of(
                        "preciousblock",
                        category,
                        "Treats a block as if it had come before others with the same work.",
                        call -> steer(call, entry -> call.node().chain().prefer(entry)),
                        required("blockhash", HEX, "the block")),
                RpcMethod.of(
                        "pruneblockchain",
                        category,
                        "Removes block files up to a height, if -prune allows it; gives the height of the last that went.",
                        BlockMethods::pruneBlockchain,
                        required("height", NUMBER, "the height, or a time in seconds since 1970")),
                RpcMethod.of(
                        "verifychain",
                        category,
                        "Checks the last blocks and the coins against each other, without changing them.",
                        BlockMethods::verifyChain,
                        optional("checklevel", NUMBER, "how thoroughly, 0 to 4 (default 3)"),
                        optional("nblocks", NUMBER, "how many blocks, 0 for all (default 6)")),
                RpcMethod.of(
                        "waitforblockheight",
                        "hidden",
                        "Waits until the active chain is that high.",
                        call -> {
                            int height = call.integer("height");
                            return await(call, tip -> tip.height() >= height);
                        },
                        required("height", NUMBER, "the height"),
                        optional("timeout", NUMBER, "milliseconds, 0 for ever")),
                RpcMethod.of(
                        "waitforblock",
                        "hidden",
                        "Waits until that block is the tip.",
                        call -> {
                            Hash256 hash = call.hash("blockhash");
                            return await(call, tip -> tip.hash().equals(hash));
                        },
                        required("blockhash", HEX, "the block"),
                        optional("timeout", NUMBER, "milliseconds, 0 for ever")),
                RpcMethod.of(
                        "waitfornewblock",
                        "hidden",
                        "Waits until the tip is another.",
                        call -> {
                            BlockEntry before = call.node().headers().tip();
                            return await(call, tip -> tip != before);
                        },
                        optional("timeout", NUMBER, "milliseconds, 0 for ever")),
                RpcMethod.of(
                        "syncwithvalidationinterfacequeue",
                        "hidden",
                        "Waits until all that was begun is done.",
                        call -> {
                            call.node().drain();
                            return Json.nothing();
                        }),
                RpcMethod.of(
                        "getdeploymentinfo",
                        category,
                        "The changes of the rules, and which are active for the block after one.",
                        BlockMethods::getDeploymentInfo,
                        optional("blockhash", HEX, "the block; the tip if not said")));
    }

    private static JsonNode steer(Call call, Consumer<BlockEntry> change) {
        BlockEntry entry = ChainMethods.entry(call, "blockhash");
        try {
            call.node().change(() -> {
                change.accept(entry);
                return true;
            });
        } catch (IllegalArgumentException e) {
            throw Call.invalid(String.valueOf(e.getMessage()));
        }
        call.node().drain();
        return Json.nothing();
    }

    private static JsonNode verifyChain(Call call) {
        int level = Math.clamp(call.integer("checklevel", Chain.DEFAULT_CHECK_LEVEL), 0, Chain.MAX_CHECK_LEVEL);
        int blocks = Math.max(0, call.integer("nblocks", Chain.DEFAULT_CHECK_BLOCKS));
        return Json.flag(call.node().validation(() -> {
            Chain chain = call.node().chain();
            chain.flush();
            try {
                chain.verify(blocks, level);
                return true;
            } catch (StorageException e) {
                return false; // what was found is in the log
            }
        }));
    }

    private static JsonNode pruneBlockchain(Call call) {
        Node node = call.node();
        if (!node.config().chain().prune().enabled()) {
            throw new RpcException(RpcException.MISC_ERROR, "Cannot prune blocks because node is not in prune mode.");
        }
        long asked = call.number("height");
        if (asked < 0) {
            throw Call.invalid("Negative block height.");
        }
        BlockEntry tip = node.headers().tip();
        long height = asked > 1_000_000_000 ? heightOfTime(tip, asked) : asked;
        if (tip.height() < node.params().pruneAfterHeight()) {
            throw new RpcException(RpcException.MISC_ERROR, "Blockchain is too short for pruning.");
        }
        if (height > tip.height()) {
            throw Call.invalid("Blockchain is shorter than the attempted prune height.");
        }
        int lowest = node.validation(() -> node.chain().prune((int) height));
        return Json.number(lowest - 1);
    }

    private static long heightOfTime(BlockEntry tip, long time) {
        BlockEntry at = tip;
        BlockEntry previous = at.previous();
        while (previous != null && at.maxTime() >= time) {
            at = previous;
            previous = at.previous();
        }
        return at.height();
    }

    private static JsonNode await(Call call, Predicate<BlockEntry> wanted) {
        long timeout = call.number("timeout", 0);
        if (timeout < 0) {
            throw new RpcException(RpcException.MISC_ERROR, "Negative timeout");
        }
        RpcHost host = call.server().host();
        long start = host.uptimeMillis();
        BlockEntry tip = call.node().headers().tip();
        while (!wanted.test(tip) && !host.isStopping() && (timeout == 0 || host.uptimeMillis() - start < timeout)) {
            host.pause(LOOK_MILLIS);
            tip = call.node().headers().tip();
        }
        return Json.object().put("hash", tip.hash().toString()).put("height", tip.height());
    }

    private static JsonNode getDeploymentInfo(Call call) {
        BlockEntry entry = call.has("blockhash")
                ? ChainMethods.entry(call, "blockhash")
                : call.node().headers().tip();
        ChainParams params = call.chain();
        ObjectNode json = Json.object().put("hash", entry.hash().toString()).put("height", entry.height());
        ObjectNode deployments = json.putObject("deployments");
        ChainParams.Heights heights = params.heights();
        Map<String, Integer> buried = new java.util.LinkedHashMap<>();
        buried.put("bip34", heights.bip34());
        buried.put("bip66", heights.bip66());
        buried.put("bip65", heights.bip65());
        buried.put("csv", heights.csv());
        buried.put("segwit", heights.segwit());
        buried.forEach((name, height) -> deployments
                .putObject(name)
                .put("type", "buried")
                .put("active", entry.height() + 1 >= height)
                .put("height", height));
        VersionBits bits = new VersionBits(params);
        for (ChainParams.Deployment deployment : params.deployments()) {
            if (deployment.startTime() != ChainParams.Deployment.NEVER_ACTIVE) {
                deployments.set(deployment.name(), signalled(bits, deployment, entry));
            }
        }
        return json;
    }

    private static ObjectNode signalled(VersionBits bits, ChainParams.Deployment deployment, BlockEntry entry) {
        VersionBits.State now = bits.state(entry.previous(), deployment);
        VersionBits.State next = bits.state(entry, deployment);
        ObjectNode json = Json.object().put("type", "bip9");
        boolean active = next == VersionBits.State.ACTIVE;
        if (active) {
            json.put("height", bits.since(entry, deployment));
        }
        json.put("active", active);
        ObjectNode bip9 = json.putObject("bip9");
        boolean signalling = now == VersionBits.State.STARTED || now == VersionBits.State.LOCKED_IN;
        if (signalling) {
            bip9.put("bit", deployment.bit());
        }
        bip9.put("start_time", deployment.startTime())
                .put("timeout", deployment.timeout())
                .put("min_activation_height", deployment.minActivationHeight())
                .put("status", now.label())
                .put("since", bits.since(entry.previous(), deployment))
                .put("status_next", next.label());
        if (signalling) {
            VersionBits.Statistics statistics = bits.statistics(entry, deployment);
            ObjectNode counted = bip9.putObject("statistics")
                    .put("period", statistics.period())
                    .put("elapsed", statistics.elapsed())
                    .put("count", statistics.count());
            if (now == VersionBits.State.STARTED) {
                counted.put("threshold", statistics.threshold()).put("possible", statistics.possible());
            }
        }
        return json;
    }
}
