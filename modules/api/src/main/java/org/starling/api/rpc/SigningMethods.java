package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.ARRAY;
import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.WalletImportFormat;
import org.starling.consensus.script.Script;
import org.starling.consensus.script.ScriptBuilder;
import org.starling.consensus.script.ScriptError;
import org.starling.consensus.script.ScriptFlags;
import org.starling.consensus.script.ScriptReader;
import org.starling.consensus.script.ScriptVerifier;
import org.starling.consensus.script.Sighash;
import org.starling.consensus.script.SighashCache;
import org.starling.crypto.Hash160;
import org.starling.crypto.SecretKeys;
import org.starling.crypto.Sha256;
import org.starling.node.Node;
import org.starling.wallet.TransactionSigner;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that sign transactions with keys that the caller gives, and that join the signatures of several signers. */
final class SigningMethods {
    private static final Map<String, Integer> HASH_TYPES = Map.of(
            "DEFAULT", Sighash.DEFAULT,
            "ALL", Sighash.ALL,
            "ALL|ANYONECANPAY", Sighash.ALL | Sighash.ANYONECANPAY,
            "NONE", Sighash.NONE,
            "NONE|ANYONECANPAY", Sighash.NONE | Sighash.ANYONECANPAY,
            "SINGLE", Sighash.SINGLE,
            "SINGLE|ANYONECANPAY", Sighash.SINGLE | Sighash.ANYONECANPAY);

    private static final int RANDOM_BYTES = 32;

    /** Stands for the amount of an output that nobody named; a witness signature would commit to it. */
    private static final long UNKNOWN_AMOUNT = 21_000_000L * Json.COIN;

    private SigningMethods() {}

    static List<RpcMethod> all() {
        String category = "rawtransactions";
        return List.of(
                RpcMethod.of(
                        "signrawtransactionwithkey",
                        category,
                        "Signs the inputs of a transaction that the given keys can sign. The keys are not kept.",
                        SigningMethods::signRawTransactionWithKey,
                        required("hexstring", TEXT, "the transaction"),
                        required("privkeys", ARRAY, "private keys in base58"),
                        optional(
                                "prevtxs",
                                ARRAY,
                                "outputs that are spent and not yet known: objects with txid, vout, scriptPubKey, and"
                                        + " where it matters redeemScript, witnessScript, amount"),
                        optional("sighashtype", TEXT, "DEFAULT, ALL, NONE or SINGLE, perhaps with |ANYONECANPAY")),
                RpcMethod.of(
                        "combinerawtransaction",
                        category,
                        "Joins the signatures of several copies of one transaction.",
                        SigningMethods::combineRawTransaction,
                        required("txs", ARRAY, "the transactions in hex")));
    }

    private static JsonNode signRawTransactionWithKey(Call call) {
        Transaction transaction = TransactionMethods.decode(call.text("hexstring"), true, true);
        if (transaction == null) {
            throw new RpcException(
                    RpcException.DESERIALIZATION_ERROR, "TX decode failed. Make sure the tx has at least one input.");
        }
        TransactionSigner signer = new TransactionSigner(randomness(call));
        for (JsonNode text : call.get("privkeys")) {
            WalletImportFormat key = privateKey(call, Call.text(text));
            signer.addKey(key.key(), key.compressed());
        }
        Map<OutPoint, TxOut> coins = coins(call.node(), transaction);
        for (JsonNode given : call.has("prevtxs") ? call.get("prevtxs") : Json.array()) {
            addOutput(given, coins, signer);
        }
        int type = hashType(call);
        List<@Nullable TxOut> spent = new ArrayList<>();
        transaction.inputs().forEach(input -> spent.add(coins.get(input.previous())));
        return report(signer.sign(transaction, spent, type), spent);
    }

    /** The argument {@code sighashtype}, or {@link Sighash#DEFAULT}. */
    static int hashType(Call call) {
        String name = call.text("sighashtype", "DEFAULT");
        Integer type = HASH_TYPES.get(name);
        if (type == null) {
            throw Call.invalid("'" + name + "' is not a valid sighash parameter.");
        }
        return type;
    }

    static Bytes randomness(Call call) {
        byte[] bytes = new byte[RANDOM_BYTES];
        call.server().host().randomBytes(bytes);
        return Bytes.wrap(bytes);
    }

    /** The private key in base58. Throws with error -5 if it is none of the chain. */
    static WalletImportFormat privateKey(Call call, String text) {
        WalletImportFormat key =
                WalletImportFormat.decode(text, call.chain().prefixes()).orElse(null);
        if (key == null || !SecretKeys.isValid(key.key())) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Invalid private key");
        }
        return key;
    }

    /** What the inputs spend, as far as chain and mempool know it and it is unspent in the chain. */
    static Map<OutPoint, TxOut> coins(Node node, Transaction transaction) {
        return node.validation(() -> {
            Map<OutPoint, TxOut> coins = new LinkedHashMap<>();
            for (TxIn input : transaction.inputs()) {
                Coin coin = node.mempool().coin(input.previous());
                if (coin != null) {
                    coins.put(input.previous(), coin.output());
                }
            }
            return coins;
        });
    }

    /** @param signer is given the scripts; null if it knows them */
    static void addOutput(JsonNode given, Map<OutPoint, TxOut> coins, @Nullable TransactionSigner signer) {
        if (!given.isObject()) {
            throw unreadable("expected object with {\"txid'\",\"vout\",\"scriptPubKey\"}");
        }
        Call.requireField(given, "txid", given.path("txid").isString(), "string");
        Call.requireField(given, "vout", given.path("vout").isNumber(), "number");
        Call.requireField(given, "scriptPubKey", given.path("scriptPubKey").isString(), "string");
        int index = Call.integer(given.path("vout"));
        if (index < 0) {
            throw unreadable("vout cannot be negative");
        }
        OutPoint outPoint = new OutPoint(Call.hash(given.path("txid"), "txid"), index);
        Bytes script = Call.hex(given.path("scriptPubKey"), "scriptPubKey");
        TxOut known = coins.get(outPoint);
        if (known != null && !known.scriptPubKey().equals(script)) {
            throw unreadable("Previous output scriptPubKey mismatch:\n"
                    + ScriptJson.assembly(known.scriptPubKey(), false) + "\nvs:\n"
                    + ScriptJson.assembly(script, false));
        }
        long amount = given.has("amount") ? Call.amount(given.path("amount")) : UNKNOWN_AMOUNT;
        coins.put(outPoint, new TxOut(amount, script));
        Script.WitnessProgram program = Script.witnessProgram(script);
        if (signer != null && (Script.isP2sh(script) || program != null && program.isScriptHash())) {
            addScripts(given, script, signer);
        }
    }

    // The script may be given under either name; if under both, the one must wrap the other or be the same.
    private static void addScripts(JsonNode given, Bytes scriptPubKey, TransactionSigner signer) {
        Bytes redeem = scriptField(given, "redeemScript");
        Bytes witness = scriptField(given, "witnessScript");
        Bytes script = witness == null ? redeem : witness;
        if (script == null) {
            throw Call.invalid("Missing redeemScript/witnessScript");
        }
        Bytes wrapped = Script.witness(0, Sha256.once(script).toBytes());
        if (redeem != null && witness != null && !witness.equals(redeem) && !redeem.equals(wrapped)) {
            throw Call.invalid("redeemScript does not correspond to witnessScript");
        }
        boolean matches = Script.isP2sh(scriptPubKey)
                ? scriptPubKey.equals(Script.p2sh(Hash160.hash(script)))
                        || scriptPubKey.equals(Script.p2sh(Hash160.hash(wrapped)))
                : scriptPubKey.equals(wrapped);
        if (!matches) {
            throw Call.invalid("redeemScript/witnessScript does not match scriptPubKey");
        }
        signer.addScript(script).addScript(wrapped);
    }

    private static @Nullable Bytes scriptField(JsonNode given, String name) {
        JsonNode value = given.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        Call.requireField(given, name, value.isString(), "string");
        return Call.hex(value, name);
    }

    static JsonNode report(Transaction signed, List<@Nullable TxOut> spent) {
        List<TxOut> known = new ArrayList<>();
        spent.forEach(output -> known.add(output == null ? new TxOut(0, Bytes.EMPTY) : output));
        SighashCache sighash = new SighashCache(signed, known);
        ArrayNode errors = Json.array();
        for (int i = 0; i < spent.size(); i++) {
            String error = error(sighash, i, spent.get(i));
            if (!error.isEmpty()) {
                errors.add(errorJson(signed.inputs().get(i), error));
            }
        }
        ObjectNode json = Json.object().put("hex", signed.serialized().hex()).put("complete", errors.isEmpty());
        if (!errors.isEmpty()) {
            json.set("errors", errors);
        }
        return json;
    }

    private static String error(SighashCache sighash, int index, @Nullable TxOut spent) {
        if (spent == null) {
            return "Input not found or already spent";
        }
        if (spent.value() == UNKNOWN_AMOUNT
                && sighash.transaction().inputs().get(index).hasWitness()) {
            throw new RpcException(
                    RpcException.TYPE_ERROR, "Missing amount for CTxOut with scriptPubKey=" + spent.scriptPubKey());
        }
        ScriptError error = ScriptVerifier.verify(sighash, index, ScriptFlags.STANDARD);
        if (error == ScriptError.INVALID_STACK_OPERATION) {
            return "Unable to sign input, invalid stack size (possibly missing key)";
        }
        if (error == ScriptError.NULLFAIL) {
            return "CHECK(MULTI)SIG failing with non-zero signature (possibly need more signatures)";
        }
        return error == ScriptError.OK ? "" : error.message();
    }

    private static ObjectNode errorJson(TxIn input, String error) {
        ObjectNode json = Json.object()
                .put("txid", input.previous().txid().toString())
                .put("vout", Integer.toUnsignedLong(input.previous().index()));
        json.set("witness", Json.texts(input.witness()));
        return json.put("scriptSig", input.scriptSig().hex())
                .put("sequence", Integer.toUnsignedLong(input.sequence()))
                .put("error", error);
    }

    private static JsonNode combineRawTransaction(Call call) {
        List<Transaction> variants = new ArrayList<>();
        for (JsonNode hex : call.get("txs")) {
            Transaction variant = TransactionMethods.decode(Call.text(hex), true, true);
            if (variant == null || variant.inputs().isEmpty()) {
                throw unreadable(
                        "TX decode failed for tx " + variants.size() + ". Make sure the tx has at least one input.");
            }
            variants.add(variant);
        }
        if (variants.isEmpty()) {
            throw unreadable("Missing transactions");
        }
        Transaction first = variants.getFirst();
        Map<OutPoint, TxOut> coins = coins(call.node(), first);
        List<TxOut> spent = new ArrayList<>();
        for (TxIn input : first.inputs()) {
            TxOut output = coins.get(input.previous());
            if (output == null) {
                throw new RpcException(RpcException.VERIFY_ERROR, "Input not found or already spent");
            }
            spent.add(output);
        }
        return Json.hex(combine(variants, spent).serialized());
    }

    /**
     * The first transaction with each input complete that is so in any of them; the others with all signatures that any
     * of them has.
     */
    private static Transaction combine(List<Transaction> variants, List<TxOut> spent) {
        Transaction first = variants.getFirst();
        TransactionSigner joiner = new TransactionSigner(Bytes.wrap(new byte[RANDOM_BYTES]));
        List<TxIn> pooled = new ArrayList<>();
        for (int i = 0; i < spent.size(); i++) {
            List<Bytes> elements = new ArrayList<>();
            for (Transaction variant : variants) {
                if (i < variant.inputs().size()
                        && variant.inputs()
                                .get(i)
                                .previous()
                                .equals(first.inputs().get(i).previous())) {
                    elements.addAll(elements(variant.inputs().get(i)));
                }
            }
            elements.forEach(joiner::addScript);
            ScriptBuilder pushes = new ScriptBuilder();
            elements.forEach(pushes::data);
            TxIn input = first.inputs().get(i);
            pooled.add(new TxIn(input.previous(), pushes.build(), input.sequence()));
        }
        Transaction joined = joiner.sign(withInputs(first, pooled), new ArrayList<>(spent), Sighash.ALL);
        List<TxIn> best = new ArrayList<>();
        for (int i = 0; i < spent.size(); i++) {
            boolean changed = !joined.inputs().get(i).equals(pooled.get(i));
            best.add(changed ? joined.inputs().get(i) : first.inputs().get(i));
        }
        for (Transaction variant : variants) {
            if (variant.inputs().size() == spent.size()) {
                SighashCache sighash = new SighashCache(variant, spent);
                for (int i = 0; i < spent.size(); i++) {
                    if (ScriptVerifier.verify(sighash, i, ScriptFlags.STANDARD) == ScriptError.OK) {
                        best.set(i, variant.inputs().get(i));
                    }
                }
            }
        }
        return withInputs(first, best);
    }

    private static Transaction withInputs(Transaction transaction, List<TxIn> inputs) {
        return Transaction.of(transaction.version(), inputs, transaction.outputs(), transaction.lockTime());
    }

    /** All that the input's scriptSig and witness push. */
    private static List<Bytes> elements(TxIn input) {
        List<Bytes> elements = new ArrayList<>(input.witness());
        ScriptReader reader = new ScriptReader(input.scriptSig());
        while (reader.hasNext() && reader.next() >= 0) {
            elements.add(reader.data());
        }
        return elements;
    }

    private static RpcException unreadable(String message) {
        return new RpcException(RpcException.DESERIALIZATION_ERROR, message);
    }
}
