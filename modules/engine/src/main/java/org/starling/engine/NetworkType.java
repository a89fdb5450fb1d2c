package org.starling.engine;

import org.jspecify.annotations.Nullable;

/** The networks of BIP-0155 that are in use. */
public enum NetworkType {
    IPV4(1, 4, "ipv4"),
    IPV6(2, 16, "ipv6"),
    TORV3(4, 32, "onion"),
    I2P(5, 32, "i2p"),
    CJDNS(6, 16, "cjdns");

    private final int bip155Id;
    private final int addressBytes;
    private final String label;

    NetworkType(int bip155Id, int addressBytes, String label) {
        this.bip155Id = bip155Id;
        this.addressBytes = addressBytes;
        this.label = label;
    }

    /** The network with that number in BIP-0155, or null. */
    public static @Nullable NetworkType byId(int id) {
        for (NetworkType type : values()) {
            if (type.bip155Id == id) {
                return type;
            }
        }
        return null;
    }

    /** Whether a node there does not show where it is. */
    public boolean hides() {
        return this == TORV3 || this == I2P;
    }

    public int bip155Id() {
        return bip155Id;
    }

    public int addressBytes() {
        return addressBytes;
    }

    /** As RPC and options name it. */
    public String label() {
        return label;
    }
}
