package org.starling.wallet.book;

/** What a wallet is, for good or until its owner changes it; each has a bit in the wallet's file. */
public enum WalletFlag {
    /** Coins received again by an address that was spent from are kept apart, so that payments are not linked. */
    AVOID_REUSE("avoid_reuse", 0),
    /** It never holds private keys: it watches. */
    DISABLE_PRIVATE_KEYS("disable_private_keys", 1),
    /** It was made without keys, to be given some. */
    BLANK("blank", 2),
    /** It makes its own keys from seed words. */
    SEED_WORDS("seed_words", 3);

    private final String label;
    private final int bit;

    WalletFlag(String label, int bit) {
        this.label = label;
        this.bit = bit;
    }

    /** As the RPC names it. */
    public String label() {
        return label;
    }

    long mask() {
        return 1L << bit;
    }
}
