package org.starling.api.page;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows of a node's wallets at one moment. Amounts are in satoshis, times in seconds since 1970.
 *
 * @param money {@code real}, {@code test} for coins of a public test network, {@code play} for those of one's own
 * @param network its name in a sentence
 * @param wallets all that are in the node's folder or loaded, sorted by name
 * @param shown the one that is looked at; null if none is loaded
 * @param restoring the one that is being restored, or could not be; null if there is none such
 */
public record WalletState(
        String money,
        String network,
        List<Name> wallets,
        @Nullable Shown shown,
        @Nullable Restoring restoring) {
    public WalletState {
        wallets = List.copyOf(wallets);
    }

    /** A wallet by name, and whether it is loaded. */
    public record Name(String name, boolean loaded) {}

    /**
     * A wallet.
     *
     * @param locked whether its passphrase is asked for before it pays
     * @param watches whether it has no private keys
     * @param hasWords whether it was made of seed words
     * @param available what it can pay with
     * @param pending what others have sent and no block has yet
     * @param immature newly mined
     * @param scanned how much of a rescan is done, 0 to 1; -1 if none is under way
     * @param history the latest of {@code count} payments, the newest first
     * @param addresses that were given to others, the newest first
     */
    public record Shown(
            String name,
            boolean encrypted,
            boolean locked,
            boolean watches,
            boolean hasWords,
            long available,
            long pending,
            long immature,
            double scanned,
            int count,
            List<Entry> history,
            List<Given> addresses) {
        public Shown {
            history = List.copyOf(history);
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * A transaction.
     *
     * @param kind {@code received}, {@code sent}, {@code moved} within the wallet, {@code mined}
     * @param amount what others paid or were paid; of {@code moved} what came back
     * @param fee what the wallet paid for it; 0 if others did
     * @param addresses where it went, or came in
     * @param state {@code confirmed}, {@code waiting} in the mempool, {@code unsent} if it is not even there,
     *     {@code young} if it is mined and cannot be spent yet, {@code replaced}, {@code displaced}, {@code abandoned}
     * @param confirmations negative if a block has another in its place
     * @param matures blocks until it can be spent
     * @param bumpable whether its fee can be raised
     */
    public record Entry(
            String txid,
            String kind,
            long amount,
            long fee,
            String label,
            List<String> addresses,
            String state,
            int confirmations,
            int matures,
            long time,
            boolean bumpable) {
        public Entry {
            addresses = List.copyOf(addresses);
        }
    }

    /** An address of the wallet that was given out, and what it received. */
    public record Given(String address, String label, long received) {}

    /**
     * A wallet that is looking for its coins in the chain.
     *
     * @param progress from 0 to 1
     * @param error why it failed; empty while it goes on
     */
    public record Restoring(String name, double progress, String error) {}
}
