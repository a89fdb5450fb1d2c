package org.starling.world;

/** An address that cannot be listened on; the message is one line for people (port in use, address not ours). */
public final class NetworkException extends Exception {
    private static final long serialVersionUID = 1L;

    public NetworkException(String message) {
        super(message);
    }

    public NetworkException(String message, Throwable cause) {
        super(message, cause);
    }
}
