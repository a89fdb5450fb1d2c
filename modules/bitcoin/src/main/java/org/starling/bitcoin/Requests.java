package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.List;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bitcoin.message.NotFound;

/** Answers getdata: in the order of the items, as fast as the peer's link takes it. */
final class Requests {
    private final Peers peers;
    private final BlockServer server;
    private final TransactionRelay relay;
    private final WorkMeter work;

    Requests(Peers peers, BlockServer server, TransactionRelay relay, WorkMeter work) {
        this.peers = peers;
        this.server = server;
        this.relay = relay;
        this.work = work;
    }

    /** Puts what the peer asks for in line. */
    void getData(long now, Peer peer, List<InventoryItem> items) {
        if (items.size() > BitcoinLimits.INV_ITEMS) {
            peers.misbehaving(now, peer, "getdata message size = " + items.size());
            return;
        }
        if (!items.isEmpty()) {
            peers.debug("received getdata for: " + items.getFirst() + " " + peer);
        }
        peer.requests.addAll(items);
        serve(now, peer);
    }

    /** Answers requests as far as the link takes more and the peer's budget of work goes, one block at a time. */
    void serve(long now, Peer peer) {
        List<InventoryItem> missing = new ArrayList<>();
        while (!peer.requests.isEmpty()
                && peer.reading == null
                && !peer.link.congested()
                && !peer.overworked
                && !peer.link.isClosed()) {
            InventoryItem item = peer.requests.remove();
            work.serve(peer, item);
            if (item.isTransaction()) {
                if (peer.relaysTransactions() && !relay.serve(now, peer, item)) {
                    missing.add(item);
                }
            } else if (item.isBlock()) {
                server.serve(now, peer, item);
            }
        }
        if (!missing.isEmpty() && !peer.link.isClosed()) {
            peers.send(now, peer, new NotFound(missing));
        }
    }
}
