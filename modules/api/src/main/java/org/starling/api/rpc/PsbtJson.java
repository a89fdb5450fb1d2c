package org.starling.api.rpc;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Base58;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.ChainParams.AddressPrefixes;
import org.starling.consensus.Money;
import org.starling.consensus.OutputScript;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.wallet.KeyOrigin;
import org.starling.wallet.psbt.MusigSigner;
import org.starling.wallet.psbt.Proprietary;
import org.starling.wallet.psbt.Psbt;
import org.starling.wallet.psbt.PsbtInput;
import org.starling.wallet.psbt.PsbtOutput;
import org.starling.wallet.psbt.TaprootOrigin;
import org.starling.wallet.psbt.TreeLeaf;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Partially signed transactions as JSON. */
final class PsbtJson {
    private PsbtJson() {}

    static ObjectNode of(Psbt psbt, AddressPrefixes prefixes) {
        ObjectNode json = Json.object();
        json.set("tx", TransactionJson.of(psbt.unsigned(), prefixes));
        ArrayNode xpubs = json.putArray("global_xpubs");
        psbt.xpubs()
                .forEach((key, origin) ->
                        xpubs.add(origin(Json.object().put("xpub", Base58.encodeChecked(key)), origin)));
        json.put("psbt_version", psbt.version());
        Integer modifiable = psbt.modifiable();
        if (modifiable != null) {
            json.put("tx_modifiable", modifiable);
        }
        json.set("proprietary", proprietary(psbt.global().proprietary()));
        json.set("unknown", hexes(psbt.unknown()));
        ArrayNode inputs = json.putArray("inputs");
        psbt.inputs().forEach(input -> inputs.add(input(input, prefixes)));
        ArrayNode outputs = json.putArray("outputs");
        psbt.outputs().forEach(output -> outputs.add(output(output)));
        Long fee = fee(psbt);
        if (fee != null) {
            json.set("fee", Json.amount(fee));
        }
        return json;
    }

    /** Null if an amount is missing or impossible. */
    private static @Nullable Long fee(Psbt psbt) {
        long in = 0;
        for (int i = 0; i < psbt.inputs().size(); i++) {
            TxOut spent = psbt.spent(i);
            if (spent == null || !Money.inRange(spent.value()) || !Money.inRange(in + spent.value())) {
                return null;
            }
            in += spent.value();
        }
        long out = 0;
        for (TxOut output : psbt.unsigned().outputs()) {
            if (!Money.inRange(output.value()) || !Money.inRange(out + output.value())) {
                return null;
            }
            out += output.value();
        }
        return in - out;
    }

    private static ObjectNode input(PsbtInput input, AddressPrefixes prefixes) {
        ObjectNode json = Json.object();
        TxOut witnessUtxo = input.witnessUtxo();
        if (witnessUtxo != null) {
            ObjectNode utxo = json.putObject("witness_utxo");
            utxo.set("amount", Json.amount(witnessUtxo.value()));
            utxo.set("scriptPubKey", ScriptJson.output(witnessUtxo.scriptPubKey(), prefixes, true));
        }
        Transaction previous = input.previousTransaction();
        if (previous != null) {
            json.set("non_witness_utxo", TransactionJson.of(previous, prefixes));
        }
        putHexes(json, "partial_signatures", input.partialSignatures());
        Integer hashType = input.sighashType();
        if (hashType != null) {
            json.put("sighash", ScriptJson.hashType(hashType & 0xff));
        }
        putScript(json, "redeem_script", input.redeemScript());
        putScript(json, "witness_script", input.witnessScript());
        putOrigins(json, input.derivations());
        if (!input.finalScriptSig().isEmpty()) {
            json.set("final_scriptSig", ScriptJson.input(input.finalScriptSig()));
        }
        if (!input.finalWitness().isEmpty()) {
            json.set("final_scriptwitness", Json.texts(input.finalWitness()));
        }
        putHexes(json, "ripemd160_preimages", input.ripemd160Preimages());
        putHexes(json, "sha256_preimages", input.sha256Preimages());
        putHexes(json, "hash160_preimages", input.hash160Preimages());
        putHexes(json, "hash256_preimages", input.hash256Preimages());
        putTaproot(json, input);
        putMusig(json, input);
        putRest(json, input.map().proprietary(), input.unknown());
        return json;
    }

    private static void putTaproot(ObjectNode json, PsbtInput input) {
        putHex(json, "taproot_key_path_sig", input.taprootKeySignature());
        if (!input.taprootScriptSignatures().isEmpty()) {
            ArrayNode signatures = json.putArray("taproot_script_path_sigs");
            input.taprootScriptSignatures()
                    .forEach((key, signature) -> signatures
                            .addObject()
                            .put("pubkey", key.slice(0, 32).hex())
                            .put("leaf_hash", key.from(32).hex())
                            .put("sig", signature.hex()));
        }
        if (!input.taprootLeafScripts().isEmpty()) {
            ArrayNode scripts = json.putArray("taproot_scripts");
            List<Bytes> distinct = input.taprootLeafScripts().values().stream()
                    .distinct()
                    .sorted()
                    .toList();
            distinct.forEach(leaf -> scripts.add(leafScript(leaf, input.taprootLeafScripts())));
        }
        putTaprootOrigins(json, input.taprootDerivations());
        putHex(json, "taproot_internal_key", input.taprootInternalKey());
        Hash256 root = input.taprootMerkleRoot();
        putHex(json, "taproot_merkle_root", root == null ? null : root.toBytes());
    }

    /** @param leaf the script with its version behind it */
    private static ObjectNode leafScript(Bytes leaf, Map<Bytes, Bytes> byControlBlock) {
        int last = leaf.length() - 1;
        ObjectNode json = Json.object().put("script", leaf.slice(0, last).hex()).put("leaf_ver", leaf.unsigned(last));
        ArrayNode blocks = json.putArray("control_blocks");
        byControlBlock.forEach((block, script) -> {
            if (script.equals(leaf)) {
                blocks.add(block.hex());
            }
        });
        return json;
    }

    private static void putMusig(ObjectNode json, PsbtInput input) {
        putParticipants(json, input.musigParticipants());
        putParts(json, "musig2_pubnonces", "pubnonce", input.musigPublicNonces());
        putParts(json, "musig2_partial_sigs", "partial_sig", input.musigPartialSignatures());
    }

    private static void putParticipants(ObjectNode json, Map<Bytes, List<Bytes>> participants) {
        if (!participants.isEmpty()) {
            ArrayNode all = json.putArray("musig2_participant_pubkeys");
            participants.forEach((aggregate, keys) -> all.addObject()
                    .put("aggregate_pubkey", aggregate.hex())
                    .set("participant_pubkeys", Json.texts(keys)));
        }
    }

    private static void putParts(ObjectNode json, String name, String part, Map<MusigSigner, Bytes> parts) {
        if (!parts.isEmpty()) {
            ArrayNode all = json.putArray(name);
            parts.forEach((signer, value) -> {
                ObjectNode one = all.addObject()
                        .put("participant_pubkey", signer.participant().hex())
                        .put("aggregate_pubkey", signer.aggregate().hex());
                Hash256 leaf = signer.leafHash();
                if (leaf != null) {
                    one.put("leaf_hash", leaf.toBytes().hex());
                }
                one.put(part, value.hex());
            });
        }
    }

    private static ObjectNode output(PsbtOutput output) {
        ObjectNode json = Json.object();
        putScript(json, "redeem_script", output.redeemScript());
        putScript(json, "witness_script", output.witnessScript());
        putOrigins(json, output.derivations());
        putHex(json, "taproot_internal_key", output.taprootInternalKey());
        if (!output.taprootTree().isEmpty()) {
            ArrayNode tree = json.putArray("taproot_tree");
            for (TreeLeaf leaf : output.taprootTree()) {
                tree.addObject()
                        .put("depth", leaf.depth())
                        .put("leaf_ver", leaf.version())
                        .put("script", leaf.script().hex());
            }
        }
        putTaprootOrigins(json, output.taprootDerivations());
        putParticipants(json, output.musigParticipants());
        putRest(json, output.map().proprietary(), output.unknown());
        return json;
    }

    private static void putHex(ObjectNode json, String name, @Nullable Bytes value) {
        if (value != null) {
            json.put(name, value.hex());
        }
    }

    private static ObjectNode hexes(Map<Bytes, Bytes> values) {
        ObjectNode json = Json.object();
        values.forEach((key, value) -> json.put(key.hex(), value.hex()));
        return json;
    }

    private static void putHexes(ObjectNode json, String name, Map<Bytes, Bytes> values) {
        if (!values.isEmpty()) {
            json.set(name, hexes(values));
        }
    }

    private static void putScript(ObjectNode json, String name, @Nullable Bytes script) {
        if (script != null && !script.isEmpty()) {
            json.putObject(name)
                    .put("asm", ScriptJson.assembly(script, false))
                    .put("hex", script.hex())
                    .put("type", OutputScript.of(script).type().label());
        }
    }

    private static ObjectNode origin(ObjectNode json, KeyOrigin origin) {
        return json.put("master_fingerprint", origin.fingerprint().hex()).put("path", "m" + origin.pathText());
    }

    private static void putOrigins(ObjectNode json, Map<Bytes, KeyOrigin> origins) {
        if (!origins.isEmpty()) {
            ArrayNode all = json.putArray("bip32_derivs");
            origins.forEach((key, origin) -> all.add(origin(Json.object().put("pubkey", key.hex()), origin)));
        }
    }

    private static void putTaprootOrigins(ObjectNode json, Map<Bytes, TaprootOrigin> origins) {
        if (!origins.isEmpty()) {
            ArrayNode all = json.putArray("taproot_bip32_derivs");
            origins.forEach((key, origin) -> {
                ObjectNode one = origin(Json.object().put("pubkey", key.hex()), origin.origin());
                one.set(
                        "leaf_hashes",
                        Json.texts(origin.leafHashes().stream()
                                .map(Hash256::toBytes)
                                .toList()));
                all.add(one);
            });
        }
    }

    private static ArrayNode proprietary(Collection<Proprietary> fields) {
        ArrayNode json = Json.array();
        for (Proprietary field : fields) {
            json.addObject()
                    .put("identifier", field.identifier().hex())
                    .put("subtype", field.subtype())
                    .put("key", field.key().hex())
                    .put("value", field.value().hex());
        }
        return json;
    }

    private static void putRest(ObjectNode json, List<Proprietary> proprietary, Map<Bytes, Bytes> unknown) {
        if (!proprietary.isEmpty()) {
            json.set("proprietary", proprietary(proprietary));
        }
        putHexes(json, "unknown", unknown);
    }
}
