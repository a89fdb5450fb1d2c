package org.starling.bitcoin;

import org.starling.bitcoin.message.Ping;
import org.starling.bitcoin.message.Pong;
import org.starling.engine.Link;
import org.starling.engine.LinkKind;
import org.starling.engine.Transport;
import org.starling.world.Randomness;

/** Pings, the time they take, and peers that fell silent. */
final class Liveness {
    private static final int OLDEST_WITH_PONG = 60001;

    private final Peers peers;
    private final Randomness random;

    Liveness(Peers peers, Randomness random) {
        this.peers = peers;
        this.random = random;
    }

    /** Sends a ping to everybody at the next tick. */
    void pingAll() {
        for (Peer peer : peers.ready()) {
            peer.pingDueMillis = 0;
            peer.pingSentMillis = 0;
        }
        peers.wakeAllAt(0);
    }

    void ping(long now, Peer peer, Ping ping) {
        if (peer.commonVersion() >= OLDEST_WITH_PONG) {
            peers.send(now, peer, new Pong(ping.nonce()));
        }
    }

    void pong(long now, Peer peer, Pong pong) {
        Long nonce = pong.nonce();
        if (nonce == null) {
            complain(peer, pong, "Short payload");
            peer.pingNonce = 0;
        } else if (peer.pingNonce == 0) {
            complain(peer, pong, "Unsolicited pong without ping");
        } else if (nonce == peer.pingNonce) {
            peer.pingNonce = 0;
            peer.pingMillis = Math.max(0, now - peer.pingSentMillis);
            peer.minPingMillis =
                    peer.minPingMillis < 0 ? peer.pingMillis : Math.min(peer.minPingMillis, peer.pingMillis);
        } else if (nonce == 0) {
            complain(peer, pong, "Nonce zero");
            peer.pingNonce = 0;
        } else {
            complain(peer, pong, "Nonce mismatch");
        }
    }

    private void complain(Peer peer, Pong pong, String what) {
        Long nonce = pong.nonce();
        peers.debug("pong " + peer + ": " + what + ", " + Long.toHexString(peer.pingNonce) + " expected, "
                + Long.toHexString(nonce == null ? 0 : nonce) + " received, " + (nonce == null ? 0 : Long.BYTES)
                + " bytes");
    }

    /** Drops the peer if it is silent, pings it if that is due; returns when to look again. */
    long tick(long now, Peer peer) {
        String silence = silence(now, peer);
        if (silence != null) {
            peers.drop(now, peer, silence);
            return Long.MAX_VALUE;
        }
        if (!peer.isReady()) {
            return peer.link.openedMillis() + peers.settings().handshakeTimeoutMillis() + 1;
        }
        if (peer.link.kind() == LinkKind.ADDR_FETCH) {
            return peer.link.openedMillis() + BitcoinLimits.ADDR_FETCH_MILLIS + 1;
        }
        if (now >= peer.pingDueMillis && (peer.pingNonce == 0 || peer.pingSentMillis == 0)) {
            do {
                peer.pingNonce = random.nextLong();
            } while (peer.pingNonce == 0);
            peer.pingSentMillis = now;
            peer.pingDueMillis = now + BitcoinLimits.PING_INTERVAL_MILLIS;
            peers.send(now, peer, new Ping(peer.pingNonce));
        }
        return peer.pingNonce == 0 ? peer.pingDueMillis : now + BitcoinLimits.PING_INTERVAL_MILLIS;
    }

    private @org.jspecify.annotations.Nullable String silence(long now, Peer peer) {
        Link link = peer.link;
        long handshake = peers.settings().handshakeTimeoutMillis();
        if (link.kind() == LinkKind.ADDR_FETCH
                && peer.verackReceived
                && now - link.openedMillis() > BitcoinLimits.ADDR_FETCH_MILLIS) {
            return "addrfetch connection timeout";
        }
        if (now - link.openedMillis() <= handshake) {
            return null;
        }
        if (link.lastReceiveMillis() == 0 || link.lastSendMillis() == 0) {
            return "socket no message in first " + handshake / 1000 + " seconds"
                    + (link.lastReceiveMillis() == 0 ? ", never received from peer" : "")
                    + (link.lastSendMillis() == 0 ? ", never sent to peer" : "");
        }
        if (!peer.verackReceived) {
            return link.transport().label().equals(Transport.DETECTING)
                    ? "V2 handshake timeout"
                    : "version handshake timeout";
        }
        if (now - link.lastSendMillis() > BitcoinLimits.INACTIVITY_TIMEOUT_MILLIS) {
            return "socket sending timeout: " + (now - link.lastSendMillis()) / 1000 + "s";
        }
        if (now - link.lastReceiveMillis() > BitcoinLimits.INACTIVITY_TIMEOUT_MILLIS) {
            return "socket receive timeout: " + (now - link.lastReceiveMillis()) / 1000 + "s";
        }
        if (peer.pingNonce != 0 && now - peer.pingSentMillis > BitcoinLimits.INACTIVITY_TIMEOUT_MILLIS) {
            return "ping timeout: %d.%03d000s"
                    .formatted((now - peer.pingSentMillis) / 1000, (now - peer.pingSentMillis) % 1000);
        }
        return null;
    }
}
