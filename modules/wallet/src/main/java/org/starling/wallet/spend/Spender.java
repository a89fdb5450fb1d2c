package org.starling.wallet.spend;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.OutputScript;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.mempool.Feerate;
import org.starling.mempool.Policy;
import org.starling.wallet.OutputType;
import org.starling.wallet.book.Wallet;
import org.starling.wallet.book.WalletCoin;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletException.Kind;
import org.starling.wallet.book.WalletOptions;
import org.starling.world.Randomness;

/** Makes transactions of payments: chooses coins and fee, adds change, hides what can be hidden, and signs. */
public final class Spender {
    /** Version, lock time, and the counts of a witness transaction's marker and flag in weight units. */
    static final int FRAME_WEIGHT = 4 * 8 + 2;

    /** Of a transaction that is relayed: 65 bytes. */
    private static final int LEAST_MAX_WEIGHT = 4 * 65;

    /** Change aims to look like a payment: between these, in satoshis. */
    private static final long CHANGE_LOWER = 50_000;

    private static final long CHANGE_UPPER = 1_000_000;

    /** One in so many payments has a lock time some blocks back, as if it had been kept for a while. */
    private static final int LOCK_TIME_SCATTER = 10;

    private static final int LOCK_TIME_BLOCKS_BACK = 100;

    private static final int REPLACEABLE = 0xfffffffd;
    private static final int NOT_FINAL = 0xfffffffe;

    private final Wallet wallet;
    private final MempoolFacts facts;
    private final Randomness random;

    public Spender(Wallet wallet, MempoolFacts facts, Randomness random) {
        this.wallet = wallet;
        this.facts = facts;
        this.random = random;
    }

    /** What a payment pays for its size. Throws if that cannot be told, or is too little. */
    public static Feerate rate(Payment payment, WalletOptions options, MempoolFacts facts) {
        return FeeChoice.of(payment, options, facts).rate();
    }

    /**
     * The payment as a signed transaction; unsigned if the wallet has no keys for it.
     *
     * @param recentHeight the height of the tip if that is recent, so that a later block alone can hold the payment and
     *     no miner gains by replacing the tip; -1 otherwise
     * @param sign whether to sign; throws then if that cannot be done
     */
    public Draft draft(Payment payment, int recentHeight, boolean sign) {
        synchronized (wallet) {
            if (sign) {
                wallet.requireUnlocked();
            }
            Bytes change = payment.changeScript();
            boolean whole = payment.takesWholeAddresses();
            Draft draft = new Making(payment, recentHeight, change, whole).make(sign);
            long more = wallet.options().maxWholeAddressFee();
            if (whole || more < 0 || !payment.addsInputs()) {
                return draft;
            }
            return Objects.requireNonNullElse(wholeAddresses(payment, recentHeight, draft, more, sign), draft);
        }
    }

    /** The payment with all coins of each address, unless that cannot be or costs too much; null then. */
    private @Nullable Draft wholeAddresses(
            Payment payment, int recentHeight, Draft draft, long mostMore, boolean sign) {
        int at = draft.changePosition();
        Bytes change = at < 0
                ? payment.changeScript()
                : draft.transaction().outputs().get(at).scriptPubKey();
        try {
            Draft whole = new Making(payment, recentHeight, change, true).make(sign);
            return whole.fee() <= draft.fee() + mostMore ? whole : null;
        } catch (WalletException e) {
            return null;
        }
    }

    /** One payment on its way. */
    private final class Making {
        private final Payment payment;
        private final int recentHeight;
        private final @Nullable Bytes givenChange;
        private final boolean whole;
        private final WalletOptions options = wallet.options();
        private final FeeChoice fee;
        private final long amounts;
        private final boolean feeBeside;
        private final Map<OutPoint, Payment.Input> inputs;

        /**
         * @param changeScript where change goes; null for a new address
         * @param whole whether all coins of an address are spent or none
         */
        Making(Payment payment, int recentHeight, @Nullable Bytes changeScript, boolean whole) {
            this.givenChange = changeScript;
            this.whole = whole;
            this.payment = payment;
            this.recentHeight = recentHeight;
            this.fee = FeeChoice.of(payment, options, facts);
            this.amounts =
                    payment.recipients().stream().mapToLong(Recipient::amount).sum();
            this.feeBeside = payment.recipients().stream().noneMatch(Recipient::paysFee);
            this.inputs = new LinkedHashMap<>(payment.inputs());
        }

        Draft make(boolean sign) {
            requireSensibleWeight();
            if (payment.recipients().isEmpty()) {
                throw new WalletException(Kind.INVALID_ARGUMENT, "Transaction must have at least one recipient");
            }
            for (Recipient recipient : payment.recipients()) {
                requireNoDust(recipient, recipient.amount(), "Transaction amount too small");
            }
            OutputType changeType = changeType();
            Bytes changeScript = givenChange == null ? peekChange(changeType) : givenChange;
            TxOut change = new TxOut(0, changeScript);
            Feerate discard = FeeChoice.discard(options, facts);
            long spendChange = Math.ceilDiv(Math.max(spendWeight(changeScript), 4 * 41), 4);
            long leastChange = Math.max(Policy.dustThreshold(change, facts.dust()), discard.fee(spendChange) + 1);
            choose(change, discard.fee(spendChange));

            long value = inputs.values().stream()
                    .mapToLong(input -> input.output().value())
                    .sum();
            long feeWithout = feeFor(outputWeight());
            long feeWith = feeFor(outputWeight() + 4L * change.serializedLength());
            long rest = value - amounts - (feeBeside ? feeWith : 0);
            boolean hasChange = rest >= leastChange;
            if (hasChange && changeScript.isEmpty()) {
                throw new WalletException(
                        Kind.GENERAL,
                        "Transaction needs a change address, but we can't generate it. Error: No " + changeType.label()
                                + " addresses available.");
            }
            List<TxOut> outputs = outputs(hasChange ? feeWith : feeWithout, value, hasChange);
            if (!hasChange && value < outputs.stream().mapToLong(TxOut::value).sum() + (feeBeside ? feeWithout : 0)) {
                throw new WalletException(Kind.INSUFFICIENT_FUNDS, "Insufficient funds");
            }
            int changePosition = -1;
            if (hasChange) {
                changePosition = payment.changePosition().orElseGet(() -> random.below(outputs.size() + 1));
                if (changePosition > outputs.size()) {
                    throw new WalletException(Kind.INVALID_ARGUMENT, "Transaction change output index out of range");
                }
                outputs.add(changePosition, new TxOut(rest, changeScript));
                if (givenChange == null && payment.takesChangeAddress()) {
                    Bytes _ = wallet.newChange(changeType);
                }
            }
            return finish(outputs, value, changePosition, sign);
        }

        /** Without keys for change there may still be payments that need none. */
        private Bytes peekChange(OutputType type) {
            if (!wallet.canGive(type, true)) {
                return Bytes.EMPTY;
            }
            try {
                return wallet.peekChange(type);
            } catch (WalletException e) {
                if (e.kind() == Kind.UNLOCK_NEEDED) {
                    return Bytes.EMPTY; // further addresses follow from keys that are locked
                }
                throw e;
            }
        }

        /** Like what is paid where the wallet has that, so that change does not stand out. */
        private OutputType changeType() {
            OutputType asked = payment.changeType() == null ? options.changeType() : payment.changeType();
            if (asked != null) {
                return asked;
            }
            List<OutputType> likes = new ArrayList<>();
            for (Recipient recipient : payment.recipients()) {
                likes.add(
                        switch (OutputScript.of(recipient.scriptPubKey()).type()) {
                            case WITNESS_V1_TAPROOT -> OutputType.BECH32M;
                            case WITNESS_V0_KEYHASH, WITNESS_V0_SCRIPTHASH -> OutputType.BECH32;
                            case SCRIPTHASH -> OutputType.P2SH_SEGWIT;
                            case PUBKEY, PUBKEYHASH, MULTISIG, NULLDATA, NONSTANDARD, ANCHOR, WITNESS_UNKNOWN ->
                                OutputType.LEGACY;
                        });
            }
            for (OutputType type : List.of(OutputType.BECH32M, OutputType.BECH32, OutputType.P2SH_SEGWIT)) {
                if (likes.contains(type) && wallet.canGive(type, true)) {
                    return type;
                }
            }
            if (wallet.canGive(options.typeForPeople(), true)) {
                return options.typeForPeople();
            }
            for (OutputType type :
                    List.of(OutputType.BECH32M, OutputType.BECH32, OutputType.P2SH_SEGWIT, OutputType.LEGACY)) {
                if (wallet.canGive(type, true)) {
                    return type;
                }
            }
            return options.typeForPeople();
        }

        private int spendWeight(Bytes changeScript) {
            int weight = wallet.inputWeight(changeScript);
            return weight < 0 ? 4 * 68 : weight;
        }

        /** Adds coins to those chosen by hand until they suffice. */
        private void choose(TxOut change, long costToSpend) {
            long effective = 0;
            long weight = 0;
            for (Payment.Input input : inputs.values()) {
                long size = Math.ceilDiv(input.weight(), 4);
                effective += input.output().value() - (feeBeside ? fee.rate().fee(size) : 0);
                weight += input.weight();
            }
            effective -= feeBeside ? facts.shortfall(inputs.keySet(), fee.rate()) : 0;
            long frame = Math.ceilDiv(FRAME_WEIGHT + 8 + outputWeight(), 4);
            long target = amounts + (feeBeside ? fee.rate().fee(frame) : 0) - effective;
            if (target == 0 && inputs.isEmpty()) {
                throw new WalletException(
                        Kind.GENERAL,
                        "Transaction requires one destination of non-0 value, a non-0 feerate, or a pre-selected input");
            }
            if (target <= 0 && !inputs.isEmpty()) {
                return;
            }
            if (!payment.addsInputs()) {
                throw new WalletException(
                        Kind.INSUFFICIENT_FUNDS,
                        "The preselected coins total amount does not cover the transaction target. Please allow other"
                                + " inputs to be automatically selected or include more coins manually");
            }
            long room = payment.maxWeight() - 4 * frame;
            long changeWeight = 4L * change.serializedLength();
            if (room <= 0) {
                throw new WalletException(
                        Kind.GENERAL, "Maximum transaction weight is less than transaction weight without inputs");
            }
            if (room < changeWeight) {
                throw new WalletException(
                        Kind.GENERAL, "Maximum transaction weight is too low, can not accommodate change output");
            }
            long changeFee = fee.rate().fee(change.serializedLength());
            CoinSelection selection = new CoinSelection(
                    target,
                    changeFee + costToSpend,
                    changeTarget() + changeFee,
                    room - changeWeight - weight,
                    feeBeside,
                    random);
            Candidates candidates =
                    new Candidates(payment, options, facts, fee.rate(), feeBeside, whole, wallet.coins());
            List<WalletCoin> chosen = new ArrayList<>();
            candidates.choose(selection).groups().forEach(group -> chosen.addAll(group.coins()));
            for (int i = chosen.size() - 1; i > 0; i--) {
                Collections.swap(chosen, i, random.below(i + 1));
            }
            chosen.forEach(
                    coin -> inputs.put(coin.outPoint(), new Payment.Input(coin.output(), coin.inputWeight(), null)));
        }

        private long changeTarget() {
            long average = amounts / payment.recipients().size();
            long upper = Math.min(2 * average, CHANGE_UPPER);
            return upper <= CHANGE_LOWER ? CHANGE_LOWER : CHANGE_LOWER + random.below(upper - CHANGE_LOWER);
        }

        private void requireSensibleWeight() {
            long asked = payment.askedWeight();
            if (asked < LEAST_MAX_WEIGHT || asked > Payment.DEFAULT_MAX_WEIGHT) {
                throw new WalletException(
                        Kind.GENERAL,
                        "Maximum transaction weight must be between " + LEAST_MAX_WEIGHT + " and "
                                + Payment.DEFAULT_MAX_WEIGHT);
            }
        }

        /** Weight units of the signed transaction, at most. */
        private long weightWith(List<TxOut> outputs) {
            long weight = FRAME_WEIGHT
                    + 4L * ByteWriter.compactSizeLength(inputs.size())
                    + 4L * ByteWriter.compactSizeLength(outputs.size());
            for (Payment.Input input : inputs.values()) {
                weight += input.weight();
            }
            for (TxOut output : outputs) {
                weight += 4L * output.serializedLength();
            }
            return weight;
        }

        private long outputWeight() {
            long weight = 0;
            for (Recipient recipient : payment.recipients()) {
                weight += 4L * new TxOut(recipient.amount(), recipient.scriptPubKey()).serializedLength();
            }
            return weight;
        }

        /** The fee of the inputs with outputs of that weight, and what unconfirmed ancestors lack. */
        private long feeFor(long outputsWeight) {
            int counts = ByteWriter.compactSizeLength(inputs.size())
                    + ByteWriter.compactSizeLength(payment.recipients().size() + 1);
            long weight = FRAME_WEIGHT + 4L * counts + outputsWeight;
            for (Payment.Input input : inputs.values()) {
                weight += input.weight();
            }
            return fee.rate().fee(Math.ceilDiv(weight, 4)) + facts.shortfall(inputs.keySet(), fee.rate());
        }

        /** The recipients' outputs, less their shares of the fee where they pay it. */
        private List<TxOut> outputs(long wholeFee, long value, boolean hasChange) {
            int payers = (int)
                    payment.recipients().stream().filter(Recipient::paysFee).count();
            // Without change, what is left over pays for a part of the fee.
            long toShare = payers == 0 ? 0 : Math.max(0, wholeFee - (hasChange ? 0 : value - amounts));
            List<TxOut> outputs = new ArrayList<>();
            boolean first = true;
            for (Recipient recipient : payment.recipients()) {
                long amount = recipient.amount();
                if (recipient.paysFee()) {
                    amount -= toShare / payers + (first ? toShare % payers : 0);
                    first = false;
                    if (amount < 0) {
                        throw new WalletException(Kind.GENERAL, "The transaction amount is too small to pay the fee");
                    }
                    requireNoDust(
                            recipient,
                            amount,
                            "The transaction amount is too small to send after the fee has been deducted");
                }
                outputs.add(new TxOut(amount, recipient.scriptPubKey()));
            }
            return outputs;
        }

        private void requireNoDust(Recipient recipient, long amount, String complaint) {
            TxOut output = new TxOut(amount, recipient.scriptPubKey());
            if (amount < Policy.dustThreshold(output, facts.dust())) {
                throw new WalletException(Kind.GENERAL, complaint);
            }
        }

        private Draft finish(List<TxOut> outputs, long value, int changePosition, boolean sign) {
            List<TxIn> unsigned = new ArrayList<>();
            List<TxOut> prevouts = new ArrayList<>();
            boolean replaceable = payment.replaceable() == null ? options.replaceable() : payment.replaceable();
            for (Map.Entry<OutPoint, Payment.Input> input : inputs.entrySet()) {
                TxIn usual = new TxIn(input.getKey(), Bytes.EMPTY, replaceable ? REPLACEABLE : NOT_FINAL);
                unsigned.add(Objects.requireNonNullElse(input.getValue().given(), usual));
                prevouts.add(input.getValue().output());
            }
            Integer asked = payment.lockTime();
            Transaction transaction =
                    Transaction.of(payment.version(), unsigned, outputs, asked == null ? lockTime() : asked);
            long paid = value - outputs.stream().mapToLong(TxOut::value).sum();
            if (paid > options.maxFee()) {
                throw new WalletException(
                        Kind.GENERAL, "Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)");
            }
            if (weightWith(outputs) > payment.maxWeight()) {
                throw new WalletException(Kind.GENERAL, "Transaction too large");
            }
            Transaction signed = sign ? wallet.signWhole(transaction, prevouts) : transaction;
            requireShortChain(signed.weight());
            return new Draft(signed, prevouts, paid, changePosition, fee.rate(), fee.reason());
        }

        private void requireShortChain(long weight) {
            Set<Hash256> parents = new LinkedHashSet<>();
            inputs.keySet().forEach(input -> parents.add(input.txid()));
            String excess = options.rejectLongChains() ? facts.chainExcess(parents, Math.ceilDiv(weight, 4)) : null;
            if (excess != null) {
                throw new WalletException(Kind.INSUFFICIENT_FUNDS, "possibly " + excess);
            }
        }

        private int lockTime() {
            if (recentHeight < 0) {
                return 0;
            }
            return random.below(LOCK_TIME_SCATTER) == 0
                    ? Math.max(0, recentHeight - random.below(LOCK_TIME_BLOCKS_BACK))
                    : recentHeight;
        }
    }
}
