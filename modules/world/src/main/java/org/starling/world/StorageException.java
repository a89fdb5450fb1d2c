package org.starling.world;

/**
 * A disk that fails or is full, or stored data that is damaged. The node stops cleanly on it; it never guesses.
 * Unchecked, because nothing below the top of the core loop or of the chain's writer can do anything about it.
 */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StorageException(String message) {
        super(message);
    }

    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
