package org.starling.wallet.psbt;

/** PSBTs with which a role cannot do its work; the message says why. */
public final class PsbtException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    PsbtException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    /** Why. */
    public String reason() {
        return reason;
    }
}
