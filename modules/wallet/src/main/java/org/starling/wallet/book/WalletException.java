package org.starling.wallet.book;

/** Something that a wallet will not do, with a sentence for the person who asked. */
public final class WalletException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of refusal it is; the RPC has an error code for each. */
    public enum Kind {
        /** Anything else: keys are missing, say. */
        GENERAL,
        /** An address or key that is none, or none of this wallet. */
        INVALID_KEY,
        /** An argument that makes no sense. */
        INVALID_ARGUMENT,
        /** More is to be spent than there is. */
        INSUFFICIENT_FUNDS,
        /** What a payment spends is spent by another. */
        SPENT,
        INVALID_LABEL,
        KEYPOOL_RAN_OUT,
        /** The passphrase must be entered first. */
        UNLOCK_NEEDED,
        PASSPHRASE_INCORRECT,
        WRONG_ENCRYPTION_STATE,
        NOT_FOUND,
        ALREADY_LOADED,
        ALREADY_EXISTS,
        /** What is there cannot be read. */
        INVALID_DATA
    }

    private final Kind kind;

    public WalletException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    static WalletException locked() {
        return new WalletException(
                Kind.UNLOCK_NEEDED, "Error: Please enter the wallet passphrase with walletpassphrase first.");
    }
}
