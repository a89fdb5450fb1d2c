package org.starling.embed;

import org.starling.bytes.Hash256;
import org.starling.consensus.Transaction;
import org.starling.engine.NetAddress;
import org.starling.mempool.RemovalReason;

/**
 * Learns what happens in a {@link Node}. All its events come in order, on a thread of the node's that does nothing else: a
 * listener may wait, and may call the node. What it throws is logged and costs no other listener the event. Of events of
 * which a listener is behind, the newest are dropped, and {@link #missed} says so.
 */
public interface NodeListener {
    /** The block is the tip of the active chain; {@link Node#block} reads it. */
    default void blockConnected(int height, Hash256 hash) {}

    /** The block was the tip of the active chain, which now ends before it. */
    default void blockDisconnected(int height, Hash256 hash) {}

    /** The transaction is in the mempool. */
    default void transactionAccepted(Transaction transaction) {}

    /** The transaction is no longer in the mempool; in a block, mostly. */
    default void transactionRemoved(Transaction transaction, RemovalReason reason) {}

    /** The handshake with a peer is complete. The id stays its own as long as the node runs. */
    default void peerConnected(long id, NetAddress address) {}

    default void peerDisconnected(long id, NetAddress address) {}

    /** Since the event before this one, so many were dropped: look at the node itself for what they would have told. */
    default void missed(long events) {}

    /** A failing disk or a broken invariant has ended the node's work; close it. */
    default void failed(Throwable cause) {}
}
