package org.starling.app.tool;

/** Input that a tool cannot make sense of; the message says which part and why, in one line. */
final class BadInputException extends Exception {
    private static final long serialVersionUID = 1L;

    BadInputException(String message) {
        super(message.replaceAll("\\s+", " "));
    }
}
