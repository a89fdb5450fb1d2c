package org.starling.wallet.book;

import org.starling.consensus.OutPoint;
import org.starling.consensus.TxOut;
import org.starling.wallet.OutputType;

/**
 * An output that a wallet could spend.
 *
 * @param depth confirmations; 0 in the mempool
 * @param fromMe whether the wallet itself made the transaction
 * @param safe whether nobody else can make it vanish: it is confirmed, or the wallet's own change
 * @param frozen whether its owner keeps it out of payments
 * @param reused whether its address was spent from before
 * @param type the kind of its address
 * @param inputWeight weight units that an input has at most that spends it
 * @param coinbase whether it is newly mined
 * @param truc whether its transaction is of version 3: until it confirms, only one small such may spend it (BIP-0431)
 * @param time of its transaction, in seconds since 1970
 */
public record WalletCoin(
        OutPoint outPoint,
        TxOut output,
        int depth,
        boolean fromMe,
        boolean safe,
        boolean frozen,
        boolean reused,
        OutputType type,
        int inputWeight,
        boolean coinbase,
        boolean truc,
        long time) {
    public long value() {
        return output.value();
    }
}
