package org.starling.engine;

/**
 * A line for the log, as a value: what decides writes none itself.
 *
 * @param category Core's names: net, addrman, mempool, ...
 */
public record LogEvent(Level level, String category, String text) {
    public enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARNING
    }

    public static LogEvent debug(String category, String text) {
        return new LogEvent(Level.DEBUG, category, text);
    }

    public static LogEvent info(String category, String text) {
        return new LogEvent(Level.INFO, category, text);
    }

    public static LogEvent warning(String category, String text) {
        return new LogEvent(Level.WARNING, category, text);
    }
}
