package org.starling.bitcoin;

import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;

/** Learns of peers that come and go, on the core thread, in order. Implementations do not call back. */
public interface PeerListener {
    /**
     * The handshake with that peer is complete.
     *
     * @param clockOffsetSeconds how far its clock is ahead of ours, as it says
     */
    default void greeted(long id, NetAddress address, LinkKind kind, long clockOffsetSeconds) {}

    /** A peer that had completed the handshake is gone. */
    default void gone(long id, NetAddress address, LinkKind kind) {}
}
