package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.required;

import java.util.List;
import org.starling.wallet.ExtendedKey;
import org.starling.wallet.OutputType;
import org.starling.wallet.book.HdKeys.HdKey;
import org.starling.wallet.book.Keychain;
import org.starling.wallet.book.Wallet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods about the HD keys of a wallet, and descriptors that follow from them. */
final class HdKeyMethods {
    private HdKeyMethods() {}

    static List<RpcMethod> all() {
        String category = "wallet";
        return List.of(
                RpcMethod.of(
                        "gethdkeys",
                        category,
                        "The HD keys (BIP-0032) of the wallet, each with the descriptors that begin at it.",
                        HdKeyMethods::getHdKeys,
                        Parameter.options(
                                "options",
                                "active_only: only keys that new addresses follow from; private: with the private keys",
                                "active_only",
                                "private")),
                RpcMethod.of(
                        "createwalletdescriptor",
                        category,
                        "Makes the wallet's descriptors for a kind of addresses that it has none for.",
                        HdKeyMethods::createDescriptor,
                        required("type", TEXT, "legacy, p2sh-segwit, bech32 or bech32m"),
                        Parameter.options(
                                "options",
                                "internal: only for change if true, only for addresses to give out if false, both by"
                                        + " default; hdkey: the extended public key of one of the wallet's HD keys, by"
                                        + " default that which all addresses follow from",
                                "internal",
                                "hdkey")));
    }

    private static JsonNode getHdKeys(Call call) {
        Wallet wallet = call.wallet();
        JsonNode options = call.get("options");
        Call.requireNoOther(options, "active_only", "private");
        boolean activeOnly = options.has("active_only") && Call.flag(options.path("active_only"));
        boolean secret = options.has("private") && Call.flag(options.path("private"));
        if (secret) {
            wallet.requireUnlocked();
        }
        ArrayNode list = Json.array();
        for (HdKey key : wallet.hdKeys().list(activeOnly)) {
            ObjectNode json = list.addObject()
                    .put("xpub", key.key().encode(call.chain().prefixes()))
                    .put("has_private", key.hasPrivate());
            if (secret) {
                wallet.hdKeys()
                        .unlocked(key.key())
                        .ifPresent(opened ->
                                json.put("xprv", opened.encode(call.chain().prefixes())));
            }
            ArrayNode descriptors = json.putArray("descriptors");
            for (Keychain keychain : key.keychains()) {
                descriptors
                        .addObject()
                        .put("desc", keychain.descriptor().text())
                        .put("active", keychain.activeFor() != null);
            }
        }
        return list;
    }

    private static JsonNode createDescriptor(Call call) {
        Wallet wallet = call.wallet();
        OutputType type = AddressMethods.type(call.text("type"));
        JsonNode options = call.get("options");
        Call.requireNoOther(options, "internal", "hdkey");
        List<Boolean> internals =
                options.has("internal") ? List.of(Call.flag(options.path("internal"))) : List.of(false, true);
        wallet.requireUnlocked();
        ExtendedKey key = key(call, wallet, options);
        ExtendedKey master = wallet.hdKeys()
                .unlocked(key)
                .orElseThrow(() -> new RpcException(
                        RpcException.INVALID_ADDRESS_OR_KEY,
                        "Private key for " + key.encode(call.chain().prefixes()) + " is not known"));
        ArrayNode made = Json.array();
        long now = call.node().clock().seconds();
        wallet.hdKeys()
                .create(type, master, internals, now)
                .forEach(keychain -> made.add(keychain.descriptor().text()));
        ObjectNode json = Json.object();
        json.set("descs", made);
        return json;
    }

    private static ExtendedKey key(Call call, Wallet wallet, JsonNode options) {
        if (options.has("hdkey")) {
            return ExtendedKey.decode(
                            Call.text(options.path("hdkey")), call.chain().prefixes())
                    .filter(key -> !key.isPrivate())
                    .orElseThrow(() -> new RpcException(
                            RpcException.INVALID_ADDRESS_OR_KEY,
                            "Unable to parse HD key. Please provide a valid xpub"));
        }
        List<HdKey> active = wallet.hdKeys().list(true);
        if (active.size() != 1) {
            throw new RpcException(
                    RpcException.INVALID_ADDRESS_OR_KEY,
                    "Unable to determine which HD key to use from active descriptors. Please specify with 'hdkey'");
        }
        return active.getFirst().key();
    }
}
