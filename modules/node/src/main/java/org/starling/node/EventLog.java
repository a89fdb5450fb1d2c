package org.starling.node;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.engine.LogEvent;

/** Writes down what parts without a log of their own say. */
final class EventLog {
    private EventLog() {}

    static void write(LogEvent event) {
        Logger logger = LoggerFactory.getLogger(event.category());
        switch (event.level()) {
            case TRACE -> logger.trace("{}", event.text());
            case DEBUG -> logger.debug("{}", event.text());
            case INFO -> logger.info("{}", event.text());
            case WARNING -> logger.warn("{}", event.text());
        }
    }
}
