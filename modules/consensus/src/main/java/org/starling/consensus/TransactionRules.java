package org.starling.consensus;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.consensus.Rejection.Kind;

/** What a transaction must satisfy apart from its scripts. */
public final class TransactionRules {
    /** Blocks that must follow a coinbase before it is spent, its own counted: spendable at a depth of 100. */
    public static final int COINBASE_MATURITY = 100;

    /** Locktimes below are heights, from here on times. */
    public static final long LOCKTIME_THRESHOLD = 500_000_000;

    private static final int MIN_COINBASE_SCRIPT_BYTES = 2;
    private static final int MAX_COINBASE_SCRIPT_BYTES = 100;

    /** Up to so many inputs are compared pairwise rather than through a set. */
    private static final int FEW_INPUTS = 8;

    private TransactionRules() {}

    /** The rules that need to know nothing else than the transaction. */
    public static @Nullable Rejection check(Transaction transaction) {
        if (transaction.inputs().isEmpty()) {
            return Rejection.consensus("bad-txns-vin-empty");
        }
        if (transaction.outputs().isEmpty()) {
            return Rejection.consensus("bad-txns-vout-empty");
        }
        if (transaction.strippedLength() * (long) BlockRules.WITNESS_SCALE_FACTOR > BlockRules.MAX_WEIGHT) {
            return Rejection.consensus("bad-txns-oversize");
        }
        Rejection outputs = checkOutputs(transaction);
        if (outputs != null) {
            return outputs;
        }
        if (hasDuplicateInputs(transaction.inputs())) { // CVE-2018-17144
            return Rejection.consensus("bad-txns-inputs-duplicate");
        }
        if (transaction.isCoinbase()) {
            int length = transaction.inputs().getFirst().scriptSig().length();
            return length < MIN_COINBASE_SCRIPT_BYTES || length > MAX_COINBASE_SCRIPT_BYTES
                    ? Rejection.consensus("bad-cb-length")
                    : null;
        }
        for (TxIn input : transaction.inputs()) {
            if (input.previous().isNull()) {
                return Rejection.consensus("bad-txns-prevout-null");
            }
        }
        return null;
    }

    private static @Nullable Rejection checkOutputs(Transaction transaction) {
        long total = 0;
        for (TxOut output : transaction.outputs()) {
            if (output.value() < 0) {
                return Rejection.consensus("bad-txns-vout-negative");
            }
            if (output.value() > Money.MAX) {
                return Rejection.consensus("bad-txns-vout-toolarge");
            }
            total += output.value();
            if (!Money.inRange(total)) {
                return Rejection.consensus("bad-txns-txouttotal-toolarge");
            }
        }
        return null;
    }

    private static boolean hasDuplicateInputs(List<TxIn> inputs) {
        if (inputs.size() <= FEW_INPUTS) {
            for (int i = 1; i < inputs.size(); i++) {
                for (int j = 0; j < i; j++) {
                    if (inputs.get(i).previous().equals(inputs.get(j).previous())) {
                        return true;
                    }
                }
            }
            return false;
        }
        // Sorted rather than hashed: the sender chooses the outpoints, and could make them collide.
        OutPoint[] outpoints = new OutPoint[inputs.size()];
        Arrays.setAll(outpoints, i -> inputs.get(i).previous());
        Arrays.sort(outpoints);
        for (int i = 1; i < outpoints.length; i++) {
            if (outpoints[i].equals(outpoints[i - 1])) {
                return true;
            }
        }
        return false;
    }

    /** Satoshis of all outputs; within range if {@link #check} passed. */
    public static long outputValue(Transaction transaction) {
        long total = 0;
        for (TxOut output : transaction.outputs()) {
            total += output.value();
        }
        return total;
    }

    /**
     * Whether the locktime lets the transaction into a block.
     *
     * @param height of the block
     * @param timeSeconds median time past of its parent, or before BIP-0113 the time of the block itself
     */
    public static boolean isFinal(Transaction transaction, int height, long timeSeconds) {
        long lockTime = transaction.lockTime() & 0xffffffffL;
        if (lockTime == 0 || lockTime < (lockTime < LOCKTIME_THRESHOLD ? height : timeSeconds)) {
            return true;
        }
        for (TxIn input : transaction.inputs()) {
            if (input.sequence() != TxIn.SEQUENCE_FINAL) {
                return false;
            }
        }
        return true;
    }

    /** What {@link #checkInputs} finds. */
    public sealed interface InputVerdict {
        /** The inputs suffice; this much is left over, in satoshis. */
        record Fee(long satoshis) implements InputVerdict {}

        record Refused(Rejection rejection) implements InputVerdict {}
    }

    /** The rejection of a transaction that spends what is not there. */
    public static Rejection missingInputs() {
        return Rejection.of(
                Kind.MISSING_INPUTS, "bad-txns-inputs-missingorspent", "CheckTxInputs: inputs missing/spent");
    }

    /**
     * Maturity of coinbases, and values in and out.
     *
     * @param coins what each input spends, in their order
     * @param height of the block that is to hold the transaction
     */
    public static InputVerdict checkInputs(Transaction transaction, List<Coin> coins, int height) {
        long valueIn = 0;
        for (int i = 0; i < coins.size(); i++) {
            Coin coin = coins.get(i);
            if (coin.coinbase() && height - coin.height() < COINBASE_MATURITY) {
                return new InputVerdict.Refused(Rejection.of(
                        Kind.PREMATURE_SPEND,
                        "bad-txns-premature-spend-of-coinbase",
                        "tried to spend coinbase at depth " + (height - coin.height())));
            }
            long value = coin.output().value();
            valueIn += value;
            if (!Money.inRange(value) || !Money.inRange(valueIn)) {
                return new InputVerdict.Refused(Rejection.consensus("bad-txns-inputvalues-outofrange"));
            }
        }
        long valueOut = outputValue(transaction);
        if (valueIn < valueOut) {
            return new InputVerdict.Refused(Rejection.consensus(
                    "bad-txns-in-belowout",
                    "value in (" + Money.format(valueIn) + ") < value out (" + Money.format(valueOut) + ")"));
        }
        long fee = valueIn - valueOut;
        return Money.inRange(fee)
                ? new InputVerdict.Fee(fee)
                : new InputVerdict.Refused(Rejection.consensus("bad-txns-fee-outofrange"));
    }
}
