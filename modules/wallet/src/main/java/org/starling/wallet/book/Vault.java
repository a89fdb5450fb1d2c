package org.starling.wallet.book;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.crypto.PassphraseKey;
import org.starling.crypto.SecretBox;
import org.starling.world.Randomness;

/**
 * Seals a wallet's secrets: a random data key, itself sealed under the key of the passphrase, so that another passphrase
 * leaves the records as they are.
 *
 * <pre>
 *   plain --protect--> unlocked --lock--> locked --unlock--> unlocked
 * </pre>
 *
 * <p>While locked the data key is nowhere in memory: its array is wiped.
 */
final class Vault {
    private static final Bytes PURPOSE = Bytes.copyOf(WalletRecords.VAULT);
    private static final int PLAIN = 0;
    private static final int SEALED = 1;
    private static final int FORMAT = 1;

    private final Randomness randomness;
    private @Nullable Bytes stored;
    private byte @Nullable [] dataKey;

    /** @param stored the record, null if the wallet is not encrypted */
    Vault(Randomness randomness, byte @Nullable [] stored) {
        this.randomness = randomness;
        this.stored = stored == null ? null : Bytes.wrap(stored);
    }

    boolean isEncrypted() {
        return stored != null;
    }

    boolean isLocked() {
        return stored != null && dataKey == null;
    }

    /** Begins encryption, unlocked; returns the record to store. All secrets must be sealed anew. */
    byte[] protect(byte[] passphrase) {
        byte[] key = random(SecretBox.KEY_BYTES);
        byte[] record = wrap(key, passphrase);
        dataKey = key;
        stored = Bytes.wrap(record);
        return record;
    }

    private byte[] wrap(byte[] key, byte[] passphrase) {
        PassphraseKey derivation = PassphraseKey.recommended(Bytes.wrap(random(PassphraseKey.SALT_BYTES)));
        byte[] outer = derivation.derive(passphrase);
        Bytes sealed = SecretBox.seal(outer, nonce(), PURPOSE, key);
        Arrays.fill(outer, (byte) 0);
        return new ByteWriter(128)
                .u8(FORMAT)
                .i32(derivation.memoryKib())
                .i32(derivation.passes())
                .i32(derivation.lanes())
                .varBytes(derivation.salt())
                .varBytes(sealed)
                .toArray();
    }

    /** Whether the passphrase is the one; the secrets can be opened then. */
    boolean unlock(byte[] passphrase) {
        byte[] key = dataKey(passphrase);
        if (key == null) {
            return false;
        }
        lock();
        dataKey = key;
        return true;
    }

    /** The record under another passphrase, or null if the old one is wrong. Whether it is locked stays as it is. */
    byte @Nullable [] change(byte[] oldPassphrase, byte[] newPassphrase) {
        byte[] key = dataKey(oldPassphrase);
        if (key == null) {
            return null;
        }
        byte[] record = wrap(key, newPassphrase);
        Arrays.fill(key, (byte) 0);
        stored = Bytes.wrap(record);
        return record;
    }

    private byte @Nullable [] dataKey(byte[] passphrase) {
        Bytes record = stored;
        if (record == null) {
            throw new IllegalStateException("not encrypted");
        }
        try {
            ByteReader reader = record.reader();
            if (reader.u8() != FORMAT) {
                throw new MalformedException("unknown format");
            }
            PassphraseKey derivation = new PassphraseKey(reader.i32(), reader.i32(), reader.i32(), reader.varBytes());
            Bytes sealed = reader.varBytes();
            byte[] outer = derivation.derive(passphrase);
            byte[] key = SecretBox.open(outer, PURPOSE, sealed);
            Arrays.fill(outer, (byte) 0);
            return key;
        } catch (MalformedException | IllegalArgumentException e) {
            throw WalletRecords.damaged("the record of its encryption", e);
        }
    }

    /** Wipes the data key. */
    void lock() {
        if (dataKey != null) {
            Arrays.fill(dataKey, (byte) 0);
            dataKey = null;
        }
    }

    /** The value to store for a secret. Throws if the wallet is locked. */
    byte[] seal(byte[] recordKey, byte[] secret) {
        if (stored == null) {
            return new ByteWriter(1 + secret.length).u8(PLAIN).bytes(secret).toArray();
        }
        if (dataKey == null) {
            throw WalletException.locked();
        }
        Bytes sealed = SecretBox.seal(dataKey, nonce(), Bytes.wrap(recordKey), secret);
        return new ByteWriter(1 + sealed.length()).u8(SEALED).bytes(sealed).toArray();
    }

    /** The secret of a stored value, in an array that the caller may wipe. Throws if the wallet is locked. */
    byte[] open(byte[] recordKey, byte[] value) {
        if (value.length > 0 && value[0] == PLAIN) {
            return Arrays.copyOfRange(value, 1, value.length);
        }
        if (dataKey == null) {
            throw WalletException.locked();
        }
        byte[] secret = value.length == 0
                ? null
                : SecretBox.open(
                        dataKey, Bytes.wrap(recordKey), Bytes.wrap(value).from(1));
        if (secret == null) {
            throw WalletRecords.damaged("a sealed secret", new MalformedException("forged"));
        }
        return secret;
    }

    private Bytes nonce() {
        return Bytes.wrap(random(SecretBox.NONCE_BYTES));
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        randomness.fill(bytes);
        return bytes;
    }
}
