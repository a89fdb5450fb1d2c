package org.starling.app;

/** What the user gave cannot be followed; the message is one line that says why and what to do. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String title;

    UsageException(String message) {
        this("Error", message);
    }

    private UsageException(String title, String message) {
        super(message);
        this.title = title;
    }

    /** Something that is put as a question where there is somebody to ask: it is printed without a title. */
    static UsageException question(String message) {
        return new UsageException("", message);
    }

    /** What is printed. */
    String line() {
        return title + ": " + getMessage();
    }
}
