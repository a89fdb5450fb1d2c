package org.starling.engine;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;

/**
 * Which addresses are worth keeping and telling, and which count as one operator's.
 *
 * @param loopbackRoutable for private test networks on one machine: loopback addresses are worth telling, and each
 *     port is a neighbour of its own; on a public network this would let peers point us at our own machine
 * @param asMap which addresses belong to one operator; null to guess that from their first bits
 */
public record Routability(
        boolean loopbackRoutable, @Nullable AsMap asMap) {
    /** Sets groups by autonomous system apart from those by network, which begin with its number. */
    private static final int AS_TAG = 0;

    /** The rules of the public network. */
    public static final Routability PUBLIC = new Routability(false);

    /** Without a map. */
    public Routability(boolean loopbackRoutable) {
        this(loopbackRoutable, null);
    }

    public boolean routable(NetAddress address) {
        boolean hasPort = address.port() != 0 || address.network() == NetworkType.I2P;
        return hasPort && (IpRules.routable(address) || loopbackRoutable && address.isLoopback());
    }

    /** Equal for addresses that one operator is likely to hold. */
    public Bytes group(NetAddress address) {
        if (loopbackRoutable && address.isLoopback()) {
            return address.key();
        }
        long as = asOf(address);
        return as == 0
                ? IpRules.group(address)
                : new ByteWriter().u8(AS_TAG).u32(as).toBytes();
    }

    /** The autonomous system that the address belongs to; 0 if that is not known. */
    public long asOf(NetAddress address) {
        return asMap == null ? 0 : asMap.asOf(address);
    }
}
