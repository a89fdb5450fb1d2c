package org.starling.api.rpc;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.consensus.OutputScript;
import org.starling.crypto.Hash160;
import org.starling.crypto.PublicKeys;
import org.starling.crypto.Sha256;
import org.starling.wallet.Descriptor;
import org.starling.wallet.DescriptorException;
import org.starling.wallet.Expansion;
import org.starling.wallet.book.Label;
import org.starling.wallet.book.Wallet;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a wallet knows of an address. */
final class AddressInfo {
    private static final String NO_SEED_ID = "0".repeat(40);

    private final Call call;
    private final Wallet wallet;
    private final Address address;
    private final Bytes script;
    private final Wallet.@Nullable Position position;

    /** Says what it stands for at the index; null if that takes private keys that are locked. */
    private final @Nullable Descriptor descriptor;

    private final @Nullable Expansion expansion;

    AddressInfo(Call call, Wallet wallet, Address address) {
        this.call = call;
        this.wallet = wallet;
        this.address = address;
        script = address.scriptPubKey();
        position = wallet.position(script);
        Descriptor open = position == null ? null : position.keychain().descriptor();
        Expansion expanded = expansion(open);
        if (position != null && expanded == null && !wallet.secrets().isLocked()) {
            open = wallet.unlocked(position.keychain());
            expanded = expansion(open);
        }
        descriptor = open;
        expansion = expanded;
    }

    private @Nullable Expansion expansion(@Nullable Descriptor from) {
        try {
            return from == null || position == null ? null : from.expand(position.index());
        } catch (DescriptorException e) {
            return null;
        }
    }

    ObjectNode json() {
        ObjectNode json = Json.object()
                .put("address", address.encode(call.chain().prefixes()))
                .put("scriptPubKey", script.hex());
        boolean solvable = descriptor != null && descriptor.isSolvable();
        json.put("ismine", position != null).put("solvable", solvable);
        if (position != null) {
            if (descriptor != null && solvable && expansion != null) {
                json.put("desc", single(descriptor, position.index()));
            }
            json.put("parent_desc", position.keychain().descriptor().text());
        }
        json.put("iswatchonly", false);
        describe(json, address);
        json.put("ischange", wallet.isChange(script));
        if (position != null) {
            json.put("timestamp", position.keychain().created());
        }
        addOrigin(json);
        ArrayNode labels = json.putArray("labels");
        Label label = wallet.label(script);
        if (label != null) {
            labels.add(label.text());
        }
        return json;
    }

    private String single(Descriptor from, int index) {
        try {
            return from.textAt(index, script);
        } catch (DescriptorException e) {
            throw new IllegalStateException("what was expanded can be written", e);
        }
    }

    private void addOrigin(ObjectNode json) {
        List<Expansion.Key> keys = expansion == null ? List.of() : expansion.keys();
        if (keys.size() == 1 || !keys.isEmpty() && address instanceof Address.Taproot) {
            Expansion.Key key = keys.getFirst();
            json.put("hdkeypath", "m" + key.origin().pathText())
                    .put("hdseedid", NO_SEED_ID)
                    .put("hdmasterfingerprint", key.origin().fingerprint().hex());
        }
    }

    /** What the address is, and as far as the wallet knows it, of what. */
    private void describe(ObjectNode json, Address what) {
        OutputMethods.addForm(json, what);
        switch (what) {
            case Address.PubkeyHash(Bytes hash) -> {
                Bytes key = key(hash);
                if (key != null) {
                    json.put("pubkey", key.hex()).put("iscompressed", key.length() == PublicKeys.COMPRESSED);
                }
            }
            case Address.WitnessPubkeyHash(Bytes hash) -> {
                Bytes key = key(hash);
                if (key != null) {
                    json.put("pubkey", key.hex());
                }
            }
            case Address.ScriptHash(Bytes hash) ->
                inner().stream()
                        .filter(inner -> Hash160.hash(inner).equals(hash))
                        .findFirst()
                        .ifPresent(inner -> addInner(json, inner));
            case Address.WitnessScriptHash(Bytes hash) ->
                inner().stream()
                        .filter(inner -> Sha256.once(inner).toBytes().equals(hash))
                        .findFirst()
                        .ifPresent(inner -> addInner(json, inner));
            case Address.Taproot _, Address.PayToAnchor _, Address.WitnessUnknown _ -> {
                // Nothing more is said of these.
            }
        }
    }

    private List<Bytes> inner() {
        return expansion == null ? List.of() : expansion.inner();
    }

    private @Nullable Bytes key(Bytes hash) {
        for (Expansion.Key key : expansion == null ? List.<Expansion.Key>of() : expansion.keys()) {
            if (Hash160.hash(key.publicKey()).equals(hash)) {
                return key.publicKey();
            }
        }
        return null;
    }

    /** The script that the address is the hash of. */
    private void addInner(ObjectNode json, Bytes inner) {
        OutputScript form = OutputScript.of(inner);
        json.put("script", form.type().label()).put("hex", inner.hex());
        Address embedded = Address.ofScript(inner).orElse(null);
        if (embedded != null) {
            ObjectNode about = Json.object();
            describe(about, embedded);
            about.put("address", embedded.encode(call.chain().prefixes())).put("scriptPubKey", inner.hex());
            if (about.has("pubkey")) {
                json.set("pubkey", about.path("pubkey"));
            }
            json.set("embedded", about);
        } else if (form.type() == OutputScript.Type.MULTISIG) {
            List<Bytes> parts = form.solutions();
            json.put("sigsrequired", parts.getFirst().unsigned(0));
            json.set("pubkeys", Json.texts(parts.subList(1, parts.size() - 1)));
        }
    }
}
