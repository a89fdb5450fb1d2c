package org.starling.bitcoin;

import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;
import org.starling.engine.NetworkType;
import org.starling.engine.Permission;

/**
 * What there is to know of a peer at one moment, as {@code getpeerinfo} tells it. Times are milliseconds since 1970, 0 for
 * never; durations are milliseconds, -1 for unknown; heights are -1 for unknown.
 *
 * @param announcesCompactBlocks whether we asked it to send new blocks in compact form at once (BIP-0152)
 * @param wantsCompactAnnouncements whether it asked us to
 */
public record PeerInfo(
        long id,
        NetAddress address,
        NetAddress addressBound,
        @Nullable NetAddress addressLocal,
        NetworkType network,
        LinkKind kind,
        long services,
        boolean relaysTransactions,
        long lastSendMillis,
        long lastReceiveMillis,
        long lastTransactionMillis,
        long lastBlockMillis,
        long bytesSent,
        long bytesReceived,
        SortedMap<String, Long> bytesSentByType,
        SortedMap<String, Long> bytesReceivedByType,
        long connectedMillis,
        long timeOffsetSeconds,
        long pingMillis,
        long minPingMillis,
        long pingWaitMillis,
        int version,
        String userAgent,
        boolean handshakeComplete,
        boolean announcesCompactBlocks,
        boolean wantsCompactAnnouncements,
        int startHeight,
        int presyncedHeaders,
        int syncedHeaders,
        int syncedBlocks,
        @Nullable Hash256 bestKnownBlock,
        List<Integer> heightsInFlight,
        boolean addressRelay,
        long addressesProcessed,
        long addressesRateLimited,
        List<Permission> permissions,
        long minFeeFilterPerKvb,
        String transport,
        String sessionId) {
    public PeerInfo {
        heightsInFlight = List.copyOf(heightsInFlight);
        permissions = List.copyOf(permissions);
    }
}
