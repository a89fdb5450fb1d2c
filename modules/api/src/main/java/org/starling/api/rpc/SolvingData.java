package org.starling.api.rpc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.starling.bytes.Bytes;
import org.starling.consensus.OutputScript;
import org.starling.consensus.script.Script;
import org.starling.crypto.Hash160;
import org.starling.crypto.Sha256;
import org.starling.wallet.Descriptor;
import tools.jackson.databind.JsonNode;

/**
 * Keys, scripts and descriptors that a caller gives of outputs that are not the wallet's, so that it can be told how heavy
 * an input is that spends one.
 */
final class SolvingData {
    private final Call call;
    private final Map<Bytes, Bytes> keys = new HashMap<>();
    private final Map<Bytes, Bytes> scripts = new HashMap<>();
    private final List<Descriptor> descriptors = new ArrayList<>();

    SolvingData(Call call, JsonNode given) {
        this.call = call;
        for (JsonNode key : given.path("pubkeys")) {
            Bytes publicKey = BuildMethods.publicKey(Call.text(key));
            keys.put(Hash160.hash(publicKey), publicKey);
            addScript(Script.witness(0, Hash160.hash(publicKey)));
        }
        for (JsonNode script : given.path("scripts")) {
            String hex = Call.text(script);
            if (!Call.isHex(hex)) {
                throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "'" + hex + "' is not hex");
            }
            addScript(Bytes.fromHex(hex));
        }
        for (JsonNode descriptor : given.path("descriptors")) {
            String text = Call.text(descriptor);
            try {
                descriptors.addAll(OutputMethods.parse(call, text, true));
            } catch (RpcException e) {
                throw Call.invalid("Unable to parse descriptor '" + text + "': " + e.getMessage());
            }
        }
    }

    private void addScript(Bytes script) {
        scripts.put(Hash160.hash(script), script);
        scripts.put(Sha256.once(script).toBytes(), script);
    }

    /** Weight units of an input that spends the script, at most; -1 if what is given does not tell. */
    int inputWeight(Bytes scriptPubKey) {
        for (Descriptor descriptor : descriptors) {
            if (OutputMethods.scripts(descriptor, 0).contains(scriptPubKey)) {
                return descriptor.inputWeight(scriptPubKey);
            }
        }
        return describe(scriptPubKey)
                .map(text -> OutputMethods.parse(call, text, false).getFirst().inputWeight(scriptPubKey))
                .orElse(-1);
    }

    /** The script as a descriptor, as far as the keys and scripts are known that it only names by hash. */
    private Optional<String> describe(Bytes script) {
        OutputScript form = OutputScript.of(script);
        return switch (form.type()) {
            case PUBKEY -> Optional.of("pk(" + form.solutions().getFirst() + ")");
            case PUBKEYHASH -> key(form).map(key -> "pkh(" + key + ")");
            case WITNESS_V0_KEYHASH -> key(form).map(key -> "wpkh(" + key + ")");
            case SCRIPTHASH -> below(form).map(inner -> "sh(" + inner + ")");
            case WITNESS_V0_SCRIPTHASH -> below(form).map(inner -> "wsh(" + inner + ")");
            case MULTISIG -> {
                List<Bytes> parts = form.solutions();
                List<String> signers = new ArrayList<>();
                parts.subList(1, parts.size() - 1).forEach(key -> signers.add(key.hex()));
                yield Optional.of("multi(" + parts.getFirst().unsigned(0) + "," + String.join(",", signers) + ")");
            }
            case NULLDATA, NONSTANDARD, ANCHOR, WITNESS_V1_TAPROOT, WITNESS_UNKNOWN -> Optional.empty();
        };
    }

    private Optional<String> key(OutputScript form) {
        return Optional.ofNullable(keys.get(form.solutions().getFirst())).map(Bytes::hex);
    }

    private Optional<String> below(OutputScript form) {
        return Optional.ofNullable(scripts.get(form.solutions().getFirst())).flatMap(this::describe);
    }
}
