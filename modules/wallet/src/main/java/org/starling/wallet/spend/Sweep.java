package org.starling.wallet.spend;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.starling.bytes.Bytes;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.mempool.Feerate;
import org.starling.mempool.Policy;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletException.Kind;
import org.starling.wallet.book.WalletOptions;

/** Spends coins wholly: what the fee and the outputs of a set amount leave is shared among the other outputs. */
public final class Sweep {
    private final WalletOptions options;
    private final MempoolFacts facts;

    public Sweep(WalletOptions options, MempoolFacts facts) {
        this.options = options;
        this.facts = facts;
    }

    /**
     * A coin that is spent.
     *
     * @param weight units of its input, at most
     */
    public record Coin(TxIn input, TxOut output, int weight) {}

    /**
     * The transaction, unsigned.
     *
     * @param open scripts of the outputs that share the rest, among those of {@code outputs}
     * @param worthwhile whether coins were left out that cost more than they hold; for the message if there is too little
     */
    public Transaction draft(
            List<Coin> coins,
            List<TxOut> outputs,
            Set<Bytes> open,
            Feerate rate,
            int version,
            int lockTime,
            boolean worthwhile) {
        List<TxIn> inputs = coins.stream().map(Coin::input).toList();
        long weight = Transaction.of(version, inputs, outputs, lockTime).weight()
                + coins.stream().mapToLong(coin -> coin.weight() - 4L * 41).sum()
                + 2;
        long fee = rate.fee(Math.ceilDiv(weight, 4));
        long value = coins.stream().mapToLong(coin -> coin.output().value()).sum();
        List<OutPoint> spent = inputs.stream().map(TxIn::previous).toList();
        long effective = value - fee - facts.shortfall(spent, rate);
        if (fee > options.maxFee()) {
            throw new WalletException(
                    Kind.GENERAL, "Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)");
        }
        if (effective <= 0) {
            throw new WalletException(
                    Kind.INSUFFICIENT_FUNDS,
                    worthwhile
                            ? "Total value of UTXO pool too low to pay for transaction, try using lower feerate."
                            : "Total value of UTXO pool too low to pay for transaction. Try using lower feerate or"
                                    + " excluding uneconomic UTXOs with 'send_max' option.");
        }
        if (weight > Payment.DEFAULT_MAX_WEIGHT) {
            throw new WalletException(Kind.GENERAL, "Transaction too large.");
        }
        long set = outputs.stream()
                .filter(output -> !open.contains(output.scriptPubKey()))
                .mapToLong(TxOut::value)
                .sum();
        if (set > value) {
            throw new WalletException(Kind.INSUFFICIENT_FUNDS, "Assigned more value to outputs than available funds.");
        }
        if (set > effective) {
            throw new WalletException(
                    Kind.INSUFFICIENT_FUNDS, "Insufficient funds for fees after creating specified outputs.");
        }
        return Transaction.of(version, inputs, shared(outputs, open, effective - set), lockTime);
    }

    /** Whether an output is too small to be relayed. */
    public boolean isDust(TxOut output) {
        return output.value() < Policy.dustThreshold(output, facts.dust());
    }

    /** The outputs, the open ones with equal shares of the rest; what does not divide goes to the first. */
    private List<TxOut> shared(List<TxOut> outputs, Set<Bytes> open, long rest) {
        List<TxOut> all = new ArrayList<>();
        long odd = rest % open.size();
        for (TxOut output : outputs) {
            boolean isOpen = open.contains(output.scriptPubKey());
            TxOut paid = output;
            if (isOpen) {
                paid = new TxOut(rest / open.size() + odd, output.scriptPubKey());
                odd = 0;
            }
            if (isOpen && isDust(paid)) {
                throw new WalletException(
                        Kind.INSUFFICIENT_FUNDS, "Dynamically assigned remainder results in dust output.");
            }
            all.add(paid);
        }
        return all;
    }
}
