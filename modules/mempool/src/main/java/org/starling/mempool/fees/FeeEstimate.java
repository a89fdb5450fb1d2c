package org.starling.mempool.fees;

import org.starling.mempool.Feerate;

/**
 * What to pay.
 *
 * @param feerate zero if it cannot be told
 * @param blocks within how many the transaction is to confirm; may differ from what was asked for
 * @param reason which of the demands on it decided
 */
public record FeeEstimate(Feerate feerate, int blocks, Reason reason) {
    /** What an estimate has to satisfy; the highest feerate that one of them asks for is the answer. */
    public enum Reason {
        NONE("None"),
        HALF_TARGET("Half Target 60% Threshold"),
        TARGET("Target 85% Threshold"),
        DOUBLE_TARGET("Double Target 95% Threshold"),
        CONSERVATIVE("Conservative Double Target longer horizon");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /** As Bitcoin Core calls it. */
        public String text() {
            return text;
        }
    }

    public boolean isKnown() {
        return feerate.satoshisPerKvb() > 0;
    }
}
