package org.starling.bitcoin;

import org.jspecify.annotations.Nullable;
import org.starling.bitcoin.message.SendAddrV2;
import org.starling.bitcoin.message.Verack;
import org.starling.bitcoin.message.Version;
import org.starling.bitcoin.message.WtxidRelay;
import org.starling.bytes.Bytes;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;
import org.starling.engine.Permission;

/**
 * Who each side is.
 *
 * <pre>
 *   outbound: send version --version--> send wtxidrelay, sendaddrv2, verack --verack--> ready
 *   inbound:  --version--> send version, wtxidrelay, sendaddrv2, verack --verack--> ready
 * </pre>
 *
 * Before verack only those messages count, others are ignored; after it wtxidrelay and sendaddrv2 are a fault.
 */
final class Handshake {
    private static final NetAddress NOWHERE = NetAddress.ofIp(Bytes.wrap(new byte[16]), 0);

    private final Peers peers;
    private final ChainView chain;

    Handshake(Peers peers, ChainView chain) {
        this.peers = peers;
        this.chain = chain;
    }

    void sendVersion(long now, Peer peer) {
        PeerSettings settings = peers.settings();
        NetAddress remote = peer.link.remote();
        peer.versionSent = true;
        peers.send(
                now,
                peer,
                new Version(
                        BitcoinLimits.PROTOCOL_VERSION,
                        peers.ourServices(peer),
                        Math.floorDiv(now, 1000),
                        remote.legacyBytes() == null ? NOWHERE : remote,
                        peer.ourNonce,
                        settings.userAgent(),
                        chain.headers().tip().height(),
                        (!settings.blocksOnly() || peer.link.has(Permission.RELAY)) && peer.relaysTransactions()));
    }

    /** Returns whether the handshake goes on. */
    boolean version(long now, Peer peer, Version version) {
        if (peer.version != null) {
            peers.debug("redundant version message from " + peer);
            return false;
        }
        String objection = objection(now, peer, version);
        if (objection != null) {
            peers.drop(now, peer, objection);
            return false;
        }
        peer.version = version;
        peer.localAsSeen = version.receiver();
        // A peer that sends no relay flag wants transactions; one of ours for blocks only gets none.
        peer.wantsTransactions = version.relay() && peer.relaysTransactions();
        if (!peer.versionSent) {
            sendVersion(now, peer);
        }
        if (peer.commonVersion() >= BitcoinLimits.PROTOCOL_VERSION) {
            peers.send(now, peer, new WtxidRelay());
            peers.send(now, peer, new SendAddrV2());
        }
        peers.send(now, peer, new Verack());
        peers.debug("receive version message: " + version.cleanUserAgent() + ": version " + version.version()
                + ", blocks=" + version.startHeight() + ", us=" + version.receiver() + ", txrelay="
                + (version.relay() ? 1 : 0) + ", " + peer);
        return true;
    }

    private @Nullable String objection(long now, Peer peer, Version version) {
        if (peer.link.kind().isInbound() && isOurNonce(version.nonce())) {
            return "connected to self at " + peer.link.remote();
        }
        if (version.version() < BitcoinLimits.OLDEST_VERSION) {
            return "using obsolete version " + version.version();
        }
        long wanted = wantedServices(now, version.services());
        if (expectsServices(peer.link.kind()) && (version.services() & wanted) != wanted) {
            return "does not offer the expected services (%08x offered, %08x expected)"
                    .formatted(version.services(), wanted);
        }
        return null;
    }

    private static boolean expectsServices(LinkKind kind) {
        return switch (kind) {
            case OUTBOUND_FULL_RELAY, BLOCK_RELAY, ADDR_FETCH -> true;
            case INBOUND, MANUAL, FEELER -> false;
        };
    }

    /** What a peer must offer to be of use: one that has only recent blocks will do while we lack no others. */
    private long wantedServices(long now, long offered) {
        long spacing = peers.settings().chain().pow().targetSpacingSeconds();
        long missing = (now / 1000 - chain.headers().tip().time()) / spacing;
        boolean recentSuffices = missing < BitcoinLimits.LIMITED_BLOCKS_TO_CONNECT;
        return (offered & Services.NETWORK_LIMITED) != 0 && recentSuffices
                ? Services.NETWORK_LIMITED | Services.WITNESS
                : Services.NETWORK | Services.WITNESS;
    }

    private boolean isOurNonce(long nonce) {
        for (Peer other : peers.all()) {
            if (!other.link.kind().isInbound() && !other.verackReceived && other.ourNonce == nonce) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the handshake is complete only now. */
    boolean verack(Peer peer) {
        if (peer.verackReceived) {
            peers.debug("ignoring redundant verack message from " + peer);
            return false;
        }
        peer.verackReceived = true;
        Version version = java.util.Objects.requireNonNull(peer.version);
        String kind =
                peer.link.kind().isInbound() ? "inbound" : peer.link.kind().label();
        peers.debug(
                "New " + kind + " " + peer.link.transport().label() + " peer connected: version: " + version.version()
                        + ", blocks=" + version.startHeight() + ", " + peer + ", peeraddr=" + peer.link.remote());
        return true;
    }

    void wtxidRelay(long now, Peer peer) {
        if (peer.verackReceived) {
            peers.drop(now, peer, "wtxidrelay received after verack");
        } else if (peer.commonVersion() >= BitcoinLimits.PROTOCOL_VERSION) {
            peer.wtxidRelay = true;
        }
    }

    void sendAddrV2(long now, Peer peer) {
        if (peer.verackReceived) {
            peers.drop(now, peer, "sendaddrv2 received after verack");
        } else {
            peer.wantsAddrV2 = true;
        }
    }
}
