package org.starling.engine;

import org.jspecify.annotations.Nullable;

/** The service behind a {@link LinkTable}: told what happens on its links, on the core thread. */
public interface LinkHandler {
    /**
     * The service's own copy of the name of a type of message; null for types that are not counted by name but together.
     */
    @Nullable
    String known(String type);

    /** A link opened. */
    void opened(long now, Link link);

    /**
     * A message arrived. Returns null if it made sense, else what was wrong with its bytes, for the log; a link may send
     * only few of those ({@link Limits#BAD_MESSAGES}).
     */
    @Nullable
    String message(long now, Link link, Transport.Message message);

    /** Whether the link's messages wait for now: it is congested, or has asked for more than was answered yet. */
    boolean busy(Link link);

    /** What was sent has left, and a link that was congested may be served again. */
    void drained(long now, Link link);

    /** A link that had opened is gone. */
    void closed(long now, Link link, String reason);

    /** What an inbound link has done for us: all slots are taken, and somebody else would like its. */
    Merits merits(Link link);

    /** A link that we asked for did not open. */
    void unreachable(long now, NetAddress address, LinkKind kind, String reason);
}
