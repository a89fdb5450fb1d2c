package org.starling.wallet.spend;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Money;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.mempool.Feerate;
import org.starling.mempool.Policy;
import org.starling.wallet.book.TxState;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletException.Kind;
import org.starling.wallet.book.WalletTx;
import org.starling.world.Randomness;

/** Replaces a payment that is in no block by one that spends the same and pays more (BIP-0125). */
public final class FeeBump {
    /** What a replacement pays more by itself: more than most nodes ask for, as theirs may change. */
    private static final Feerate INCREMENT = new Feerate(5_000);

    private final Wallet wallet;
    private final MempoolFacts facts;
    private final Randomness random;

    public FeeBump(Wallet wallet, MempoolFacts facts, Randomness random) {
        this.wallet = wallet;
        this.facts = facts;
        this.random = random;
    }

    /**
     * How to replace it.
     *
     * @param feerate what to pay; null for what confirms within {@code target} blocks, and more than before
     * @param outputs whom to pay instead; empty for those that it pays
     * @param changeIndex the output of the payment that is change; empty to look for it
     */
    public record Wish(
            @Nullable Feerate feerate,
            @Nullable Integer target,
            boolean conservative,
            @Nullable Boolean replaceable,
            List<Recipient> outputs,
            OptionalInt changeIndex) {
        public Wish {
            outputs = List.copyOf(outputs);
        }
    }

    /** The replacement, and what the payment cost before. */
    public record Replacement(Draft draft, long oldFee) {}

    /** Makes the replacement; recorded nowhere yet. Throws if the payment cannot be replaced. */
    public Replacement draft(Hash256 txid, Wish wish, int recentHeight, boolean sign) {
        synchronized (wallet) {
            WalletTx tx = wallet.get(txid);
            if (tx == null) {
                throw new WalletException(Kind.INVALID_KEY, "Invalid or non-wallet transaction id");
            }
            Transaction old = tx.transaction();
            requireReplaceable(tx, sign);
            long oldFee = fee(old);
            Payment payment = payment(old, wish);
            payment.depths(1, Integer.MAX_VALUE).replaceable(wish.replaceable() == null || wish.replaceable());
            if (wish.feerate() != null) {
                requireEnough(old, oldFee, wish.feerate());
                payment.feerate(wish.feerate());
            } else {
                payment.feerate(betterRate(old, oldFee, wish)).allowBelowMinimum();
            }
            Draft draft = new Spender(wallet, facts, random).draft(payment, recentHeight, sign);
            return new Replacement(draft, oldFee);
        }
    }

    private void requireReplaceable(WalletTx tx, boolean sign) {
        Transaction old = tx.transaction();
        boolean spent =
                wallet.spenders(old).values().stream().flatMap(Set::stream).anyMatch(this::lives);
        if (spent) {
            throw new WalletException(Kind.INVALID_ARGUMENT, "Transaction has descendants in the wallet");
        }
        if (facts.descendants(tx.txid()) > 1) {
            throw new WalletException(Kind.INVALID_ARGUMENT, "Transaction has descendants in the mempool");
        }
        if (wallet.depth(tx) != 0) {
            throw new WalletException(
                    Kind.GENERAL, "Transaction has been mined, or is conflicted with a mined transaction");
        }
        if (!Policy.signalsReplaceability(old)) {
            throw new WalletException(Kind.GENERAL, "Transaction is not BIP 125 replaceable");
        }
        String by = tx.note(WalletTx.Note.REPLACED_BY);
        if (!by.isEmpty()) {
            throw new WalletException(
                    Kind.GENERAL,
                    "Cannot bump transaction " + tx.txid() + " which was already bumped by transaction " + by);
        }
        if (sign && old.inputs().stream().anyMatch(input -> wallet.output(input.previous()) == null)) {
            throw new WalletException(Kind.GENERAL, "Transaction contains inputs that don't belong to this wallet");
        }
    }

    private boolean lives(Hash256 txid) {
        WalletTx spender = wallet.get(txid);
        return spender != null && !spender.isAbandoned() && !(spender.state() instanceof TxState.Conflicted);
    }

    private long fee(Transaction old) {
        return wallet.debit(old)
                - old.outputs().stream().mapToLong(TxOut::value).sum();
    }

    private Payment payment(Transaction old, Wish wish) {
        List<Recipient> recipients = new ArrayList<>();
        Bytes change = null;
        for (int i = 0; i < old.outputs().size(); i++) {
            TxOut output = old.outputs().get(i);
            boolean isChange = wish.changeIndex().isPresent()
                    ? wish.changeIndex().getAsInt() == i
                    : wallet.isChange(output.scriptPubKey());
            if (isChange) {
                change = output.scriptPubKey();
            } else {
                recipients.add(new Recipient(output.scriptPubKey(), output.value(), false));
            }
        }
        if (wish.changeIndex().isPresent()
                && wish.changeIndex().getAsInt() >= old.outputs().size()) {
            throw new WalletException(Kind.INVALID_ARGUMENT, "Change position is out of range");
        }
        if (!wish.outputs().isEmpty()) {
            recipients.clear();
            recipients.addAll(wish.outputs());
        } else if (recipients.isEmpty() && change != null) {
            // All that it pays is the wallet itself: that pays the fee.
            TxOut own = old.outputs().getFirst();
            recipients.add(new Recipient(own.scriptPubKey(), own.value(), true));
            change = null;
        }
        Payment payment = Payment.to(recipients).changeScript(change);
        for (TxIn input : old.inputs()) {
            TxOut output = wallet.output(input.previous());
            if (output == null) {
                throw new WalletException(Kind.GENERAL, "Transaction contains inputs that don't belong to this wallet");
            }
            payment.spend(input.previous(), output, wallet.inputWeight(output.scriptPubKey()), null);
        }
        return payment;
    }

    private Feerate betterRate(Transaction old, long oldFee, Wish wish) {
        Feerate least = Feerate.of(oldFee, old.virtualSize())
                .plus(new Feerate(1))
                .plus(Feerate.max(INCREMENT, facts.incremental()));
        Payment asking = Payment.to(List.of()).target(wish.target(), wish.conservative());
        Feerate usual;
        try {
            usual = FeeChoice.of(asking, wallet.options(), facts).rate();
        } catch (WalletException e) {
            // No estimate: more than before is all that can be said.
            usual = Feerate.ZERO;
        }
        return Feerate.max(least, usual);
    }

    private void requireEnough(Transaction old, long oldFee, Feerate rate) {
        Feerate minimum = facts.mempoolMinimum();
        if (rate.compareTo(minimum) < 0) {
            throw new WalletException(
                    Kind.GENERAL,
                    "New fee rate (" + FeeChoice.perVbyte(rate) + ") is lower than the minimum fee rate ("
                            + FeeChoice.perVbyte(minimum) + ") to get into the mempool");
        }
        long fee = rate.fee(old.virtualSize());
        long increment = Feerate.max(INCREMENT, facts.incremental()).fee(old.virtualSize());
        long incremental = facts.incremental().fee(old.virtualSize());
        if (fee < oldFee + incremental) {
            throw new WalletException(
                    Kind.INVALID_ARGUMENT,
                    "Insufficient total fee " + Money.format(fee) + ", must be at least "
                            + Money.format(oldFee + increment) + " (oldFee " + Money.format(oldFee)
                            + " + incrementalFee " + Money.format(increment) + ")");
        }
        Feerate required = Feerate.max(wallet.options().minFee(), facts.relayMinimum());
        if (rate.compareTo(required) < 0) {
            throw new WalletException(
                    Kind.INVALID_ARGUMENT,
                    "Insufficient total fee (cannot be less than required fee "
                            + Money.format(required.fee(old.virtualSize())) + ")");
        }
        if (fee > wallet.options().maxFee()) {
            throw new WalletException(
                    Kind.GENERAL,
                    "Specified or calculated fee " + Money.format(fee)
                            + " is too high (cannot be higher than -maxtxfee "
                            + Money.format(wallet.options().maxFee()) + ")");
        }
    }
}
