package org.starling.api.rpc;

import static org.starling.api.rpc.Parameter.Type.TEXT;
import static org.starling.api.rpc.Parameter.required;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Address;
import org.starling.consensus.WalletImportFormat;
import org.starling.crypto.Hash160;
import org.starling.crypto.RecoverableEcdsa;
import org.starling.crypto.Sha256;
import tools.jackson.databind.JsonNode;

/** Methods that sign texts, so that somebody can prove to have the key of an address, and verify such proofs. */
final class MessageMethods {
    /** What is signed begins with it, so that no signature of a text is one of a transaction. */
    private static final Bytes MAGIC = utf8("Bitcoin Signed Message:\n");

    private MessageMethods() {}

    static List<RpcMethod> all() {
        return List.of(
                RpcMethod.of(
                        "signmessagewithprivkey",
                        "util",
                        "Signs a text with a private key; gives the signature in base64.",
                        MessageMethods::signMessageWithPrivKey,
                        required("privkey", TEXT, "the key in base58"),
                        required("message", TEXT, "the text")),
                RpcMethod.of(
                        "verifymessage",
                        "util",
                        "Whether the key of an address has signed a text.",
                        MessageMethods::verifyMessage,
                        required("address", TEXT, "an address of a public key (P2PKH)"),
                        required("signature", TEXT, "the signature in base64"),
                        required("message", TEXT, "the text")));
    }

    private static JsonNode signMessageWithPrivKey(Call call) {
        WalletImportFormat key = SigningMethods.privateKey(call, call.text("privkey"));
        Bytes signature = RecoverableEcdsa.sign(key.key(), hash(call.text("message")), key.compressed());
        return Json.text(Base64.getEncoder().encodeToString(signature.toArray()));
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
        Bytes publicKey = RecoverableEcdsa.recover(signature, hash(call.text("message")));
        return Json.flag(publicKey != null && Hash160.hash(publicKey).equals(keyHash));
    }

    private static @Nullable Bytes base64(String text) {
        try {
            return text.length() % 4 == 0 ? Bytes.wrap(Base64.getDecoder().decode(text)) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static Hash256 hash(String message) {
        return Sha256.twice(
                new ByteWriter().varBytes(MAGIC).varBytes(utf8(message)).toBytes());
    }

    private static Bytes utf8(String text) {
        return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
