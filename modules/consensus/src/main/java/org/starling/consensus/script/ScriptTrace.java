package org.starling.consensus.script;

import org.starling.bytes.Bytes;

/** Watches a verification, for people who debug scripts. The stack given is the live one: to be read, not kept. */
public interface ScriptTrace {
    /** Which script runs. */
    enum Part {
        SCRIPT_SIG("scriptSig"),
        SCRIPT_PUB_KEY("scriptPubKey"),
        REDEEM_SCRIPT("redeemScript"),
        WITNESS_SCRIPT("witnessScript"),
        TAPSCRIPT("tapscript");

        private final String label;

        Part(String label) {
            this.label = label;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /** A script begins to run. */
    void begin(Part part, Bytes script);

    /**
     * An operation is about to run.
     *
     * @param number operations before it
     * @param offset bytes before it
     * @param executing false in a branch not taken
     */
    void step(int number, int offset, int opcode, boolean executing, ScriptStack stack);

    /** The operation that was to run last has failed. */
    void failed(ScriptError error);

    /** The script that began last has ended, well or with an error, which need not be that of an operation. */
    void end(ScriptError result, ScriptStack stack);
}
