package org.starling.app;

/** What the user gave cannot be followed; the message is one line that says why and what to do. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
