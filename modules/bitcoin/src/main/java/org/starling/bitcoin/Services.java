package org.starling.bitcoin;

import java.util.ArrayList;
import java.util.List;

/** Service bits of nodes (BIP-0014 and those that added one). */
public final class Services {
    /** Serves the whole chain. */
    public static final long NETWORK = 1;

    /** Serves Bloom filters (BIP-0111). */
    public static final long BLOOM = 1 << 2;

    /** Serves witnesses (BIP-0144). */
    public static final long WITNESS = 1 << 3;

    /** Serves compact block filters (BIP-0157). */
    public static final long COMPACT_FILTERS = 1 << 6;

    /** Serves the last 288 blocks (BIP-0159). */
    public static final long NETWORK_LIMITED = 1 << 10;

    /** Speaks the encrypted transport (BIP-0324). */
    public static final long P2P_V2 = 1 << 11;

    private Services() {}

    static boolean servesBlocks(long services) {
        return (services & (NETWORK | NETWORK_LIMITED)) != 0;
    }

    static boolean servesOnlyRecentBlocks(long services) {
        return (services & NETWORK) == 0 && (services & NETWORK_LIMITED) != 0;
    }

    /** The names as {@code getnetworkinfo} and {@code getpeerinfo} show them; unknown bits as {@code UNKNOWN[2^n]}. */
    public static List<String> names(long services) {
        List<String> names = new ArrayList<>();
        for (int bit = 0; bit < 64; bit++) {
            if ((services >>> bit & 1) != 0) {
                names.add(name(1L << bit, bit));
            }
        }
        return names;
    }

    private static String name(long flag, int bit) {
        if (flag == NETWORK) {
            return "NETWORK";
        } else if (flag == BLOOM) {
            return "BLOOM";
        } else if (flag == WITNESS) {
            return "WITNESS";
        } else if (flag == COMPACT_FILTERS) {
            return "COMPACT_FILTERS";
        } else if (flag == NETWORK_LIMITED) {
            return "NETWORK_LIMITED";
        } else if (flag == P2P_V2) {
            return "P2P_V2";
        }
        return "UNKNOWN[2^" + bit + "]";
    }
}
