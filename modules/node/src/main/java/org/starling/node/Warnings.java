package org.starling.node;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an operator must know of a node that goes on working. Safe to use from any thread. */
public final class Warnings {
    private static final Logger LOG = LoggerFactory.getLogger(Warnings.class);

    /** What can be wrong; there is one warning of a kind at a time. */
    public enum Kind {
        /** Miners enforce rules that this program does not know. */
        UNKNOWN_RULES,
        /** A chain with far more work than ours is invalid by our rules. */
        STRONGER_INVALID_CHAIN,
        /** The peers' clocks say another time. */
        CLOCK
    }

    private final Map<Kind, String> texts = new EnumMap<>(Kind.class);
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    /** Those that hold now. */
    public synchronized List<String> texts() {
        return List.copyOf(texts.values());
    }

    /** Learns of each warning when it is raised first, on the thread that raises it. */
    public void addListener(Consumer<String> listener) {
        listeners.add(listener);
    }

    void raise(Kind kind, String text) {
        synchronized (this) {
            if (texts.putIfAbsent(kind, text) != null) {
                return;
            }
        }
        LOG.warn("{}", text);
        listeners.forEach(listener -> listener.accept(text));
    }

    synchronized void withdraw(Kind kind) {
        texts.remove(kind);
    }
}
