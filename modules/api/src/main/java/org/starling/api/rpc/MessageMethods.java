package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.required;

import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.consensus.Address;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.consensus.WalletImportFormat;
import org.starling.consensus.script.Sighash;
import org.starling.crypto.PublicKeys;
import org.starling.wallet.Descriptor;
import org.starling.wallet.DescriptorException;
import org.starling.wallet.Expansion;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.message.LegacyMessage;
import org.starling.wallet.message.MessageVerdict;
import org.starling.wallet.message.SignedMessage;
import org.starling.wallet.psbt.KeyRing;
import org.starling.wallet.psbt.Psbt;
import org.starling.wallet.psbt.PsbtException;
import org.starling.wallet.psbt.PsbtSigner;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods that sign texts, so that somebody can prove to have the key of an address, and verify such proofs. */
final class MessageMethods {
    private static final String CATEGORY = "util";

    private MessageMethods() {}

    static List<RpcMethod> all() {
        return List.of(
                RpcMethod.of(
                        "signmessagewithprivkey",
                        CATEGORY,
                        "Signs a text with a private key; gives the signature in base64.",
                        MessageMethods::signMessageWithPrivKey,
                        required("privkey", TEXT, "the key in base58"),
                        required("message", TEXT, "the text")),
                RpcMethod.of(
                        "verifymessage",
                        CATEGORY,
                        "Whether the key of an address has signed a text.",
                        MessageMethods::verifyMessage,
                        required("address", TEXT, "an address of a public key (P2PKH)"),
                        required("signature", TEXT, "the signature in base64"),
                        required("message", TEXT, "the text")),
                RpcMethod.of(
                        "signmessagewithdescriptor",
                        CATEGORY,
                        "Signs a text for the address of a descriptor as BIP-0322 says, with the private keys in it. Not a"
                                + " method of Bitcoin Core.",
                        MessageMethods::signMessageWithDescriptor,
                        required("descriptor", TEXT, "a descriptor of one address, its checksum may be missing"),
                        required("message", TEXT, "the text")),
                RpcMethod.of(
                        "verifysignedmessage",
                        CATEGORY,
                        "Judges a text signed by any address (BIP-0322) or by a public key's in the old form, and shows which"
                                + " unspent outputs the signer has proven to control. Not a method of Bitcoin Core.",
                        MessageMethods::verifySignedMessage,
                        required("address", TEXT, "the address"),
                        required("signature", TEXT, "the signature, with its prefix smp, ful or pof if it has one"),
                        required("message", TEXT, "the text")));
    }

    private static JsonNode signMessageWithPrivKey(Call call) {
        WalletImportFormat key = SigningMethods.privateKey(call, call.text("privkey"));
        return Json.text(LegacyMessage.sign(key.key(), key.compressed(), call.text("message")));
    }

    private static JsonNode verifyMessage(Call call) {
        Address address = call.address("address", "Invalid address");
        if (!(address instanceof Address.PubkeyHash(Bytes keyHash))) {
            throw new RpcException(RpcException.TYPE_ERROR, "Address does not refer to key");
        }
        Bytes signature = base64(call.text("signature"));
        if (signature == null) {
            throw new RpcException(RpcException.TYPE_ERROR, "Malformed base64 encoding");
        }
        return Json.flag(LegacyMessage.verify(keyHash, signature, call.text("message")));
    }

    private static @Nullable Bytes base64(String text) {
        try {
            return text.length() % 4 == 0 ? Bytes.wrap(Base64.getDecoder().decode(text)) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static JsonNode signMessageWithDescriptor(Call call) {
        List<Descriptor> descriptors = OutputMethods.parse(call, call.text("descriptor"), false);
        Descriptor descriptor = descriptors.getFirst();
        List<Bytes> scripts = OutputMethods.scripts(descriptor, 0);
        if (descriptors.size() > 1 || descriptor.isRange() || scripts.size() > 1) {
            throw Call.invalid("The descriptor stands for several addresses; name one");
        }
        try {
            KeyRing keys = new KeyRing().add(descriptor.expand(0));
            return sign(call, scripts.getFirst(), keys, "The descriptor lacks private keys that have to sign");
        } catch (DescriptorException e) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, e.reason());
        }
    }

    /** Signs the message for a script as BIP-0322 says. Throws with error -5 if the keys do not suffice. */
    private static JsonNode sign(Call call, Bytes script, KeyRing keys, String complaint) {
        Psbt request = SignedMessage.request(script, call.text("message"));
        try {
            String signature = SignedMessage.encode(
                    PsbtSigner.sign(request, keys, Sighash.DEFAULT, true, SigningMethods.randomness(call)));
            if (signature == null) {
                throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, complaint);
            }
            return Json.text(signature);
        } catch (PsbtException e) {
            throw new AssertionError("the request asks for no hash type: " + e.reason(), e);
        }
    }

    /** The method that signs with a wallet's key. */
    static List<RpcMethod> ofWallets() {
        return List.of(RpcMethod.of(
                "signmessage",
                "wallet",
                "Signs a text with the key of an address of the wallet: in the old form for an address of a public key (P2PKH),"
                        + " as BIP-0322 says for any other.",
                MessageMethods::signMessage,
                required("address", TEXT, "the address"),
                required("message", TEXT, "the text")));
    }

    private static JsonNode signMessage(Call call) {
        Wallet wallet = call.wallet();
        wallet.requireUnlocked();
        Address address = call.address("address", "Invalid address");
        Expansion expansion = wallet.expansion(address.scriptPubKey(), true)
                .orElseThrow(() -> new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Private key not available"));
        if (!(address instanceof Address.PubkeyHash)) {
            return sign(call, address.scriptPubKey(), new KeyRing().add(expansion), "Private key not available");
        }
        Expansion.Key key = expansion.keys().getFirst();
        Bytes secret = key.secret();
        if (secret == null) {
            throw new RpcException(RpcException.INVALID_ADDRESS_OR_KEY, "Private key not available");
        }
        return Json.text(
                LegacyMessage.sign(secret, key.publicKey().length() == PublicKeys.COMPRESSED, call.text("message")));
    }

    private static JsonNode verifySignedMessage(Call call) {
        Address address = call.address("address", "Invalid address");
        MessageVerdict verdict =
                SignedMessage.verify(address.scriptPubKey(), call.text("message"), call.text("signature"));
        ObjectNode json = Json.object().put("state", verdict.state().name().toLowerCase(Locale.ROOT));
        if (!verdict.reason().isEmpty()) {
            json.put("reason", verdict.reason());
        }
        if (verdict.state() != MessageVerdict.State.INVALID) {
            json.put("locktime", Integer.toUnsignedLong(verdict.lockTime()));
            json.put("sequence", Integer.toUnsignedLong(verdict.sequence()));
        }
        if (!verdict.funds().isEmpty()) {
            addFunds(call, verdict.funds(), json);
        }
        return json;
    }

    private static void addFunds(Call call, List<MessageVerdict.Fund> funds, ObjectNode json) {
        List<TxIn> spends = funds.stream()
                .map(fund -> new TxIn(fund.outPoint(), Bytes.EMPTY, 0))
                .toList();
        Map<OutPoint, TxOut> coins = SigningMethods.coins(call.node(), Transaction.of(2, spends, List.of(), 0));
        long total = 0;
        ArrayNode shown = json.putArray("funds");
        for (MessageVerdict.Fund fund : funds) {
            boolean unspent = fund.output().equals(coins.get(fund.outPoint()));
            total += unspent ? fund.output().value() : 0;
            ObjectNode one = shown.addObject()
                    .put("txid", fund.outPoint().txid().toString())
                    .put("vout", Integer.toUnsignedLong(fund.outPoint().index()));
            one.set("amount", Json.amount(fund.output().value()));
            one.put("unspent", unspent);
        }
        json.set("total_unspent", Json.amount(total));
    }
}
