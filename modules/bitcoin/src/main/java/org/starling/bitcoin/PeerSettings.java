package org.starling.bitcoin;

import org.starling.consensus.ChainParams;

/**
 * How this node behaves among peers.
 *
 * @param services our service bits; {@link Services#P2P_V2} turns the encrypted transport on, {@link Services#BLOOM} and
 *     {@link Services#COMPACT_FILTERS} the service of that name
 * @param userAgent as BIP-0014 says, comments included
 * @param listening whether others can connect to us, so that our address is worth telling
 * @param blocksOnly transactions are not wanted
 * @param smallNetwork a private network on one machine: addresses are told at once, and to everybody
 * @param minRelayFeeratePerKvb the least that a transaction must pay, in satoshis per 1000 virtual bytes
 * @param maxOrphans transactions kept whose parents are not known
 * @param handshakeTimeoutMillis how long a peer may take to complete the handshake
 * @param traceMessages whether each message is logged
 */
public record PeerSettings(
        ChainParams chain,
        long services,
        String userAgent,
        boolean listening,
        boolean blocksOnly,
        boolean smallNetwork,
        long minRelayFeeratePerKvb,
        int maxOrphans,
        long handshakeTimeoutMillis,
        boolean traceMessages) {
    /** A full node with Core's defaults. */
    public static PeerSettings of(ChainParams chain, String userAgent) {
        return new PeerSettings(
                chain,
                Services.NETWORK | Services.WITNESS | Services.NETWORK_LIMITED | Services.P2P_V2,
                userAgent,
                true,
                false,
                false,
                1000,
                BitcoinLimits.ORPHANS,
                BitcoinLimits.HANDSHAKE_TIMEOUT_MILLIS,
                false);
    }

    /** The same with other service bits. */
    public PeerSettings withServices(long changed) {
        return new PeerSettings(
                chain,
                changed,
                userAgent,
                listening,
                blocksOnly,
                smallNetwork,
                minRelayFeeratePerKvb,
                maxOrphans,
                handshakeTimeoutMillis,
                traceMessages);
    }

    /** The same in a private network on one machine. */
    public PeerSettings inSmallNetwork() {
        return new PeerSettings(
                chain,
                services,
                userAgent,
                listening,
                blocksOnly,
                true,
                minRelayFeeratePerKvb,
                maxOrphans,
                handshakeTimeoutMillis,
                traceMessages);
    }
}
