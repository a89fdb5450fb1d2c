package org.starling.world;

import org.starling.bytes.Bytes;

/**
 * Links to other machines, as byte streams. What happens on them comes back as {@link NetworkEvent}s to the sink that
 * the network was made with, from any thread; the sink puts them in line for the core. All methods return at once and
 * are called from the core.
 *
 * <p>Memory is bounded on both ways of a link. Reading: the network reads one piece of at most {@link #MAX_PIECE} bytes,
 * reports it, and reads on only after {@link #read}; a core that is behind simply asks later, and the sender feels it.
 * Writing: the network holds one piece, or a few within a bound of its own, and reports when another may follow; the core
 * keeps what waits behind them, and decides how much that may be.
 */
public interface Network {
    /** Longest piece in {@link NetworkEvent.Received}, in bytes. */
    int MAX_PIECE = 256 * 1024;

    /**
     * Takes in links at that address from now on; port 0 leaves the port to the system. Returns the address in use.
     */
    Endpoint listen(Endpoint address) throws NetworkException;

    /**
     * Begins to connect and returns the new link's number; {@link NetworkEvent.Connected} or
     * {@link NetworkEvent.Closed} follows, the latter at the latest after the timeout.
     */
    long connect(Endpoint target, long timeoutMillis);

    /**
     * The same, to a socket of that path in the file system (a Unix-domain socket), which answers at once or not at all.
     * Our end counts as {@link Endpoint#NOWHERE}, as does the other. A network that knows no files closes the link.
     */
    long connectLocal(String path);

    /**
     * Lets the network read the next piece. A fresh link reads nothing until this is called. Unknown links are ignored
     * here and below, because a link may close at any time.
     */
    void read(long link);

    /**
     * Sends a piece on an open link that has none under way. Returns whether the next may follow at once; if not,
     * {@link NetworkEvent.Drained} says when, unless the link closes.
     */
    boolean send(long link, Bytes data);

    /** Closes the link without waiting for what was not sent. No event of it follows any more. */
    void close(long link);

    /** Stops listening and closes every link. */
    void close();
}
