package org.starling.bitcoin;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.InventoryItem;
import org.starling.bytes.Hash256;

/** What peers say they have, and have not. */
final class Inventory {
    private final Peers peers;
    private final ChainView chain;
    private final HeaderSync headers;
    private final BlockDownload downloads;
    private final TransactionDownload transactions;

    Inventory(
            Peers peers,
            ChainView chain,
            HeaderSync headers,
            BlockDownload downloads,
            TransactionDownload transactions) {
        this.peers = peers;
        this.chain = chain;
        this.headers = headers;
        this.downloads = downloads;
        this.transactions = transactions;
    }

    /** Takes an inv: transactions are asked for in their time, a block that is not known by its headers. */
    void announced(long now, Peer peer, List<InventoryItem> items) {
        if (items.size() > BitcoinLimits.INV_ITEMS) {
            peers.misbehaving(now, peer, "inv message size = " + items.size());
            return;
        }
        boolean blocks = false;
        @Nullable Hash256 unknownBlock = null;
        for (InventoryItem item : items) {
            if (item.kind() == InventoryItem.BLOCK) {
                blocks = true;
                headers.available(peer, item.hash());
                unknownBlock = chain.headers().contains(item.hash()) ? unknownBlock : item.hash();
            } else if (item.isTransaction()) {
                if (transactions.isUnwantedFrom(peer)) {
                    peers.drop(now, peer, "transaction (" + item.hash() + ") inv sent in violation of protocol");
                    return;
                }
                transactions.announced(now, peer, item);
            }
        }
        if (unknownBlock != null) {
            headers.announced(now, peer, unknownBlock);
        }
        if (blocks) {
            peers.wakeAt(peer, now);
        }
    }

    /** Takes a notfound: what the peer has not may be asked for elsewhere. */
    void notFound(long now, Peer peer, List<InventoryItem> items) {
        if (items.size() > BitcoinLimits.GETDATA_ITEMS + BitcoinLimits.BLOCKS_IN_FLIGHT_PER_PEER) {
            return;
        }
        for (InventoryItem item : items) {
            if (item.isTransaction()) {
                transactions.notFound(peer, item);
            } else if (item.isBlock()) {
                downloads.notFound(now, peer, item.hash());
            }
        }
    }
}
