package org.starling.bytes;

/**
 * Bytes from outside that do not decode. Checked, so that every edge turns it into a value (a rejection, a dropped peer)
 * and none climbs further; without a stack trace, so that hostile input costs little.
 */
public final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
        super(message, null, false, false);
    }
}
