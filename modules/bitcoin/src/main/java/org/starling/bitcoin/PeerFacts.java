package org.starling.bitcoin;

import java.util.List;
import java.util.TreeMap;
import org.starling.bitcoin.message.Version;
import org.starling.bytes.Hash256;
import org.starling.chain.BlockEntry;
import org.starling.engine.Link;

/** Takes down what is known of a peer at this moment. */
final class PeerFacts {
    private PeerFacts() {}

    /** How far the peer's clock is ahead of ours, as it says; 0 while it has not said. */
    static long clockOffsetSeconds(Peer peer) {
        Version version = peer.version;
        return version == null ? 0 : version.timeSeconds() - peer.link.openedMillis() / 1000;
    }

    static PeerInfo of(Peer peer, long now) {
        Link link = peer.link;
        Version version = peer.version;
        BlockEntry best = peer.bestKnown;
        Hash256 bestHash = best == null ? null : best.hash();
        return new PeerInfo(
                peer.id(),
                link.remote(),
                link.local(),
                peer.localAsSeen,
                link.network(),
                link.kind(),
                peer.services(),
                peer.wantsTransactions,
                link.lastSendMillis(),
                link.lastReceiveMillis(),
                peer.lastTransactionMillis,
                peer.lastBlockMillis,
                link.bytesSent(),
                link.bytesReceived(),
                new TreeMap<>(link.sentByType()),
                new TreeMap<>(link.receivedByType()),
                link.openedMillis(),
                clockOffsetSeconds(peer),
                peer.pingMillis,
                peer.minPingMillis,
                peer.pingNonce == 0 ? -1 : Math.max(0, now - peer.pingSentMillis),
                version == null ? 0 : version.version(),
                version == null ? "" : version.cleanUserAgent(),
                peer.verackReceived,
                peer.announcesCompactBlocks,
                peer.wantsCompactAnnouncements,
                version == null ? -1 : version.startHeight(),
                peer.presync == null ? -1 : peer.presync.countedHeight(),
                best == null ? -1 : best.height(),
                peer.lastCommon == null ? -1 : peer.lastCommon.height(),
                bestHash,
                peer.blocksInFlight.values().stream().map(BlockEntry::height).toList(),
                peer.addressRelay,
                peer.addressesProcessed,
                peer.addressesRateLimited,
                List.copyOf(link.permissions()),
                peer.feeFilterReceived,
                link.transport().label(),
                link.transport().sessionId().hex());
    }
}
