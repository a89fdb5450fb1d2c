package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.ANY;
import static org.starling.api.rpc.Parameter.Type.ARRAY;
import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.Type.HEX;
import static org.starling.api.rpc.Parameter.Type.NUMBER;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.chain.index.TxIndex;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.wallet.psbt.KeyRing;
import org.starling.wallet.psbt.Missing;
import org.starling.wallet.psbt.MusigRounds;
import org.starling.wallet.psbt.Psbt;
import org.starling.wallet.psbt.PsbtAnalysis;
import org.starling.wallet.psbt.PsbtCombiner;
import org.starling.wallet.psbt.PsbtException;
import org.starling.wallet.psbt.PsbtSigner;
import org.starling.wallet.psbt.PsbtUpdater;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that work on partially signed transactions (BIP-0174, BIP-0370) without a wallet. */
final class PsbtMethods {
    private static final String CATEGORY = "rawtransactions";

    private PsbtMethods() {}

    static List<RpcMethod> all() {
        MusigRounds rounds = new MusigRounds();
        Parameter psbt = required("psbt", TEXT, "the PSBT in base64");
        Parameter version = optional("psbt_version", NUMBER, "0 (default), or 2 as in BIP-0370");
        return List.of(
                method(
                                "createpsbt",
                                "Makes a transaction without signatures, and gives it as a PSBT in base64.",
                                PsbtMethods::createPsbt,
                                required("inputs", ARRAY, "objects with txid, vout and perhaps sequence"),
                                required("outputs", ANY, "objects with an address and an amount, or with data and hex"),
                                optional("locktime", NUMBER, "the lock time; 0 if not said"),
                                optional(
                                        "replaceable",
                                        FLAG,
                                        "whether it says that it may be replaced; it does if not said"),
                                version)
                        .differing("psbt_version is an addition."),
                method(
                                "converttopsbt",
                                "Makes a PSBT of a transaction that is not signed yet.",
                                PsbtMethods::convertToPsbt,
                                required("hexstring", HEX, "the transaction"),
                                optional("permitsigdata", FLAG, "drop signatures that are there, instead of failing"),
                                optional(
                                        "iswitness",
                                        FLAG,
                                        "whether it is written with witnesses; both are tried if not said"),
                                version)
                        .differing("psbt_version is an addition."),
                method("decodepsbt", "Shows a PSBT in words.", PsbtMethods::decodePsbt, psbt),
                method(
                        "combinepsbt",
                        "Joins what several PSBTs say of one transaction.",
                        PsbtMethods::combinePsbt,
                        required("txs", ARRAY, "the PSBTs in base64")),
                method(
                        "joinpsbts",
                        "Makes one transaction with the inputs and outputs of several, shuffled and without signatures.",
                        PsbtMethods::joinPsbts,
                        required("txs", ARRAY, "the PSBTs in base64")),
                method(
                        "finalizepsbt",
                        "Makes scriptSigs and witnesses of signatures that suffice, and gives the transaction if it is"
                                + " whole then.",
                        PsbtMethods::finalizePsbt,
                        psbt,
                        optional("extract", FLAG, "false to get the PSBT even if the transaction is whole")),
                method(
                        "analyzepsbt",
                        "Says what a PSBT lacks, and who is next to do something with it.",
                        PsbtMethods::analyzePsbt,
                        psbt),
                method(
                        "utxoupdatepsbt",
                        "Adds to a PSBT what mempool, transaction index, unspent outputs and descriptors tell of its inputs"
                                + " and outputs.",
                        PsbtMethods::utxoUpdatePsbt,
                        psbt,
                        optional("descriptors", ARRAY, "descriptors, or objects with desc and range")),
                method(
                        "descriptorprocesspsbt",
                        "Does what utxoupdatepsbt does, and signs with the private keys in the descriptors. Of MuSig2 keys"
                                + " it adds nonces, and called again with the nonces of all, before this node stops,"
                                + " parts of signatures.",
                        call -> descriptorProcessPsbt(call, rounds),
                        psbt,
                        required("descriptors", ARRAY, "descriptors, or objects with desc and range"),
                        optional("sighashtype", TEXT, "DEFAULT, ALL, NONE or SINGLE, perhaps with |ANYONECANPAY"),
                        optional("bip32derivs", FLAG, "whether to add where keys come from; true if not said"),
                        optional("finalize", FLAG, "whether to finalize inputs; true if not said")));
    }

    private static RpcMethod method(String name, String help, RpcMethod.Handler handler, Parameter... parameters) {
        return RpcMethod.of(name, CATEGORY, help, handler, parameters);
    }

    /** Reads base64. Throws with error -22 if it is no PSBT. */
    static Psbt decode(String base64) {
        try {
            return Psbt.decode(base64);
        } catch (MalformedException e) {
            throw new RpcException(RpcException.DESERIALIZATION_ERROR, "TX decode failed " + e.getMessage());
        }
    }

    private static Psbt inVersion(Call call, Psbt psbt) {
        int version = call.integer("psbt_version", 0);
        return switch (version) {
            case 0 -> psbt;
            case 2 -> psbt.toVersion2();
            default -> throw Call.invalid("psbt_version must be 0 or 2, not " + version);
        };
    }

    private static JsonNode createPsbt(Call call) {
        return Json.text(
                inVersion(call, Psbt.of(BuildMethods.transaction(call))).encode());
    }

    private static JsonNode convertToPsbt(Call call) {
        boolean said = call.has("iswitness");
        boolean isWitness = call.flag("iswitness", false);
        Transaction transaction =
                TransactionMethods.decode(call.text("hexstring"), !said || isWitness, !said || !isWitness);
        if (transaction == null) {
            throw new RpcException(RpcException.DESERIALIZATION_ERROR, "TX decode failed");
        }
        boolean signed = transaction.inputs().stream()
                .anyMatch(input -> !input.scriptSig().isEmpty() || input.hasWitness());
        if (signed && !call.flag("permitsigdata", false)) {
            throw new RpcException(
                    RpcException.DESERIALIZATION_ERROR, "Inputs must not have scriptSigs and scriptWitnesses");
        }
        return Json.text(inVersion(call, Psbt.of(transaction)).encode());
    }

    private static JsonNode decodePsbt(Call call) {
        return PsbtJson.of(decode(call.text("psbt")), call.chain().prefixes());
    }

    private static List<Psbt> several(Call call) {
        List<Psbt> psbts = new ArrayList<>();
        call.get("txs").forEach(text -> psbts.add(decode(Call.text(text))));
        return psbts;
    }

    private static JsonNode combinePsbt(Call call) {
        if (call.get("txs").isEmpty()) {
            throw Call.invalid("Parameter 'txs' cannot be empty");
        }
        try {
            return Json.text(PsbtCombiner.combine(several(call)).encode());
        } catch (PsbtException e) {
            throw Call.invalid(e.reason());
        }
    }

    private static JsonNode joinPsbts(Call call) {
        if (call.get("txs").size() <= 1) {
            throw Call.invalid("At least two PSBTs are required to join PSBTs.");
        }
        try {
            Random random = new Random(SigningMethods.randomness(call).reader().i64());
            return Json.text(PsbtCombiner.join(several(call), list -> Collections.shuffle(list, random))
                    .encode());
        } catch (PsbtException e) {
            throw Call.invalid(e.reason());
        } catch (MalformedException e) {
            throw new AssertionError("32 random bytes are there", e);
        }
    }

    private static JsonNode finalizePsbt(Call call) {
        Psbt psbt = PsbtSigner.finalizeInputs(decode(call.text("psbt")));
        Transaction whole = PsbtSigner.extract(psbt);
        ObjectNode json = Json.object();
        if (whole != null && call.flag("extract", true)) {
            json.put("hex", whole.serialized().hex());
        } else {
            json.put("psbt", psbt.encode());
        }
        return json.put("complete", whole != null);
    }

    private static JsonNode analyzePsbt(Call call) {
        PsbtAnalysis analysis = PsbtAnalysis.of(decode(call.text("psbt")));
        ObjectNode json = Json.object();
        if (!analysis.inputs().isEmpty()) {
            ArrayNode inputs = json.putArray("inputs");
            analysis.inputs().forEach(input -> inputs.add(inputState(input)));
        }
        Integer size = analysis.virtualSize();
        Long fee = analysis.fee();
        if (size != null && fee != null) {
            json.put("estimated_vsize", size);
            json.set("estimated_feerate", Json.amount(fee * 1000 / size));
        }
        if (fee != null) {
            json.set("fee", Json.amount(fee));
        }
        json.put("next", analysis.next().label());
        return analysis.error().isEmpty() ? json : json.put("error", analysis.error());
    }

    private static ObjectNode inputState(PsbtAnalysis.InputState state) {
        ObjectNode json = Json.object()
                .put("has_utxo", state.hasUtxo())
                .put("is_final", state.isFinal())
                .put("next", state.next().label());
        Missing missing = state.missing();
        ObjectNode lacks = Json.object();
        if (!missing.publicKeys().isEmpty()) {
            lacks.set("pubkeys", Json.texts(missing.publicKeys()));
        }
        if (missing.redeemScript() != null) {
            lacks.put("redeemscript", missing.redeemScript().hex());
        }
        if (missing.witnessScript() != null) {
            lacks.put("witnessscript", missing.witnessScript().hex());
        }
        if (!missing.signatures().isEmpty()) {
            lacks.set("signatures", Json.texts(missing.signatures()));
        }
        if (!lacks.isEmpty()) {
            json.set("missing", lacks);
        }
        return json;
    }

    private static KeyRing keys(Call call) {
        KeyRing keys = new KeyRing();
        for (JsonNode given : call.has("descriptors") ? call.get("descriptors") : Json.array()) {
            CoinMethods.forEachIndex(call, given, (descriptor, index) -> keys.add(descriptor.expand(index)));
        }
        return keys;
    }

    /** Adds to the inputs what they spend, as far as the node knows it. */
    static Psbt withSpent(Call call, Psbt psbt, KeyRing keys) {
        TxIndex index = call.node().indexes().transactions();
        if (index != null) {
            index.awaitTip();
        }
        Map<OutPoint, TxOut> coins = SigningMethods.coins(call.node(), psbt.unsigned());
        return PsbtUpdater.withSpent(psbt, txid -> transaction(call, index, txid), coins::get, keys);
    }

    private static @Nullable Transaction transaction(Call call, @Nullable TxIndex index, Hash256 txid) {
        TxIndex.Found found = index == null ? null : index.find(txid);
        return found == null ? call.node().mempool().get(txid) : found.transaction();
    }

    private static JsonNode utxoUpdatePsbt(Call call) {
        KeyRing keys = keys(call).publicPart(true);
        Psbt psbt = withSpent(call, decode(call.text("psbt")), keys);
        return Json.text(PsbtUpdater.update(psbt, keys).encode());
    }

    private static JsonNode descriptorProcessPsbt(Call call, MusigRounds rounds) {
        KeyRing keys = keys(call);
        int hashType = SigningMethods.hashType(call);
        KeyRing used = call.flag("bip32derivs", true) ? keys : keys.withoutOrigins();
        Psbt psbt = withSpent(call, decode(call.text("psbt")), used);
        return processed(sign(call, psbt, used, rounds, hashType, call.flag("finalize", true)));
    }

    /** Signs. Throws with error -22 if an input asks for another hash type. */
    static Psbt sign(Call call, Psbt psbt, KeyRing keys, MusigRounds rounds, int hashType, boolean finalize) {
        try {
            Psbt signed = PsbtSigner.sign(psbt, keys, hashType, false, SigningMethods.randomness(call));
            signed = rounds.advance(signed, keys, hashType, () -> SigningMethods.randomness(call));
            return finalize ? PsbtSigner.finalizeInputs(signed) : signed;
        } catch (PsbtException e) {
            throw new RpcException(RpcException.DESERIALIZATION_ERROR, e.reason());
        }
    }

    /** The PSBT, whether it is complete, and if so the transaction. */
    static ObjectNode processed(Psbt psbt) {
        Transaction whole = PsbtSigner.extract(psbt);
        ObjectNode json = Json.object().put("psbt", psbt.encode()).put("complete", whole != null);
        return whole == null ? json : json.put("hex", whole.serialized().hex());
    }
}
