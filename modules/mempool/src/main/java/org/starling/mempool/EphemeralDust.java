package org.starling.mempool;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Rejection;
import org.starling.consensus.Rejection.Kind;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;

/**
 * Dust that is never to remain: a transaction may have one output of dust if it pays no fee, so that no miner wants it
 * without a child, and if each child spends the dust. As relayed by Bitcoin Core from release 29 on; here with {@code
 * -ephemeraldust}.
 */
final class EphemeralDust {
    /** Most outputs of dust of a transaction. */
    static final int MAX_OUTPUTS = 1;

    private EphemeralDust() {}

    private static boolean isAllowed(MempoolOptions options) {
        return options.requireStandard() && options.ephemeralDust();
    }

    /** Whether the rules for dust apply to the transaction. */
    static boolean isOn(Transaction transaction, MempoolOptions options) {
        return isAllowed(options) && Policy.hasDust(transaction, options.dustFeerate());
    }

    /** Why a transaction with dust is refused for its fee; null if it is not. */
    static @Nullable Rejection checkFee(Entry entry, MempoolOptions options) {
        boolean paysNothing = entry.fee == 0 && entry.modifiedFee() == 0;
        return paysNothing || !isOn(entry.transaction, options)
                ? null
                : Rejection.of(Kind.NOT_STANDARD, "dust", "tx with dust output must be 0-fee");
    }

    /**
     * Why a transaction is refused that spends from one with dust but leaves the dust; null if it does not.
     *
     * @param unconfirmed what waits or comes along, by txid; null for what does not
     */
    static @Nullable Rejection checkSpends(
            Transaction transaction, Function<Hash256, @Nullable Transaction> unconfirmed, MempoolOptions options) {
        if (!isAllowed(options)) {
            return null;
        }
        Set<OutPoint> dust = new LinkedHashSet<>();
        Set<Hash256> parents = new LinkedHashSet<>();
        for (TxIn input : transaction.inputs()) {
            Hash256 txid = input.previous().txid();
            Transaction parent = parents.add(txid) ? unconfirmed.apply(txid) : null;
            for (int i = 0; parent != null && i < parent.outputs().size(); i++) {
                if (Policy.isDust(parent.outputs().get(i), options.dustFeerate())) {
                    dust.add(parent.outPoint(i));
                }
            }
        }
        transaction.inputs().forEach(input -> dust.remove(input.previous()));
        return dust.isEmpty()
                ? null
                : Rejection.of(
                        Kind.MEMPOOL_POLICY,
                        "missing-ephemeral-spends",
                        "tx " + transaction.txid() + " (wtxid=" + transaction.wtxid()
                                + ") did not spend parent's ephemeral dust");
    }
}
