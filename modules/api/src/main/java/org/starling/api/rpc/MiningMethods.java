package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.ARRAY;
import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.HEX;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.Acceptance;
import org.starling.chain.BlockEntry;
import org.starling.consensus.Address;
import org.starling.consensus.Block;
import org.starling.consensus.BlockHeader;
import org.starling.consensus.BlockRules;
import org.starling.consensus.Difficulty;
import org.starling.consensus.Rejection;
import org.starling.consensus.Target;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.mempool.BlockTemplate;
import org.starling.node.Miner;
import org.starling.node.Node;
import org.starling.wallet.Descriptor;
import org.starling.wallet.DescriptorException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that make blocks and take them in. */
final class MiningMethods {
    /** Hashes computed at most if nothing else is said. */
    private static final long DEFAULT_TRIES = 1_000_000;

    /** Blocks over which the network's speed is estimated if nothing else is said. */
    private static final int DEFAULT_HASHPS_BLOCKS = 120;

    /** Bytes of the reserved value in the coinbase's witness (BIP-0141). */
    private static final Bytes RESERVED_VALUE = Bytes.copyOf(new byte[32]);

    private MiningMethods() {}

    static List<RpcMethod> all() {
        return List.of(
                RpcMethod.of(
                        "generate",
                        "hidden",
                        "has been replaced by the -generate cli option. Refer to -help for more information.",
                        call -> {
                            throw new RpcException(
                                    RpcException.METHOD_NOT_FOUND, call.method().manual());
                        }),
                RpcMethod.of(
                                "generatetoaddress",
                                "hidden",
                                "Mines blocks at once that pay to an address, and gives their hashes.",
                                MiningMethods::generateToAddress,
                                required("nblocks", NUMBER, "how many"),
                                required("address", TEXT, "who is paid"),
                                optional("maxtries", NUMBER, "hashes to compute at most"))
                        .differing("On a signet the block is signed by a loaded wallet that has the keys."),
                RpcMethod.of(
                                "generatetodescriptor",
                                "hidden",
                                "Mines blocks at once that pay to a descriptor, and gives their hashes.",
                                MiningMethods::generateToDescriptor,
                                required("num_blocks", NUMBER, "how many"),
                                required("descriptor", TEXT, "who is paid"),
                                optional("maxtries", NUMBER, "hashes to compute at most"))
                        .differing("On a signet the block is signed by a loaded wallet that has the keys."),
                RpcMethod.of(
                                "generateblock",
                                "hidden",
                                "Mines a block with just these transactions, in this order.",
                                MiningMethods::generateBlock,
                                required("output", TEXT, "an address or descriptor that is paid"),
                                required("transactions", ARRAY, "txids of the mempool, or transactions in hex"),
                                optional("submit", FLAG, "false gives the block in hex without taking it in"))
                        .differing("On a signet the block is signed by a loaded wallet that has the keys."),
                RpcMethod.of(
                        "submitblock",
                        "mining",
                        "Takes in a block; gives nothing if it is good, else why not.",
                        MiningMethods::submitBlock,
                        required("hexdata", HEX, "the block"),
                        optional("dummy", TEXT, "ignored")),
                RpcMethod.of(
                        "submitheader",
                        "mining",
                        "Takes in a header.",
                        MiningMethods::submitHeader,
                        required("hexdata", HEX, "the header")),
                RpcMethod.of("getmininginfo", "mining", "Figures for miners.", MiningMethods::getMiningInfo)
                        .differing("bits, target and next are additions, as in Core 29."),
                RpcMethod.of(
                        "getnetworkhashps",
                        "mining",
                        "Hashes per second of all miners, estimated.",
                        call -> Json.real(hashesPerSecond(
                                call, call.integer("nblocks", DEFAULT_HASHPS_BLOCKS), call.integer("height", -1))),
                        optional("nblocks", NUMBER, "over how many blocks; -1 since the last change of difficulty"),
                        optional("height", NUMBER, "up to which height; -1 for the tip")));
    }

    private static JsonNode generateToAddress(Call call) {
        Bytes script = call.address("address", "Error: Invalid address").scriptPubKey();
        return generate(call, call.integer("nblocks"), script);
    }

    private static JsonNode generateToDescriptor(Call call) {
        List<Descriptor> descriptors = OutputMethods.parse(call, call.text("descriptor"), false);
        return generate(call, call.integer("num_blocks"), script(descriptors));
    }

    private static JsonNode generate(Call call, int blocks, Bytes script) {
        Node node = call.node();
        try {
            List<Hash256> hashes = node.miner().generate(script, blocks, call.number("maxtries", DEFAULT_TRIES));
            node.drain();
            return Json.texts(hashes);
        } catch (Miner.UnsignedException e) {
            throw unsigned(e);
        }
    }

    private static Block signed(Node node, Block block) {
        try {
            return node.miner().signed(block);
        } catch (Miner.UnsignedException e) {
            throw unsigned(e);
        }
    }

    private static RpcException unsigned(Miner.UnsignedException e) {
        return new RpcException(RpcException.MISC_ERROR, String.valueOf(e.getMessage()));
    }

    // The script that miners are paid to: of a combo descriptor the last that is not nested.
    private static Bytes script(List<Descriptor> descriptors) {
        Descriptor descriptor = descriptors.getFirst();
        if (descriptors.size() > 1) {
            throw Call.invalid("Multipath descriptor not accepted");
        }
        if (descriptor.isRange()) {
            throw Call.invalid("Ranged descriptor not accepted. Maybe pass through deriveaddresses first?");
        }
        List<Bytes> scripts = OutputMethods.scripts(descriptor, 0);
        return switch (scripts.size()) {
            case 1 -> scripts.getFirst();
            case 4 -> scripts.get(2);
            default -> scripts.get(1);
        };
    }

    private static Bytes outputScript(Call call, String text) {
        try {
            return script(Descriptor.parse(text, call.chain().prefixes(), false));
        } catch (DescriptorException e) {
            Address address = Address.decode(text, call.chain().prefixes()).address();
            if (address == null) {
                throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Error: Invalid address or descriptor");
            }
            return address.scriptPubKey();
        }
    }

    private static JsonNode generateBlock(Call call) {
        Node node = call.node();
        Bytes script = outputScript(call, call.text("output"));
        List<Transaction> transactions = new ArrayList<>();
        for (JsonNode named : call.get("transactions")) {
            transactions.add(transaction(node, Call.text(named)));
        }
        Block template = signed(node, node.miner().build(script, transactions, 0));
        Rejection rejection = node.validation(
                () -> node.chain().testBlock(template, node.clock().seconds(), false));
        if (rejection != null) {
            throw new RpcException(RpcException.VERIFY_ERROR, "TestBlockValidity failed: " + rejection);
        }
        Block block = Miner.solve(template, DEFAULT_TRIES);
        if (block == null) {
            throw new RpcException(RpcException.MISC_ERROR, "Failed to make block.");
        }
        ObjectNode json = Json.object().put("hash", block.hash().toString());
        if (!call.flag("submit", true)) {
            return json.put("hex", block.serialized().hex());
        }
        Rejection refused = node.miner().submit(block);
        if (refused != null) {
            throw new RpcException(RpcException.MISC_ERROR, "ProcessNewBlock, block not accepted: " + refused);
        }
        node.drain();
        return json;
    }

    private static Transaction transaction(Node node, String text) {
        if (text.length() == 64 && Call.isHex(text)) {
            Transaction known = node.mempool().get(Hash256.fromHex(text));
            if (known == null) {
                throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Transaction " + text + " not in mempool.");
            }
            return known;
        }
        Transaction decoded = TransactionMethods.decode(text, true, true);
        if (decoded == null) {
            throw new RpcException(
                    RpcException.DESERIALIZATION_ERROR,
                    "Transaction decode failed for " + text + ". Make sure the tx has at least one input.");
        }
        return decoded;
    }

    private static JsonNode submitBlock(Call call) {
        Node node = call.node();
        Block sent = decodeBlock(call.text("hexdata"));
        if (sent.transactions().isEmpty() || !sent.transactions().getFirst().isCoinbase()) {
            throw new RpcException(RpcException.DESERIALIZATION_ERROR, "Block does not start with a coinbase");
        }
        Block block = withReservedValue(node, sent);
        BlockEntry known = node.headers().find(block.hash());
        if (known != null && known.isInvalid()) {
            return Json.text("duplicate-invalid");
        }
        if (known != null && known.hasBlock()) {
            return Json.text(known.isValidated() ? "duplicate" : "duplicate-inconclusive");
        }
        Acceptance acceptance = node.submit(block);
        node.drain();
        return switch (acceptance) {
            case Acceptance.Refused refused -> Json.text(refused.rejection().reason());
            case Acceptance.Accepted accepted -> {
                boolean judged = accepted.entry().isValidated();
                yield !accepted.fresh() ? Json.text("duplicate") : judged ? Json.nothing() : Json.text("inconclusive");
            }
        };
    }

    static Block decodeBlock(String hex) {
        try {
            if (Call.isHex(hex)) {
                return Block.parse(Bytes.fromHex(hex));
            }
        } catch (MalformedException e) {
            throw new RpcException(RpcException.DESERIALIZATION_ERROR, "Block decode failed");
        }
        throw new RpcException(RpcException.DESERIALIZATION_ERROR, "Block decode failed");
    }

    // Miners may leave the coinbase's witness out; a block that commits to witnesses needs it.
    private static Block withReservedValue(Node node, Block block) {
        Transaction coinbase = block.transactions().getFirst();
        BlockEntry previous = node.headers().find(block.header().previous());
        boolean segwit = previous != null
                && previous.height() + 1 >= node.params().heights().segwit();
        if (!segwit
                || coinbase.hasWitness()
                || coinbase.inputs().isEmpty()
                || BlockRules.witnessCommitmentIndex(block) < 0) {
            return block;
        }
        List<TxIn> inputs = new ArrayList<>(coinbase.inputs());
        inputs.set(0, inputs.getFirst().withWitness(List.of(RESERVED_VALUE)));
        List<Transaction> transactions = new ArrayList<>(block.transactions());
        transactions.set(0, Transaction.of(coinbase.version(), inputs, coinbase.outputs(), coinbase.lockTime()));
        return Block.of(block.header(), transactions);
    }

    private static JsonNode submitHeader(Call call) {
        BlockHeader header = decodeHeader(call.text("hexdata"));
        Node node = call.node();
        if (node.headers().find(header.previous()) == null) {
            throw new RpcException(
                    RpcException.VERIFY_ERROR, "Must submit previous header (" + header.previous() + ") first");
        }
        Acceptance acceptance = node.validation(
                () -> node.chain().acceptHeaders(List.of(header), node.clock().seconds(), true));
        return switch (acceptance) {
            case Acceptance.Accepted _ -> Json.nothing();
            case Acceptance.Refused refused ->
                throw new RpcException(
                        RpcException.VERIFY_ERROR, refused.rejection().reason());
        };
    }

    private static BlockHeader decodeHeader(String hex) {
        try {
            if (Call.isHex(hex)) {
                return BlockHeader.read(Bytes.fromHex(hex).reader()); // what follows, a whole block say, is ignored
            }
        } catch (MalformedException e) {
            throw new RpcException(RpcException.DESERIALIZATION_ERROR, "Block header decode failed");
        }
        throw new RpcException(RpcException.DESERIALIZATION_ERROR, "Block header decode failed");
    }

    private static JsonNode getMiningInfo(Call call) {
        Node node = call.node();
        BlockEntry tip = node.headers().tip();
        ObjectNode json = Json.object().put("blocks", tip.height());
        BlockTemplate last = node.miner().lastTemplate();
        if (last != null) {
            List<Transaction> chosen = last.block().transactions();
            long weight = node.miner().reservedWeight();
            for (Transaction transaction : chosen.subList(1, chosen.size())) {
                weight += transaction.weight();
            }
            json.put("currentblockweight", weight).put("currentblocktx", chosen.size() - 1);
        }
        json.put("bits", BlockJson.hex8(tip.bits()))
                .put("difficulty", Difficulty.ratio(tip.bits()))
                .put("target", Target.fromBits(tip.bits()).toString())
                .put("networkhashps", hashesPerSecond(call, DEFAULT_HASHPS_BLOCKS, -1))
                .put("pooledtx", node.mempool().size())
                .put("chain", node.params().type().label());
        int nextBits =
                Difficulty.nextBits(tip, node.clock().seconds(), node.params().pow());
        json.putObject("next")
                .put("height", tip.height() + 1)
                .put("bits", BlockJson.hex8(nextBits))
                .put("difficulty", Difficulty.ratio(nextBits))
                .put("target", Target.fromBits(nextBits).toString());
        Bytes challenge = node.params().signetChallenge();
        if (challenge != null) {
            json.put("signet_challenge", challenge.hex());
        }
        json.set("warnings", Json.texts(node.warnings().texts()));
        return json;
    }

    private static double hashesPerSecond(Call call, int blocks, int height) {
        if (blocks < -1 || blocks == 0) {
            throw Call.invalid("Invalid nblocks. Must be a positive number or -1.");
        }
        BlockEntry tip = call.node().headers().tip();
        if (height < -1 || height > tip.height()) {
            throw Call.invalid("Block does not exist at specified height");
        }
        @Nullable BlockEntry last = height < 0 ? tip : tip.ancestor(height);
        if (last == null || last.height() == 0) {
            return 0;
        }
        int lookup = blocks == -1 ? last.height() % call.chain().pow().interval() + 1 : blocks;
        BlockEntry first = last;
        long earliest = last.time();
        long latest = last.time();
        for (int i = 0; i < Math.min(lookup, last.height()); i++) {
            BlockEntry previous = first.previous();
            if (previous == null) {
                break;
            }
            first = previous;
            earliest = Math.min(earliest, first.time());
            latest = Math.max(latest, first.time());
        }
        return earliest == latest
                ? 0
                : last.chainWork().minus(first.chainWork()).toDouble() / (latest - earliest);
    }
}
