package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.ARRAY;
import static org.starling.api.rpc.Parameter.Type.FLAG;
import static org.starling.api.rpc.Parameter.optional;
import static org.starling.api.rpc.Parameter.required;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.wallet.Descriptor;
import org.starling.wallet.DescriptorException;
import org.starling.wallet.OutputType;
import org.starling.wallet.book.Keychain;
import org.starling.wallet.book.Label;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletFlag;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that take descriptors into a wallet, and show those that it has. */
final class ImportMethods {
    private static final int DEFAULT_RANGE = 1000;

    private ImportMethods() {}

    static List<RpcMethod> all() {
        String category = "wallet";
        return List.of(
                RpcMethod.of(
                        "importdescriptors",
                        category,
                        "Takes in descriptors, and looks for their coins in blocks since the times given.",
                        ImportMethods::importDescriptors,
                        required(
                                "requests",
                                ARRAY,
                                "objects with desc, timestamp (seconds since 1970, or now), and perhaps active, range,"
                                        + " next_index, internal, label")),
                RpcMethod.of(
                        "listdescriptors",
                        category,
                        "The wallet's descriptors.",
                        ImportMethods::listDescriptors,
                        optional("private", FLAG, "whether with private keys")));
    }

    private static JsonNode importDescriptors(Call call) {
        Wallet wallet = call.wallet();
        wallet.requireUnlocked();
        long now = call.node().headers().tip().medianTimePast();
        long earliest = Long.MAX_VALUE;
        ArrayNode results = Json.array();
        boolean any = false;
        for (JsonNode request : call.get("requests")) {
            long timestamp = Math.max(timestamp(request, now), 1);
            ObjectNode result = results.addObject();
            ArrayNode warnings = Json.array();
            try {
                take(call, wallet, request, timestamp, warnings);
                result.put("success", true);
                any = true;
                earliest = Math.min(earliest, timestamp);
            } catch (RpcException e) {
                result.put("success", false).set("error", e.toJson());
            }
            if (!warnings.isEmpty()) {
                result.set("warnings", warnings);
            }
        }
        if (any) {
            int from = call.wallets().heightFor(earliest);
            int last = call.wallets().rescan(wallet, from, wallet.height());
            if (last < wallet.height() && last >= 0) {
                throw new RpcException(RpcException.MISC_ERROR, "Rescan aborted by user.");
            }
            call.wallets().meetMempool(wallet);
        }
        return results;
    }

    private static long timestamp(JsonNode request, long now) {
        JsonNode given = request.path("timestamp");
        if (given.isMissingNode()) {
            throw new RpcException(RpcException.TYPE_ERROR, "Missing required timestamp field for key");
        }
        if (given.isNumber()) {
            return Call.number(given);
        }
        if (given.isString() && given.stringValue().equals("now")) {
            return now;
        }
        throw new RpcException(
                RpcException.TYPE_ERROR,
                "Expected number or \"now\" timestamp value for key. got type " + Json.typeName(given));
    }

    private static void take(Call call, Wallet wallet, JsonNode request, long timestamp, ArrayNode warnings) {
        if (!request.has("desc")) {
            throw Call.invalid("Descriptor not found.");
        }
        boolean active = flag(request, "active");
        boolean internal = flag(request, "internal");
        String label = request.has("label") ? AddressMethods.label(Call.text(request.path("label"))) : "";
        List<Descriptor> parsed = OutputMethods.parse(call, Call.text(request.path("desc")), true);
        if (parsed.size() > 1 && request.has("internal")) {
            throw new RpcException(
                    RpcException.INVALID_ADDRESS_OR_KEY,
                    "Cannot have multipath descriptor while also specifying 'internal'");
        }
        int begin = 0;
        int end = 1;
        int next = 0;
        Descriptor first = parsed.getFirst();
        if (!first.isRange() && request.has("range")) {
            throw Call.invalid("Range should not be specified for an un-ranged descriptor");
        }
        if (first.isRange()) {
            if (request.has("range")) {
                int[] range = OutputMethods.range(request.path("range"));
                begin = range[0];
                end = range[1] + 1;
            } else {
                warnings.add("Range not given, using default keypool range");
                end = Math.min(DEFAULT_RANGE, wallet.options().gap());
            }
            next = begin;
            if (request.has("next_index")) {
                next = Call.integer(request.path("next_index"));
                if (next < begin || next >= end) {
                    throw Call.invalid("next_index is out of range");
                }
            }
        }
        if (active && !first.isRange()) {
            throw Call.invalid("Active descriptors must be ranged");
        }
        if (parsed.size() > 1 && request.has("label")) {
            throw Call.invalid("Multipath descriptors should not have a label");
        }
        if (request.has("range") && request.has("label")) {
            throw Call.invalid("Ranged descriptors should not have a label");
        }
        if (internal && request.has("label")) {
            throw Call.invalid("Internal addresses should not have a label");
        }
        if (active && first instanceof Descriptor.Combo) {
            throw new RpcException(RpcException.WALLET_ERROR, "Combo descriptors cannot be set to active");
        }
        if (active && first.outputType() == null) {
            warnings.add("Unknown output type, cannot set descriptor to active.");
        }
        for (int i = 0; i < parsed.size(); i++) {
            boolean change = parsed.size() == 2 ? i == 1 : internal;
            one(
                    wallet,
                    parsed.get(i),
                    new Keychain(
                            parsed.get(i).normalized(call.chain().prefixes()),
                            timestamp,
                            begin,
                            end,
                            next,
                            active ? parsed.get(i).outputType() : null,
                            change),
                    change ? null : label,
                    warnings);
        }
    }

    private static void one(
            Wallet wallet, Descriptor descriptor, Keychain keychain, @Nullable String label, ArrayNode warnings) {
        boolean watches = wallet.is(WalletFlag.DISABLE_PRIVATE_KEYS);
        if (watches && descriptor.hasPrivateKeys()) {
            throw new RpcException(
                    RpcException.WALLET_ERROR, "Cannot import private keys to a wallet with private keys disabled");
        }
        if (!watches && !descriptor.hasPrivateKeys()) {
            throw new RpcException(
                    RpcException.WALLET_ERROR,
                    "Cannot import descriptor without private keys to a wallet with private keys enabled");
        }
        if (!watches && !descriptor.allKeysPrivate()) {
            warnings.add("Not all private keys provided. Some wallet functionality may return unexpected errors");
        }
        try {
            // What cannot be derived is refused before it is stored.
            Bytes script = descriptor.scripts(keychain.begin()).getFirst();
            requireSameRange(wallet, keychain);
            wallet.put(keychain, descriptor.hasPrivateKeys() ? descriptor : null);
            if (!descriptor.isRange() && label != null) {
                wallet.label(script, new Label(label, true));
            }
        } catch (DescriptorException e) {
            throw new RpcException(
                    RpcException.WALLET_ERROR,
                    "Cannot expand descriptor. Probably because of hardened derivations without private keys"
                            + " provided");
        } catch (WalletException e) {
            throw WalletErrors.of(e);
        }
    }

    private static void requireSameRange(Wallet wallet, Keychain keychain) {
        for (Keychain known : wallet.keychains()) {
            boolean shrinks = known.id().equals(keychain.id())
                    && known.isRange()
                    && (keychain.begin() > known.begin() || keychain.end() < known.end());
            if (shrinks) {
                throw Call.invalid(
                        "new range must include current range = [" + known.begin() + "," + (known.end() - 1) + "]");
            }
        }
    }

    private static boolean flag(JsonNode request, String name) {
        return request.has(name) && Call.flag(request.path(name));
    }

    private static JsonNode listDescriptors(Call call) {
        Wallet wallet = call.wallet();
        boolean secret = call.flag("private", false);
        if (secret && wallet.is(WalletFlag.DISABLE_PRIVATE_KEYS)) {
            throw new RpcException(RpcException.WALLET_ERROR, "Can't get descriptor string.");
        }
        if (secret) {
            wallet.requireUnlocked();
        }
        ObjectNode json = Json.object().put("wallet_name", wallet.name());
        ArrayNode list = json.putArray("descriptors");
        wallet.keychains().stream()
                .map(keychain -> entry(wallet, keychain, secret))
                .sorted((one, other) -> one.path("desc")
                        .stringValue()
                        .compareTo(other.path("desc").stringValue()))
                .forEach(list::add);
        return json;
    }

    private static ObjectNode entry(Wallet wallet, Keychain keychain, boolean secret) {
        String text = secret && wallet.hasSecret(keychain)
                ? wallet.unlocked(keychain).privateText()
                : keychain.descriptor().text();
        OutputType type = keychain.activeFor();
        ObjectNode json = Json.object()
                .put("desc", text)
                .put("timestamp", keychain.created())
                .put("active", type != null);
        if (type != null) {
            json.put("internal", keychain.internal());
        }
        if (keychain.isRange()) {
            json.putArray("range").add(keychain.begin()).add(keychain.end() - 1);
            json.put("next", keychain.next()).put("next_index", keychain.next());
        }
        return json;
    }
}
