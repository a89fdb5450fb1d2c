package org.starling.wallet.book;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.consensus.OutPoint;

/**
 * The keys under which a wallet's file holds its records. The first byte tells the kind:
 *
 * <pre>
 *   w            what the wallet is: format, flags, birth
 *   v            how the secrets are sealed; absent if they are not
 *   e            secret: the random bytes of the seed words
 *   k keychain   a descriptor without private keys, and how far it is used
 *   x keychain   secret: the same descriptor with its private keys
 *   h keychain   the extended public keys that it begins at, and of which the private key is here
 *   s keychain n output scripts at an index, where they follow from private keys only
 *   t txid       a transaction
 *   a script     what an address is called and for what it is
 *   u script     coins were spent that this script had received
 *   c outpoint   a coin that is not to be spent
 *   p            the block up to which the wallet knows the chain
 * </pre>
 *
 * <p>A secret is preceded by 0 if it is plain and by 1 if it is sealed.
 */
final class WalletRecords {
    static final byte META = 'w';
    static final byte VAULT = 'v';
    static final byte WORDS = 'e';
    static final byte KEYCHAIN = 'k';
    static final byte SECRET = 'x';
    static final byte ROOTS = 'h';
    static final byte SCRIPTS = 's';
    static final byte TRANSACTION = 't';
    static final byte ADDRESS = 'a';
    static final byte USED = 'u';
    static final byte FROZEN = 'c';
    static final byte PLACE = 'p';

    private WalletRecords() {}

    static byte[] key(byte kind) {
        return new byte[] {kind};
    }

    static byte[] key(byte kind, Bytes rest) {
        return new ByteWriter(1 + rest.length()).u8(kind).bytes(rest).toArray();
    }

    static byte[] key(byte kind, Hash256 hash) {
        return new ByteWriter(1 + Hash256.BYTES).u8(kind).hash256(hash).toArray();
    }

    static byte[] key(byte kind, OutPoint outPoint) {
        ByteWriter writer = new ByteWriter(1 + OutPoint.BYTES).u8(kind);
        outPoint.write(writer);
        return writer.toArray();
    }

    static byte[] scriptsKey(Bytes keychain, int index) {
        return new ByteWriter(64)
                .u8(SCRIPTS)
                .bytes(keychain)
                .i32(Integer.reverseBytes(index))
                .toArray();
    }

    static void text(ByteWriter writer, String text) {
        writer.varBytes(Bytes.wrap(text.getBytes(UTF_8)));
    }

    static String text(ByteReader reader) throws MalformedException {
        return new String(reader.varBytes().toArray(), UTF_8);
    }

    static WalletException damaged(String what, Exception cause) {
        WalletException exception = new WalletException(
                WalletException.Kind.INVALID_DATA,
                "The wallet's file is damaged at " + what + "; restore it from a backup or from the seed words");
        exception.initCause(cause);
        return exception;
    }
}
