package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.ANY;
import static org.starling.api.rpc.Parameter.Type.ARRAY;
import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptBuilder;
import org.starling.crypto.Hash160;
import org.starling.crypto.PublicKeys;
import org.starling.crypto.Sha256;
import org.starling.mempool.Policy;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that make transactions and multisig addresses out of their parts. */
final class BuildMethods {
    /** Sequence of an input that says that the transaction may be replaced (BIP-0125). */
    private static final int SEQUENCE_REPLACEABLE = 0xfffffffd;

    /** Sequence of an input that says nothing, but lets the lock time count. */
    private static final int SEQUENCE_NOT_FINAL = 0xfffffffe;

    private static final long MAX_U32 = 0xffffffffL;

    private BuildMethods() {}

    static List<RpcMethod> all() {
        return List.of(
                RpcMethod.of(
                        "createrawtransaction",
                        "rawtransactions",
                        "Makes a transaction without signatures, and gives it in hex. It is neither kept nor sent.",
                        BuildMethods::createRawTransaction,
                        required("inputs", ARRAY, "objects with txid, vout and perhaps sequence"),
                        required("outputs", ANY, "objects with an address and an amount, or with data and hex"),
                        optional("locktime", NUMBER, "the lock time; 0 if not said"),
                        optional("replaceable", FLAG, "whether it says that it may be replaced; it does if not said")),
                RpcMethod.of(
                        "createmultisig",
                        "util",
                        "The address and script of outputs that some of several keys can spend together.",
                        BuildMethods::createMultisig,
                        required("nrequired", NUMBER, "how many keys are needed"),
                        required("keys", ARRAY, "public keys in hex"),
                        optional("address_type", TEXT, "legacy (default), p2sh-segwit or bech32")));
    }

    private static JsonNode createRawTransaction(Call call) {
        return Json.hex(transaction(call).serialized());
    }

    /** The transaction of the arguments {@code inputs}, {@code outputs}, {@code locktime} and {@code replaceable}. */
    static Transaction transaction(Call call) {
        JsonNode replaceable = call.get("replaceable");
        return transaction(
                call,
                call.get("inputs"),
                call.get("outputs"),
                call.number("locktime", 0),
                replaceable.isNull() ? null : (Boolean) Call.flag(replaceable));
    }

    /**
     * The transaction that the arguments describe.
     *
     * @param replaceable null if the caller did not say; then it signals replaceability, and a sequence may deny it
     */
    static Transaction transaction(
            Call call, JsonNode inputs, JsonNode outputs, long lockTime, @Nullable Boolean replaceable) {
        if (lockTime < 0 || lockTime > MAX_U32) {
            throw Call.invalid("Invalid parameter, locktime out of range");
        }
        int sequence = replaceable == null || replaceable
                ? SEQUENCE_REPLACEABLE
                : lockTime != 0 ? SEQUENCE_NOT_FINAL : TxIn.SEQUENCE_FINAL;
        List<TxIn> spending = new ArrayList<>();
        for (JsonNode input : inputs) {
            spending.add(input(input, sequence));
        }
        Transaction transaction = Transaction.of(2, spending, outputs(call, outputs), (int) lockTime);
        if (replaceable != null && replaceable && !spending.isEmpty() && !Policy.signalsReplaceability(transaction)) {
            throw Call.invalid("Invalid parameter combination: Sequence number(s) contradict replaceable option");
        }
        return transaction;
    }

    private static TxIn input(JsonNode json, int byDefault) {
        Call.object(json);
        var txid = Call.hash(json.path("txid"), "txid");
        if (!json.path("vout").isNumber()) {
            throw Call.invalid("Invalid parameter, missing vout key");
        }
        int index = Call.integer(json.path("vout"));
        if (index < 0) {
            throw Call.invalid("Invalid parameter, vout cannot be negative");
        }
        long sequence = Integer.toUnsignedLong(byDefault);
        if (json.path("sequence").isNumber()) {
            sequence = Call.number(json.path("sequence"));
            if (sequence < 0 || sequence > MAX_U32) {
                throw Call.invalid("Invalid parameter, sequence number is out of range");
            }
        }
        return new TxIn(new OutPoint(txid, index), Bytes.EMPTY, (int) sequence);
    }

    // An array of objects with one field each, or one object with all.
    static List<TxOut> outputs(Call call, JsonNode given) {
        if (given.isNull()) {
            throw Call.invalid("Invalid parameter, output argument must be non-null");
        }
        if (!given.isObject()) {
            Call.array(given);
        }
        List<Map.Entry<String, JsonNode>> pairs = new ArrayList<>();
        if (given.isObject()) {
            pairs.addAll(given.properties());
        }
        for (JsonNode element : given.isArray() ? given : Json.array()) {
            if (!element.isObject()) {
                throw Call.invalid("Invalid parameter, key-value pair not an object as expected");
            }
            if (element.size() != 1) {
                throw Call.invalid("Invalid parameter, key-value pair must contain exactly one key");
            }
            pairs.addAll(element.properties());
        }
        List<TxOut> outputs = new ArrayList<>();
        Set<Bytes> seen = new HashSet<>();
        boolean data = false;
        for (Map.Entry<String, JsonNode> pair : pairs) {
            if (pair.getKey().equals("data")) {
                if (data) {
                    throw Call.invalid("Invalid parameter, duplicate key: data");
                }
                data = true;
                Bytes carried = Call.hex(pair.getValue(), "Data");
                outputs.add(new TxOut(
                        0, new ScriptBuilder().op(Op.OP_RETURN).data(carried).build()));
            } else {
                outputs.add(payment(call, pair.getKey(), pair.getValue(), seen));
            }
        }
        return outputs;
    }

    /** The keys of the outputs in the order in which they are made. */
    static List<String> names(JsonNode given) {
        List<String> names = new ArrayList<>(given.isObject() ? given.propertyNames() : List.of());
        for (JsonNode element : given.isArray() ? given : Json.array()) {
            names.addAll(element.propertyNames());
        }
        return names;
    }

    private static TxOut payment(Call call, String name, JsonNode amount, Set<Bytes> seen) {
        Address address = Address.decode(name, call.chain().prefixes()).address();
        if (address == null) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Invalid Bitcoin address: " + name);
        }
        Bytes script = address.scriptPubKey();
        if (!seen.add(script)) {
            throw Call.invalid("Invalid parameter, duplicated address: " + name);
        }
        return new TxOut(Call.amount(amount), script);
    }

    private static JsonNode createMultisig(Call call) {
        int required = call.integer("nrequired");
        List<Bytes> keys = new ArrayList<>();
        for (JsonNode key : call.get("keys")) {
            keys.add(publicKey(Call.text(key)));
        }
        String type = call.text("address_type", "legacy");
        switch (type) {
            case "legacy", "p2sh-segwit", "bech32" -> {}
            case "bech32m" ->
                throw new RpcException(
                        RpcException.INVALID_ADDRESS_OR_KEY, "createmultisig cannot create bech32m multisig addresses");
            default ->
                throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Unknown address type '" + type + "'");
        }
        Bytes script = multisig(required, keys);
        // A witness script needs compressed keys.
        boolean compressed = keys.stream().allMatch(key -> key.length() == PublicKeys.COMPRESSED);
        String made = compressed ? type : "legacy";
        if (made.equals("legacy") && script.length() > Script.MAX_ELEMENT_BYTES) {
            throw Call.invalid(
                    "redeemScript exceeds size limit: " + script.length() + " > " + Script.MAX_ELEMENT_BYTES);
        }
        Bytes program = new Address.WitnessScriptHash(Sha256.once(script).toBytes()).scriptPubKey();
        String inner = "multi(" + required + ","
                + String.join(",", keys.stream().map(Bytes::hex).toList()) + ")";
        Address address = switch (made) {
            case "legacy" -> new Address.ScriptHash(Hash160.hash(script));
            case "p2sh-segwit" -> new Address.ScriptHash(Hash160.hash(program));
            default -> new Address.WitnessScriptHash(Sha256.once(script).toBytes());
        };
        String descriptor = switch (made) {
            case "legacy" -> "sh(" + inner + ")";
            case "p2sh-segwit" -> "sh(wsh(" + inner + "))";
            default -> "wsh(" + inner + ")";
        };
        ObjectNode json = Json.object()
                .put("address", address.encode(call.chain().prefixes()))
                .put("redeemScript", script.hex())
                .put("descriptor", ScriptJson.withChecksum(descriptor));
        if (!made.equals(type)) {
            json.putArray("warnings")
                    .add("Unable to make chosen address type, please ensure no uncompressed public keys are present.");
        }
        return json;
    }

    /** A public key in hex. Throws with error -5 if it is none. */
    static Bytes publicKey(String text) {
        String problem;
        if (!Call.isHex(text) || text.isEmpty()) {
            problem = "be a hex string";
        } else if (text.length() != 2 * PublicKeys.COMPRESSED && text.length() != 2 * PublicKeys.UNCOMPRESSED) {
            problem = "have a length of either 33 or 65 bytes";
        } else if (!PublicKeys.isValid(Bytes.fromHex(text))) {
            problem = "be cryptographically valid.";
        } else {
            return Bytes.fromHex(text);
        }
        throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Pubkey \"" + text + "\" must " + problem);
    }

    private static Bytes multisig(int required, List<Bytes> keys) {
        if (required < 1) {
            throw Call.invalid("a multisignature address must require at least one key to redeem");
        }
        if (keys.size() < required) {
            throw Call.invalid("not enough keys supplied (got " + keys.size() + " keys, but need at least " + required
                    + " to redeem)");
        }
        if (keys.size() > Script.MAX_MULTISIG_KEYS) {
            throw Call.invalid("Number of keys involved in the multisignature address creation > "
                    + Script.MAX_MULTISIG_KEYS + "\nReduce the number");
        }
        ScriptBuilder script = new ScriptBuilder().number(required);
        keys.forEach(script::data);
        return script.number(keys.size()).op(Op.OP_CHECKMULTISIG).build();
    }
}
