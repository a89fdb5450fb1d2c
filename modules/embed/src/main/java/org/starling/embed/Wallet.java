package org.starling.embed;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Address;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.mempool.Feerate;
import org.starling.node.wallet.Payments;
import org.starling.node.wallet.Wallets;
import org.starling.wallet.book.Balance;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletTx;
import org.starling.wallet.seed.Mnemonic;
import org.starling.wallet.spend.Draft;
import org.starling.wallet.spend.Payment;
import org.starling.wallet.spend.Recipient;

/**
 * A wallet of an embedded node. Amounts are in satoshis. All methods are safe for any thread; what cannot be done is a
 * {@link WalletException} with a sentence for people.
 */
public final class Wallet {
    private final Wallets wallets;
    private final org.starling.wallet.book.Wallet wallet;

    Wallet(Wallets wallets, org.starling.wallet.book.Wallet wallet) {
        this.wallets = wallets;
        this.wallet = wallet;
    }

    public String name() {
        return wallet.name();
    }

    /**
     * The words (BIP-0039) from which {@link Node#restoreWallet} makes the wallet anew: all that must be kept of it. Empty if
     * it was not made from words.
     */
    public String words() {
        return wallet.secrets().words().map(Mnemonic::sentence).orElse("");
    }

    /** An address that nobody was given yet, a Taproot one. */
    public String newAddress() {
        return newAddress("");
    }

    /** An address that nobody was given yet, with a label for one's own use. */
    public String newAddress(String label) {
        Bytes script = wallet.newAddress(wallet.options().typeForPeople(), label);
        return Address.ofScript(script).orElseThrow().encode(wallet.chain().prefixes());
    }

    /** What it holds: what can be spent, what others sent that is in no block yet, what was mined too recently. */
    public Balance balance() {
        return wallet.balance(0);
    }

    /**
     * What an address of the wallet received, whether it was spent since or not.
     *
     * @param depth blocks, with the payment's own, that make a payment count; 0 to count those in no block yet too
     * @throws WalletException if the address is not the wallet's
     */
    public long received(String address, int depth) {
        Bytes script = script(address);
        if (!wallet.isMine(script)) {
            throw new WalletException(WalletException.Kind.GENERAL, address + " is no address of this wallet");
        }
        synchronized (wallet) {
            return wallet.transactions().stream()
                    .filter(tx -> !tx.isAbandoned() && wallet.depth(tx) >= depth)
                    .flatMap(tx -> tx.transaction().outputs().stream())
                    .filter(output -> output.scriptPubKey().equals(script))
                    .mapToLong(TxOut::value)
                    .sum();
        }
    }

    private Bytes script(String address) {
        Address.Decoded decoded = Address.decode(address, wallet.chain().prefixes());
        Address target = decoded.address();
        if (target == null) {
            throw new WalletException(
                    WalletException.Kind.GENERAL,
                    "\"" + address + "\" is no address of this chain: " + decoded.error());
        }
        return target.scriptPubKey();
    }

    /** All payments to and from it, the oldest first. */
    public List<WalletTx> history() {
        return wallet.transactions();
    }

    /** The payment of that txid, if it concerns the wallet. */
    public @Nullable WalletTx transaction(Hash256 txid) {
        return wallet.get(txid);
    }

    /** Pays an amount to an address, and sends the payment. The fee is what the node thinks that it takes. */
    public Transaction pay(String address, long satoshis) {
        return pay(address, satoshis, null);
    }

    /**
     * Pays an amount to an address, and sends the payment.
     *
     * @param feerate what is paid for its size besides; null for what the node thinks that it takes
     */
    public Transaction pay(String address, long satoshis, @Nullable Feerate feerate) {
        Bytes target = script(address);
        Payments payments = wallets.payments();
        Payment payment =
                Payment.to(List.of(new Recipient(target, satoshis, false))).feerate(feerate);
        Transaction transaction;
        synchronized (wallet) {
            Draft draft = payments.draft(wallet, payment, true);
            transaction = draft.transaction();
            payments.record(wallet, transaction, Map.of());
        }
        payments.broadcast(wallet, transaction);
        return transaction;
    }

    /** The wallet with all that it can do, on the terms that are written there. */
    public org.starling.wallet.book.Wallet parts() {
        return wallet;
    }
}
