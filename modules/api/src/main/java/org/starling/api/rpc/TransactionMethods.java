package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.HEX;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.consensus.Address;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.consensus.OutputScript;
import org.starling.consensus.Transaction;
import org.starling.consensus.script.Op;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptReader;
import org.starling.crypto.Hash160;
import org.starling.crypto.PublicKeys;
import org.starling.crypto.Sha256;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods on transactions and scripts that need no chain. */
final class TransactionMethods {
    private TransactionMethods() {}

    static List<RpcMethod> all() {
        return List.of(
                RpcMethod.of(
                        "decoderawtransaction",
                        "rawtransactions",
                        "Shows a transaction given in hex.",
                        TransactionMethods::decodeRawTransaction,
                        required("hexstring", HEX, "the transaction"),
                        optional(
                                "iswitness",
                                FLAG,
                                "whether it is in the form with witness; tried both ways if not said")),
                RpcMethod.of(
                        "decodescript",
                        "rawtransactions",
                        "Shows an output script given in hex, and the addresses of the scripts that could wrap it.",
                        TransactionMethods::decodeScript,
                        required("hexstring", HEX, "the script")));
    }

    private static JsonNode decodeRawTransaction(Call call) {
        boolean withWitness = call.flag("iswitness", true);
        boolean without = !call.flag("iswitness", false);
        Transaction transaction = decode(call.text("hexstring"), withWitness, without);
        if (transaction == null) {
            throw new RpcException(RpcException.DESERIALIZATION_ERROR, "TX decode failed");
        }
        return TransactionJson.of(transaction, call.chain().prefixes());
    }

    /** The transaction in hex, in the form with witness or without, or null. */
    static @Nullable Transaction decode(String hex, boolean tryWitness, boolean tryWithout) {
        if (!Call.isHex(hex)) {
            return null;
        }
        Bytes bytes = Bytes.fromHex(hex);
        Transaction extended = tryWitness ? read(bytes, true) : null;
        return extended != null || !tryWithout ? extended : read(bytes, false);
    }

    private static @Nullable Transaction read(Bytes bytes, boolean withWitness) {
        try {
            ByteReader reader = bytes.reader();
            Transaction transaction = withWitness ? Transaction.read(reader) : Transaction.readWithoutWitness(reader);
            reader.expectEnd();
            return transaction;
        } catch (MalformedException e) {
            return null;
        }
    }

    private static JsonNode decodeScript(Call call) {
        AddressPrefixes prefixes = call.chain().prefixes();
        Bytes script = call.text("hexstring").isEmpty() ? Bytes.EMPTY : Call.hex(call.get("hexstring"), "argument");
        ObjectNode json = ScriptJson.output(script, prefixes, false);
        OutputScript form = OutputScript.of(script);
        if (!canBeWrapped(script, form.type())) {
            return json;
        }
        json.put("p2sh", new Address.ScriptHash(Hash160.hash(script)).encode(prefixes));
        if (!fitsWitness(form)) {
            return json;
        }
        Bytes wrapped = switch (form.type()) {
            case PUBKEY ->
                new Address.WitnessPubkeyHash(Hash160.hash(form.solutions().getFirst())).scriptPubKey();
            case PUBKEYHASH -> new Address.WitnessPubkeyHash(form.solutions().getFirst()).scriptPubKey();
            default -> new Address.WitnessScriptHash(Sha256.once(script).toBytes()).scriptPubKey();
        };
        ObjectNode segwit = ScriptJson.output(wrapped, prefixes, true);
        String inner = form.type() == OutputScript.Type.MULTISIG ? ScriptJson.multisig(form.solutions()) : "";
        if (!inner.isEmpty()) {
            segwit.put("desc", ScriptJson.withChecksum("wsh(" + inner + ")"));
        }
        segwit.put("p2sh-segwit", new Address.ScriptHash(Hash160.hash(wrapped)).encode(prefixes));
        json.set("segwit", segwit);
        return json;
    }

    private static boolean canBeWrapped(Bytes script, OutputScript.Type type) {
        boolean suitable = switch (type) {
            case MULTISIG, NONSTANDARD, PUBKEY, PUBKEYHASH, WITNESS_V0_KEYHASH, WITNESS_V0_SCRIPTHASH -> true;
            case NULLDATA, SCRIPTHASH, WITNESS_UNKNOWN, WITNESS_V1_TAPROOT, ANCHOR -> false;
        };
        if (!suitable || Script.isUnspendable(script)) {
            return false;
        }
        ScriptReader reader = new ScriptReader(script);
        while (reader.hasNext()) {
            int opcode = reader.next();
            boolean valid = opcode >= 0 && opcode <= Op.OP_NOP10 && reader.dataLength() <= 520;
            if (!valid || Op.isSuccess(opcode)) {
                return false;
            }
        }
        return true;
    }

    // A witness script needs compressed keys.
    private static boolean fitsWitness(OutputScript form) {
        return switch (form.type()) {
            case MULTISIG, PUBKEY ->
                form.solutions().stream()
                        .allMatch(part -> part.length() == 1 || part.length() == PublicKeys.COMPRESSED);
            case NONSTANDARD, PUBKEYHASH -> true;
            case NULLDATA,
                    SCRIPTHASH,
                    WITNESS_UNKNOWN,
                    WITNESS_V0_KEYHASH,
                    WITNESS_V0_SCRIPTHASH,
                    WITNESS_V1_TAPROOT,
                    ANCHOR -> false;
        };
    }
}
