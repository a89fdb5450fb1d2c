package org.starling.wallet.spend;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.Money;
import org.starling.consensus.OutPoint;
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

    /** Bytes of an ECDSA signature with its hash type, between which one is taken for such. */
    private static final int SHORTEST_SIGNATURE = 60;

    private static final int LONGEST_SIGNATURE = 72;

    private final Wallet wallet;
    private final MempoolFacts facts;
    private final Feerate payFee;
    private final Randomness random;

    /** @param payFee what is paid if nothing else is said; zero to estimate */
    public FeeBump(Wallet wallet, MempoolFacts facts, Feerate payFee, Randomness random) {
        this.wallet = wallet;
        this.payFee = payFee;
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

    /**
     * Makes the replacement; recorded nowhere yet. Throws if the payment cannot be replaced.
     *
     * @param coins what those of its inputs spend that are not the wallet's, as far as it is known
     * @param sign whether to sign, which needs all inputs to be the wallet's
     */
    public Replacement draft(Hash256 txid, Wish wish, Map<OutPoint, TxOut> coins, int recentHeight, boolean sign) {
        synchronized (wallet) {
            WalletTx tx = wallet.get(txid);
            if (tx == null) {
                throw new WalletException(Kind.INVALID_KEY, "Invalid or non-wallet transaction id");
            }
            requireSense(tx.transaction(), wish);
            Transaction old = tx.transaction();
            requireUnspent(old, coins);
            requireReplaceable(tx, sign);
            Map<OutPoint, Payment.Input> inputs = inputs(old, coins);
            long oldFee = inputs.values().stream()
                            .mapToLong(input -> input.output().value())
                            .sum()
                    - old.outputs().stream().mapToLong(TxOut::value).sum();
            Payment payment = payment(old, wish);
            inputs.forEach((coin, input) -> payment.spend(coin, input.output(), input.weight(), null));
            payment.depths(1, Integer.MAX_VALUE)
                    .replaceable(wish.replaceable() == null || wish.replaceable())
                    .wholeAddresses(wallet.options().avoidPartialSpends());
            if (wish.feerate() != null) {
                requireEnough(new Size(inputs, outputs(old, wish)), oldFee, wish.feerate());
                payment.feerate(wish.feerate());
            } else {
                payment.feerate(betterRate(old, oldFee, wish)).allowBelowMinimum();
            }
            try {
                return new Replacement(new Spender(wallet, facts, random).draft(payment, recentHeight, sign), oldFee);
            } catch (WalletException e) {
                Kind kind = e.kind();
                throw kind == Kind.UNLOCK_NEEDED
                        ? e
                        : new WalletException(
                                kind == Kind.INSUFFICIENT_FUNDS ? kind : Kind.GENERAL,
                                "Unable to create transaction. " + e.getMessage());
            }
        }
    }

    private static void requireSense(Transaction old, Wish wish) {
        if (!wish.outputs().isEmpty() && wish.changeIndex().isPresent()) {
            throw new WalletException(
                    Kind.INVALID_ARGUMENT,
                    "The options 'outputs' and 'original_change_index' are incompatible. You can only either specify a"
                            + " new set of outputs, or designate a change output to be recycled.");
        }
        if (wish.changeIndex().isPresent()
                && wish.changeIndex().getAsInt() >= old.outputs().size()) {
            throw new WalletException(Kind.INVALID_ARGUMENT, "Change position is out of range");
        }
    }

    private static void requireUnspent(Transaction old, Map<OutPoint, TxOut> coins) {
        for (TxIn input : old.inputs()) {
            OutPoint coin = input.previous();
            if (!coins.containsKey(coin)) {
                throw new WalletException(
                        Kind.SPENT, coin.txid() + ":" + Integer.toUnsignedString(coin.index()) + " is already spent");
            }
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

    /** What the payment spends, and how heavy that is at most. */
    private Map<OutPoint, Payment.Input> inputs(Transaction old, Map<OutPoint, TxOut> coins) {
        Map<OutPoint, Payment.Input> inputs = new LinkedHashMap<>();
        for (TxIn input : old.inputs()) {
            OutPoint coin = input.previous();
            TxOut own = wallet.output(coin);
            TxOut output = Objects.requireNonNull(coins.get(coin));
            int known = own == null ? -1 : wallet.inputWeight(own.scriptPubKey());
            inputs.put(coin, new Payment.Input(output, known < 0 ? heaviest(input) : known, null));
        }
        return inputs;
    }

    /** Weight units of an input that others sign, as it was last time, with signatures of the longest form. */
    private static int heaviest(TxIn input) {
        int script = input.scriptSig().length();
        int weight = 4 * (40 + ByteWriter.compactSizeLength(script) + script) + 1;
        for (Bytes element : input.witness()) {
            boolean signature = element.length() > SHORTEST_SIGNATURE
                    && element.length() < LONGEST_SIGNATURE
                    && element.unsigned(0) == 0x30;
            weight +=
                    ByteWriter.compactSizeLength(element.length()) + (signature ? LONGEST_SIGNATURE : element.length());
        }
        return weight;
    }

    private static List<TxOut> outputs(Transaction old, Wish wish) {
        return wish.outputs().isEmpty()
                ? old.outputs()
                : wish.outputs().stream()
                        .map(recipient -> new TxOut(recipient.amount(), recipient.scriptPubKey()))
                        .toList();
    }

    private Payment payment(Transaction old, Wish wish) {
        List<Recipient> recipients = new ArrayList<>();
        Bytes change = null;
        List<TxOut> outputs = outputs(old, wish);
        for (int i = 0; i < outputs.size(); i++) {
            TxOut output = outputs.get(i);
            boolean isChange = wish.changeIndex().isPresent()
                    ? wish.changeIndex().getAsInt() == i
                    : wallet.isChange(output.scriptPubKey());
            if (isChange) {
                change = output.scriptPubKey();
            } else {
                recipients.add(new Recipient(output.scriptPubKey(), output.value(), false));
            }
        }
        if (recipients.isEmpty() && change != null) {
            // All that it pays is the wallet itself: that pays the fee.
            long all = outputs.stream().mapToLong(TxOut::value).sum();
            recipients.add(new Recipient(change, all, true));
            change = null;
        }
        return Payment.to(recipients).changeScript(change);
    }

    private Feerate betterRate(Transaction old, long oldFee, Wish wish) {
        Feerate least = Feerate.of(oldFee, old.virtualSize())
                .plus(new Feerate(1))
                .plus(Feerate.max(INCREMENT, facts.incremental()));
        Payment asking = Payment.to(List.of()).target(wish.target(), wish.conservative());
        if (wish.target() == null && payFee.satoshisPerKvb() > 0) {
            asking.feerate(payFee);
        }
        Feerate usual;
        try {
            usual = FeeChoice.of(asking, wallet.options(), facts).rate();
        } catch (WalletException e) {
            // No estimate: more than before is all that can be said.
            usual = Feerate.ZERO;
        }
        return Feerate.max(least, usual);
    }

    /** How large the payment is at most, if its outputs are these. */
    private record Size(Map<OutPoint, Payment.Input> inputs, List<TxOut> outputs) {
        long virtualBytes() {
            long weight = Spender.FRAME_WEIGHT
                    + 4L * ByteWriter.compactSizeLength(inputs.size())
                    + 4L * ByteWriter.compactSizeLength(outputs.size());
            weight += inputs.values().stream().mapToLong(Payment.Input::weight).sum();
            weight += outputs.stream()
                    .mapToLong(output -> 4L * output.serializedLength())
                    .sum();
            return Math.ceilDiv(weight, 4);
        }
    }

    private void requireEnough(Size size, long oldFee, Feerate rate) {
        Feerate minimum = facts.mempoolMinimum();
        if (rate.compareTo(minimum) < 0) {
            throw new WalletException(
                    Kind.GENERAL,
                    "New fee rate (" + Money.format(rate.satoshisPerKvb()) + ") is lower than the minimum fee rate ("
                            + Money.format(minimum.satoshisPerKvb()) + ") to get into the mempool -- ");
        }
        long bytes = size.virtualBytes();
        long fee = rate.fee(bytes) + facts.shortfall(size.inputs().keySet(), rate);
        long increment = facts.incremental().fee(bytes);
        if (fee < oldFee + increment) {
            throw new WalletException(
                    Kind.INVALID_ARGUMENT,
                    "Insufficient total fee " + Money.format(fee) + ", must be at least "
                            + Money.format(oldFee + increment) + " (oldFee " + Money.format(oldFee)
                            + " + incrementalFee " + Money.format(increment) + ")");
        }
        long required =
                Feerate.max(wallet.options().minFee(), facts.relayMinimum()).fee(bytes);
        if (fee < required) {
            throw new WalletException(
                    Kind.INVALID_ARGUMENT,
                    "Insufficient total fee (cannot be less than required fee " + Money.format(required) + ")");
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
