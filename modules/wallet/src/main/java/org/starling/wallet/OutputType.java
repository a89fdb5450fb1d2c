package org.starling.wallet;

import java.util.Optional;

/** The kinds of addresses that wallets make. */
public enum OutputType {
    /** Base58, without a witness. */
    LEGACY("legacy"),
    /** A witness program inside a script hash, for senders that know no other. */
    P2SH_SEGWIT("p2sh-segwit"),
    /** A witness program of version 0 (BIP-0173). */
    BECH32("bech32"),
    /** Taproot (BIP-0350). */
    BECH32M("bech32m");

    private final String label;

    OutputType(String label) {
        this.label = label;
    }

    /** As options and the RPC name it. */
    public String label() {
        return label;
    }

    /** The type of that name, if there is one. */
    public static Optional<OutputType> of(String label) {
        for (OutputType type : values()) {
            if (type.label.equals(label)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
