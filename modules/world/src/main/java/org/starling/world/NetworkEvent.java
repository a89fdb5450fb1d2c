package org.starling.world;

import org.starling.bytes.Bytes;

/** What a {@link Network} tells the core, in the order in which it happened on each link. */
public sealed interface NetworkEvent {
    /** The link that it happened on, as numbered by the network. */
    long link();

    /** Someone connected to {@code local}, an address that we listen on. The link is open. */
    record Accepted(long link, Endpoint local, Endpoint remote) implements NetworkEvent {}

    /** A link that we asked for is open; {@code local} is our end of it. */
    record Connected(long link, Endpoint local, Endpoint remote) implements NetworkEvent {}

    /** Bytes arrived. No more are read from this link until {@link Network#read} asks for them. */
    record Received(long link, Bytes data) implements NetworkEvent {}

    /** What {@link Network#send} was given has gone to the system; the link takes the next piece. */
    record Drained(long link) implements NetworkEvent {}

    /** The link is gone, or could not be opened, for that reason (one line for people). Its last event. */
    record Closed(long link, String reason) implements NetworkEvent {}
}
