package org.starling.bitcoin;

import org.jspecify.annotations.Nullable;
import org.starling.engine.ConnectionPolicy;
import org.starling.engine.LinkKind;

/**
 * Looks from time to time at the links that we chose: one more is sought while no block came for long, and whoever is the
 * least use goes when there are more than wanted. The newest link for blocks alone is such a visitor, and stays in the
 * place of the one before only if it was the one to bring a block.
 */
final class OutboundReview {
    private final Peers peers;
    private final BlockDownload downloads;
    private long nextMillis;
    private long nextStaleCheckMillis;
    private long lastTipMillis;
    private boolean caughtUp;

    OutboundReview(Peers peers, BlockDownload downloads) {
        this.peers = peers;
        this.downloads = downloads;
    }

    void tipChanged(long now) {
        lastTipMillis = now;
    }

    /** Does what is due, and returns when to look again. */
    long tick(long now, ConnectionPolicy policy) {
        if (lastTipMillis == 0) {
            lastTipMillis = now;
            nextMillis = now + BitcoinLimits.EXTRA_PEER_CHECK_MILLIS;
        }
        if (now < nextMillis) {
            return nextMillis;
        }
        nextMillis = now + BitcoinLimits.EXTRA_PEER_CHECK_MILLIS;
        reviewBlockRelay(now, policy.blockRelay());
        reviewFullRelay(now, policy);
        if (now > nextStaleCheckMillis) {
            nextStaleCheckMillis = now + BitcoinLimits.STALE_CHECK_MILLIS;
            lookForStaleTip(now, policy);
        }
        if (!caughtUp && downloads.isNearTip(now)) {
            caughtUp = true;
            policy.beginExtraBlockRelay();
        }
        return nextMillis;
    }

    private void lookForStaleTip(long now, ConnectionPolicy policy) {
        long patienceMillis =
                BitcoinLimits.STALE_TIP_BLOCKS * peers.settings().chain().pow().targetSpacingSeconds() * 1000;
        boolean stale = lastTipMillis < now - patienceMillis && downloads.inFlight() == 0;
        if (stale && peers.links().isActive() && policy.chooses()) {
            peers.info("Potential stale tip detected, will try using extra outbound peer (last tip update: "
                    + (now - lastTipMillis) / 1000 + " seconds ago)");
            policy.seekExtraFullRelay(true);
        } else {
            policy.seekExtraFullRelay(false);
        }
    }

    private long count(LinkKind kind) {
        return peers.ready().stream().filter(peer -> peer.link.kind() == kind).count();
    }

    private void reviewBlockRelay(long now, int wanted) {
        if (count(LinkKind.BLOCK_RELAY) <= wanted) {
            return;
        }
        Peer youngest = null;
        Peer before = null;
        for (Peer peer : peers.all()) {
            if (peer.link.kind() == LinkKind.BLOCK_RELAY) {
                before = youngest;
                youngest = peer;
            }
        }
        if (youngest == null) {
            return;
        }
        Peer leaving = before != null && youngest.lastBlockMillis > before.lastBlockMillis ? before : youngest;
        if (now - leaving.link.openedMillis() >= BitcoinLimits.MINIMUM_CONNECT_MILLIS
                && leaving.blocksInFlight.isEmpty()) {
            peers.drop(
                    now,
                    leaving,
                    "disconnecting extra block-relay-only peer=" + leaving.id() + " (last block received at time "
                            + leaving.lastBlockMillis / 1000 + ")");
        }
    }

    private void reviewFullRelay(long now, ConnectionPolicy policy) {
        if (count(LinkKind.OUTBOUND_FULL_RELAY) <= policy.fullRelay()) {
            return;
        }
        Peer leaving = leastRecentAnnouncer();
        if (leaving != null
                && now - leaving.link.openedMillis() > BitcoinLimits.MINIMUM_CONNECT_MILLIS
                && leaving.blocksInFlight.isEmpty()) {
            peers.drop(
                    now,
                    leaving,
                    "disconnecting extra outbound peer=" + leaving.id() + " (last block announcement received at time "
                            + leaving.lastAnnouncementMillis / 1000 + ")");
            // The one more is there. Another is not sought before the tip looks stale again.
            policy.seekExtraFullRelay(false);
        }
    }

    /** The younger of equals; nobody who showed a good chain early, or is the only one in its network. */
    private @Nullable Peer leastRecentAnnouncer() {
        Peer worst = null;
        for (Peer peer : peers.all()) {
            if (peer.link.kind() == LinkKind.OUTBOUND_FULL_RELAY
                    && !peer.protectedFromEviction
                    && peers.links().linksForAll(peer.link.network()) > 1
                    && (worst == null || peer.lastAnnouncementMillis <= worst.lastAnnouncementMillis)) {
                worst = peer;
            }
        }
        return worst;
    }
}
