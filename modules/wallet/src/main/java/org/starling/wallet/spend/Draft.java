package org.starling.wallet.spend;

import java.util.List;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxOut;
import org.starling.mempool.Feerate;

/**
 * A payment as a transaction, recorded nowhere and sent to nobody yet.
 *
 * @param prevouts what its inputs spend, in their order
 * @param fee in satoshis
 * @param changePosition the output that is change, -1 if none is
 * @param feerate that was aimed at
 * @param feeReason where that comes from, in the words of Bitcoin Core
 */
public record Draft(
        Transaction transaction,
        List<TxOut> prevouts,
        long fee,
        int changePosition,
        Feerate feerate,
        String feeReason) {
    public Draft {
        prevouts = List.copyOf(prevouts);
    }
}
