package org.starling.wallet.book;

import java.util.Arrays;
import java.util.Optional;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.MalformedException;
import org.starling.wallet.book.WalletException.Kind;
import org.starling.wallet.seed.Mnemonic;

/** The private keys and seed words of a wallet: whether a passphrase protects them, and for how long they are open. */
public final class Secrets {
    private static final byte[] WORDS = WalletRecords.key(WalletRecords.WORDS);

    private final Wallet wallet;
    private final Vault vault;
    private final KeyBook keys;
    private long openUntilMillis;

    Secrets(Wallet wallet, Vault vault, KeyBook keys) {
        this.wallet = wallet;
        this.vault = vault;
        this.keys = keys;
    }

    public boolean isEncrypted() {
        synchronized (wallet) {
            return vault.isEncrypted();
        }
    }

    public boolean isLocked() {
        synchronized (wallet) {
            return vault.isLocked();
        }
    }

    void requireOpen() {
        if (isLocked()) {
            throw WalletException.locked();
        }
    }

    /** Seals all secrets with a passphrase; they are locked then. The array stays the caller's, to be wiped. */
    public void encrypt(byte[] passphrase) {
        synchronized (wallet) {
            if (vault.isEncrypted()) {
                throw new WalletException(
                        Kind.WRONG_ENCRYPTION_STATE,
                        "Error: running with an encrypted wallet, but encryptwallet was called.");
            }
            wallet.changeOwn(batch -> {
                batch.put(WalletRecords.key(WalletRecords.VAULT), vault.protect(passphrase));
                keys.sealAll(batch);
                byte[] words = wallet.store().get(WORDS);
                if (words != null) {
                    byte[] plain = Arrays.copyOfRange(words, 1, words.length);
                    batch.put(WORDS, vault.seal(WORDS, plain));
                    Arrays.fill(plain, (byte) 0);
                }
                return true;
            });
            vault.lock();
        }
    }

    /** Opens the secrets until that time, in milliseconds since 1970. */
    public void unlock(byte[] passphrase, long untilMillis) {
        synchronized (wallet) {
            requireEncrypted("walletpassphrase");
            if (!vault.unlock(passphrase)) {
                throw wrongPassphrase();
            }
            openUntilMillis = untilMillis;
            wallet.changeOwn(batch -> {
                keys.topUpAll(batch, 0);
                return true;
            });
        }
    }

    private static WalletException wrongPassphrase() {
        return new WalletException(Kind.PASSPHRASE_INCORRECT, "Error: The wallet passphrase entered was incorrect.");
    }

    private void requireEncrypted(String method) {
        if (!vault.isEncrypted()) {
            throw new WalletException(
                    Kind.WRONG_ENCRYPTION_STATE,
                    "Error: running with an unencrypted wallet, but " + method + " was called.");
        }
    }

    public void lock() {
        synchronized (wallet) {
            requireEncrypted("walletlock");
            wipe();
        }
    }

    void wipe() {
        vault.lock();
        openUntilMillis = 0;
    }

    /** Locks them if their time has come. */
    public void tick(long nowMillis) {
        synchronized (wallet) {
            if (openUntilMillis != 0 && nowMillis >= openUntilMillis) {
                wipe();
            }
        }
    }

    /** Until when they are open, in milliseconds since 1970; 0 if they are locked. */
    public long openUntilMillis() {
        synchronized (wallet) {
            return openUntilMillis;
        }
    }

    public void changePassphrase(byte[] old, byte[] changed) {
        synchronized (wallet) {
            requireEncrypted("walletpassphrasechange");
            byte[] record = vault.change(old, changed);
            if (record == null) {
                throw wrongPassphrase();
            }
            wallet.changeOwn(batch -> batch.put(WalletRecords.key(WalletRecords.VAULT), record));
        }
    }

    /**
     * Gives the wallet the keys that follow from seed words: account 0 of each kind of address, receiving and change.
     *
     * @param passphrase the further word of BIP-0039; empty for none
     * @param created no coin of them is older, in seconds since 1970
     */
    public void adopt(Mnemonic words, String passphrase, long created) {
        synchronized (wallet) {
            requireOpen();
            wallet.changeOwn(batch -> {
                for (SeedKeychains.Made made : SeedKeychains.of(words.seed(passphrase), wallet.chain())) {
                    Keychain fresh = new Keychain(
                            made.descriptor().normalized(wallet.chain().prefixes()),
                            created,
                            0,
                            0,
                            0,
                            made.type(),
                            made.internal());
                    keys.put(batch, fresh, made.descriptor());
                    keys.topUp(batch, fresh, 0);
                }
                ByteWriter secret = new ByteWriter().varBytes(words.entropy());
                WalletRecords.text(secret, passphrase);
                batch.put(WORDS, vault.seal(WORDS, secret.toArray()));
                wallet.mark(batch, WalletFlag.SEED_WORDS, true);
                wallet.mark(batch, WalletFlag.BLANK, false);
                return true;
            });
        }
    }

    /**
     * As above, with the keys sealed by a passphrase before they are written, and locked then.
     *
     * @param seal the passphrase in UTF-8, empty to seal nothing; the array stays the caller's, to be wiped
     */
    public void adopt(Mnemonic words, String passphrase, byte[] seal, long created) {
        synchronized (wallet) {
            if (seal.length > 0) {
                encrypt(seal);
                unlock(seal, Long.MAX_VALUE);
            }
            adopt(words, passphrase, created);
            if (seal.length > 0) {
                lock();
            }
        }
    }

    /** The words that the keys follow from, if they do. Throws if they are locked. */
    public Optional<Mnemonic> words() {
        synchronized (wallet) {
            byte[] value = wallet.store().get(WORDS);
            if (value == null) {
                return Optional.empty();
            }
            byte[] secret = vault.open(WORDS, value);
            try {
                return Optional.of(Mnemonic.of(new ByteReader(secret).varBytes()));
            } catch (MalformedException e) {
                throw WalletRecords.damaged("the seed words", e);
            }
        }
    }
}
