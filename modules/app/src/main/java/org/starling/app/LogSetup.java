package org.starling.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The log: nothing is logged until {@link #open} names a file. Loggers are named by the categories of {@code -debug}, or
 * by a class for what has no category; their debug level is what a category switches.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    /** The categories, which are also the names of the loggers. */
    static final List<String> CATEGORIES = List.of(
            "net",
            "tor",
            "mempool",
            "http",
            "bench",
            "zmq",
            "walletdb",
            "rpc",
            "estimatefee",
            "addrman",
            "selectcoins",
            "reindex",
            "cmpctblock",
            "rand",
            "prune",
            "proxy",
            "mempoolrej",
            "libevent",
            "coindb",
            "qt",
            "leveldb",
            "validation",
            "i2p",
            "ipc",
            "lock",
            "blockstorage",
            "txreconciliation",
            "scan",
            "txpackages");

    /** A log that is longer than this when the node starts is cut to its end. */
    private static final long LONGEST_BYTES = 11_000_000;

    private static final int KEPT_BYTES = 10_000_000;

    private static final List<String> LEVELS = List.of("info", "debug", "trace");

    /** Makes the configurator, which the logging library finds by itself. */
    public LogSetup() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
        // The web server speaks to the JDK's own logging, whose default is standard error.
        java.util.logging.LogManager.getLogManager().reset();
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Begins to log into the file (none if null), and to the console if asked. */
    static void open(@Nullable Path file, boolean console, Settings settings) throws UsageException {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        Line line = new Line(settings);
        line.setContext(context);
        line.start();
        if (file != null) {
            makeFile(file);
            if (settings.flag("shrinkdebugfile", settings.list("debug").isEmpty())) {
                shrink(file);
            }
            FileAppender<ILoggingEvent> appender = new FileAppender<>();
            appender.setFile(file.toString());
            appender.setAppend(true);
            attach(root, appender, line, context);
            if (!appender.isStarted()) {
                throw new UsageException("Could not open debug log file " + file);
            }
        }
        if (console) {
            ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
            attach(root, appender, line, context);
        }
        root.setLevel(Level.INFO);
        checkLevels(settings.list("loglevel"));
        switchCategories(afterLastNone(settings.list("debug")), true);
        switchCategories(settings.list("debugexclude"), false);
    }

    // Only its owner may read the log: it tells with whom and with what the node deals.
    private static void makeFile(Path file) throws UsageException {
        try {
            if (!Files.exists(file)) {
                Files.createFile(file);
                OwnerOnly.file(file);
            } else if (!Files.isWritable(file)) {
                throw new IOException("not writable");
            }
        } catch (IOException e) {
            throw new UsageException("Could not open debug log file " + file);
        }
    }

    /** Keeps the last lines of a file that has become long. */
    static void shrink(Path file) throws UsageException {
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "rw")) {
            if (log.length() <= LONGEST_BYTES) {
                return;
            }
            byte[] end = new byte[KEPT_BYTES];
            log.seek(log.length() - KEPT_BYTES);
            log.readFully(end);
            int line = 0;
            while (line < end.length && end[line] != '\n') {
                line++;
            }
            int from = line == end.length ? 0 : line + 1;
            log.seek(0);
            log.write(end, from, end.length - from);
            log.setLength(end.length - from);
        } catch (IOException e) {
            throw new UsageException("The log file " + file + " cannot be shortened: " + e.getMessage());
        }
    }

    private static void attach(
            Logger root, OutputStreamAppender<ILoggingEvent> appender, Line line, LoggerContext context) {
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(line);
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        root.addAppender(appender);
    }

    // What says "none" takes back what was said before.
    private static List<String> afterLastNone(List<String> names) {
        int from = Math.max(names.lastIndexOf("0"), names.lastIndexOf("none")) + 1;
        return names.subList(from, names.size());
    }

    private static void checkLevels(List<String> levels) throws UsageException {
        for (String text : levels) {
            int colon = text.indexOf(':');
            boolean known = LEVELS.contains(text.substring(colon + 1));
            if (colon < 0 && !known) {
                throw new UsageException(
                        "Unsupported global logging level -loglevel=" + text + ". Valid values: info, debug, trace.");
            }
            if (colon >= 0 && !(known && CATEGORIES.contains(text.substring(0, colon)))) {
                throw new UsageException("Unsupported category-specific logging level -loglevel=" + text
                        + ". Expected -loglevel=<category>:<loglevel>. Valid categories: "
                        + String.join(", ", CATEGORIES) + ". Valid loglevels: info, debug, trace.");
            }
        }
    }

    private static void switchCategories(List<String> names, boolean on) throws UsageException {
        for (String name : names) {
            if (name.isEmpty() || name.equals("1") || name.equals("all")) {
                CATEGORIES.forEach(category -> setLogged(category, on));
            } else if (CATEGORIES.contains(name)) {
                setLogged(name, on);
            } else if (!name.equals("0") && !name.equals("none")) {
                throw new UsageException(
                        "Unsupported logging category " + (on ? "-debug" : "-debugexclude") + "=" + name + ".");
            }
        }
    }

    static boolean isLogged(String category) {
        return LoggerFactory.getLogger(category).isDebugEnabled();
    }

    static void setLogged(String category, boolean on) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.getLogger(category).setLevel(on ? Level.TRACE : Level.INFO);
    }

    /** Closes the file. */
    static void close() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
    }

    /** A line as Bitcoin Core writes it: time in UTC, thread, category, message. */
    private static final class Line extends LayoutBase<ILoggingEvent> {
        private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern(
                        "yyyy-MM-dd'T'HH:mm:ss'Z'", Locale.ROOT)
                .withZone(ZoneOffset.UTC);
        private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern(
                        "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
                .withZone(ZoneOffset.UTC);

        private final boolean times;
        private final boolean micros;
        private final boolean threads;
        private final boolean sources;

        Line(Settings settings) {
            times = settings.flag("logtimestamps", true);
            micros = settings.flag("logtimemicros", false);
            threads = settings.flag("logthreadnames", false);
            sources = settings.flag("logsourcelocations", false);
        }

        @Override
        public String doLayout(ILoggingEvent event) {
            StringBuilder line = new StringBuilder(120);
            if (times) {
                Instant instant = event.getInstant();
                (micros ? MICROS : SECONDS).formatTo(instant, line);
                line.append(' ');
            }
            if (threads) {
                line.append('[').append(event.getThreadName()).append("] ");
            }
            StackTraceElement[] callers = sources ? event.getCallerData() : new StackTraceElement[0];
            if (callers.length > 0) {
                line.append('[')
                        .append(callers[0].getFileName())
                        .append(':')
                        .append(callers[0].getLineNumber())
                        .append("] [")
                        .append(callers[0].getMethodName())
                        .append("] ");
            }
            boolean category = CATEGORIES.contains(event.getLoggerName());
            boolean detail = event.getLevel().toInt() <= Level.DEBUG_INT;
            if (event.getLevel().toInt() >= Level.WARN_INT) {
                line.append('[')
                        .append(event.getLevel() == Level.WARN ? "warning" : "error")
                        .append("] ");
            } else if (category && detail) {
                line.append('[').append(event.getLoggerName()).append("] ");
            }
            line.append(event.getFormattedMessage()).append('\n');
            if (event.getThrowableProxy() != null) {
                line.append(ch.qos.logback.classic.spi.ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
            return line.toString();
        }
    }
}
