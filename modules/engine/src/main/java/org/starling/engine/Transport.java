package org.starling.engine;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/**
 * How messages become bytes on a link and back, without any input or output of its own. The owner gives it received
 * bytes, takes decoded messages until there are none, and sends what {@link #encode} and {@link #takeHandshake} return.
 */
public interface Transport {
    /** The {@link #label} until it is known what the other side speaks. */
    String DETECTING = "detecting";

    /** What came out of received bytes. */
    sealed interface Incoming {}

    /**
     * A message.
     *
     * @param type at most 12 ASCII characters
     * @param payload in an array of its own
     * @param wireBytes what it took on the wire, everything included
     */
    record Message(String type, Bytes payload, int wireBytes) implements Incoming {}

    /** A message that must be thrown away, though the stream goes on after it. */
    record BadMessage(String reason, int wireBytes) implements Incoming {}

    /** The stream makes no sense from here on; nothing follows. */
    record Failure(String reason) implements Incoming {}

    /** Takes bytes from the other side. They are decoded by {@link #next}, which must be called to its end before. */
    void receive(Bytes data);

    /** The next message, or null if that takes more bytes. */
    @Nullable
    Incoming next();

    /** Bytes that the transport itself has to send now (its handshake), perhaps none. */
    Bytes takeHandshake();

    /** Whether {@link #encode} may be called: messages wait while a handshake goes on. */
    boolean ready();

    /** The message as it goes on the wire. */
    Bytes encode(String type, Bytes payload);

    /** As getpeerinfo names it: {@code v1}, {@code v2} or, before it is known, {@link #DETECTING}. */
    String label();

    /**
     * Whether a link that closes now does so as one to a node that speaks only the v1 transport: such a node closes when it
     * reads the first bytes of the other, without an answer.
     */
    default boolean refusedUnanswered() {
        return false;
    }

    /** Identifies an encrypted session to both ends; empty if the transport has none. */
    Bytes sessionId();
}
