package org.starling.engine;

import org.starling.bytes.Bytes;

/**
 * Which addresses are worth keeping and telling, and which count as one operator's.
 *
 * @param loopbackRoutable for private test networks on one machine: loopback addresses are worth telling, and each
 *     port is a neighbour of its own; on a public network this would let peers point us at our own machine
 */
public record Routability(boolean loopbackRoutable) {
    /** The rules of the public network. */
    public static final Routability PUBLIC = new Routability(false);

    public boolean routable(NetAddress address) {
        boolean hasPort = address.port() != 0 || address.network() == NetworkType.I2P;
        return hasPort && (IpRules.routable(address) || loopbackRoutable && address.isLoopback());
    }

    /** Equal for addresses that one operator is likely to hold. */
    public Bytes group(NetAddress address) {
        return loopbackRoutable && address.isLoopback() ? address.key() : IpRules.group(address);
    }
}
