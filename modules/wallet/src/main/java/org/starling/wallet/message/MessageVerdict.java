package org.starling.wallet.message;

import java.util.List;
import org.starling.consensus.OutPoint;
import org.starling.consensus.TxOut;

/**
 * What is to be thought of a signed text (BIP-0322).
 *
 * @param reason why it is not valid; empty if it is
 * @param lockTime from when on the scripts let these keys sign, unsigned; 0 for always
 * @param sequence how old the coins must be for that, as in BIP-0068, unsigned; 0 for any age
 * @param funds what else the signer shows to control; whether that is unspent is for the caller to look up
 */
public record MessageVerdict(State state, String reason, int lockTime, int sequence, List<Fund> funds) {
    /** The verdicts of BIP-0322. */
    public enum State {
        VALID,
        /** It uses what may get a meaning some day. */
        INCONCLUSIVE,
        INVALID
    }

    /** An output that the signer shows to control. */
    public record Fund(OutPoint outPoint, TxOut output) {}

    public MessageVerdict {
        funds = List.copyOf(funds);
    }

    static MessageVerdict invalid(String reason) {
        return new MessageVerdict(State.INVALID, reason, 0, 0, List.of());
    }
}
