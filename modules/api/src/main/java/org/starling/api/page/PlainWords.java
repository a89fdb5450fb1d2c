package org.starling.api.page;

import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletException;

/** What a wallet refuses, said to a person who has never used one. */
final class PlainWords {
    private PlainWords() {}

    static RefusedException of(Wallet wallet, WalletException refused) {
        return switch (refused.kind()) {
            case UNLOCK_NEEDED -> new RefusedException("passphrase", "Enter the passphrase of this wallet.");
            case PASSPHRASE_INCORRECT ->
                new RefusedException("passphrase", "This is not the passphrase of this wallet. Nothing was done.");
            case INSUFFICIENT_FUNDS ->
                new RefusedException(
                        "amount",
                        "That is more than this wallet can pay: it has "
                                + Amounts.show(wallet.balance(0).trusted())
                                + " to spend, and the fee comes on top of the amount.");
            case SPENT -> new RefusedException("", "What this payment spends is spent in a block already.");
            case GENERAL,
                    INVALID_KEY,
                    INVALID_ARGUMENT,
                    INVALID_LABEL,
                    KEYPOOL_RAN_OUT,
                    WRONG_ENCRYPTION_STATE,
                    NOT_FOUND,
                    ALREADY_LOADED,
                    ALREADY_EXISTS,
                    INVALID_DATA -> of(refused);
        };
    }

    static RefusedException of(WalletException refused) {
        String message = String.valueOf(refused.getMessage());
        String plain = message.startsWith("Error: ") ? message.substring("Error: ".length()) : message;
        return new RefusedException("", plain.endsWith(".") ? plain : plain + ".");
    }
}
