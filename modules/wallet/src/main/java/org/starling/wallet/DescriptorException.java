package org.starling.wallet;

/** A text that is no output descriptor, or a descriptor that cannot give its scripts; the message says why. */
public final class DescriptorException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    DescriptorException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    /** Why, in Bitcoin Core's words. */
    public String reason() {
        return reason;
    }
}
