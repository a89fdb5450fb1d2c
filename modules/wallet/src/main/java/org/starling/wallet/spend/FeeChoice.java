package org.starling.wallet.spend;

import org.starling.mempool.Feerate;
import org.starling.mempool.fees.FeeEstimate;
import org.starling.wallet.book.WalletException;
import org.starling.wallet.book.WalletException.Kind;
import org.starling.wallet.book.WalletOptions;

/**
 * What a payment pays for its size.
 *
 * @param reason where that comes from, in the words of Bitcoin Core
 */
record FeeChoice(Feerate rate, String reason) {
    /** Blocks for which the cheapest feerate is asked that still confirms. */
    private static final int LONG_TERM_BLOCKS = 1008;

    /** The rate for the payment. Throws if none can be told, or the one asked for is too low. */
    static FeeChoice of(Payment payment, WalletOptions options, MempoolFacts facts) {
        Feerate required = Feerate.max(options.minFee(), facts.relayMinimum());
        Feerate asked = payment.feerate();
        if (asked != null) {
            if (asked.compareTo(required) < 0 && !payment.mayBeBelowMinimum()) {
                throw new WalletException(
                        Kind.GENERAL,
                        "Fee rate (" + perVbyte(asked) + ") is lower than the minimum fee rate setting ("
                                + perVbyte(required) + ")");
            }
            return new FeeChoice(asked, "");
        }
        if (payment.target() == null && options.payFee().satoshisPerKvb() > 0) {
            return atLeast(new FeeChoice(options.payFee(), "PayTxFee set"), required);
        }
        int target = payment.target() == null ? options.confirmTarget() : payment.target();
        FeeEstimate estimate = facts.estimate(target, payment.conservative());
        FeeChoice choice = new FeeChoice(estimate.feerate(), estimate.reason().text());
        if (choice.rate().satoshisPerKvb() == 0) {
            choice = new FeeChoice(options.fallbackFee(), "Fallback fee");
            if (choice.rate().satoshisPerKvb() == 0) {
                throw new WalletException(
                        Kind.GENERAL,
                        "Fee estimation failed. Fallbackfee is disabled. Wait a few blocks or enable -fallbackfee.");
            }
        }
        return atLeast(atLeast(choice, facts.mempoolMinimum(), "Mempool Min Fee"), required, "Minimum Required Fee");
    }

    private static FeeChoice atLeast(FeeChoice choice, Feerate least) {
        return atLeast(choice, least, "Minimum Required Fee");
    }

    private static FeeChoice atLeast(FeeChoice choice, Feerate least, String reason) {
        return choice.rate().compareTo(least) < 0 ? new FeeChoice(least, reason) : choice;
    }

    /** An output that costs more to spend at this rate than it holds is given away. */
    static Feerate discard(WalletOptions options, MempoolFacts facts) {
        Feerate cheapest = facts.estimate(LONG_TERM_BLOCKS, false).feerate();
        Feerate limit =
                cheapest.satoshisPerKvb() == 0 ? options.discardFee() : Feerate.min(cheapest, options.discardFee());
        return Feerate.max(limit, facts.dust());
    }

    /** As messages show it: {@code 1.000 sat/vB}. */
    static String perVbyte(Feerate rate) {
        return "%d.%03d sat/vB".formatted(rate.satoshisPerKvb() / 1000, rate.satoshisPerKvb() % 1000);
    }
}
