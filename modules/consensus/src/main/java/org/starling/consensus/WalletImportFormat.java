package org.starling.consensus;

import java.util.Optional;
import org.starling.bytes.Base58;
import org.starling.bytes.Bytes;
import org.starling.consensus.ChainParams.AddressPrefixes;

/**
 * A private key as text (WIF): base58 of a version byte, the key and, if its public key is used compressed, a byte 1.
 *
 * @param key 32 bytes; that they are a valid scalar is for the one who uses it to check
 */
public record WalletImportFormat(Bytes key, boolean compressed) {
    private static final int KEY_BYTES = 32;

    public WalletImportFormat {
        if (key.length() != KEY_BYTES) {
            throw new IllegalArgumentException("a private key has 32 bytes, not " + key.length());
        }
    }

    public String encode(AddressPrefixes prefixes) {
        Bytes version = Bytes.copyOf((byte) prefixes.secretKey());
        return Base58.encodeChecked(
                compressed ? Bytes.concat(version, key, Bytes.copyOf((byte) 1)) : Bytes.concat(version, key));
    }

    /** Empty unless the text is a private key of the chain with these prefixes. */
    public static Optional<WalletImportFormat> decode(String text, AddressPrefixes prefixes) {
        return Base58.decodeChecked(text.strip(), 2 + KEY_BYTES)
                .filter(data -> data.length() == 1 + KEY_BYTES
                        || data.length() == 2 + KEY_BYTES && data.get(1 + KEY_BYTES) == 1)
                .filter(data -> data.unsigned(0) == prefixes.secretKey())
                .map(data -> new WalletImportFormat(data.slice(1, 1 + KEY_BYTES), data.length() == 2 + KEY_BYTES));
    }

    /** Says nothing of the key, so that it gets into no log. */
    @Override
    public String toString() {
        return "WalletImportFormat[compressed=" + compressed + "]";
    }
}
