package org.starling.wallet.message;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.crypto.Hash160;
import org.starling.crypto.RecoverableEcdsa;
import org.starling.crypto.Sha256;

/** Texts signed in the old form, by one key whose hash is the address. */
public final class LegacyMessage {
    /** What is signed begins with it, so that no signature of a text is one of a transaction. */
    private static final Bytes MAGIC = utf8("Bitcoin Signed Message:\n");

    private LegacyMessage() {}

    /** The signature in base64, by a key of 32 bytes whose public key is used in 33 bytes if {@code compressed}. */
    public static String sign(Bytes secret, boolean compressed, String message) {
        Bytes signature = RecoverableEcdsa.sign(secret, hash(message), compressed);
        return Base64.getEncoder().encodeToString(signature.toArray());
    }

    /** Whether the signature (bytes, not base64) is one by the key with that hash. */
    public static boolean verify(Bytes keyHash, Bytes signature, String message) {
        Bytes publicKey = RecoverableEcdsa.recover(signature, hash(message));
        return publicKey != null && Hash160.hash(publicKey).equals(keyHash);
    }

    private static Hash256 hash(String message) {
        return Sha256.twice(
                new ByteWriter().varBytes(MAGIC).varBytes(utf8(message)).toBytes());
    }

    private static Bytes utf8(String text) {
        return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
