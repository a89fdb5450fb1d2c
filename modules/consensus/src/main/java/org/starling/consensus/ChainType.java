package org.starling.consensus;

import java.util.Optional;

/** The networks that a node can join, with the names that {@code -chain} takes. */
public enum ChainType {
    MAIN("main", ""),
    TEST("test", "testnet3"),
    TESTNET4("testnet4", "testnet4"),
    SIGNET("signet", "signet"),
    REGTEST("regtest", "regtest");

    private final String label;
    private final String directory;

    ChainType(String label, String directory) {
        this.label = label;
        this.directory = directory;
    }

    /** The name in options, configuration sections and RPC results. */
    public String label() {
        return label;
    }

    /** The folder under the data directory; empty for main. */
    public String directory() {
        return directory;
    }

    public static Optional<ChainType> ofLabel(String label) {
        for (ChainType type : values()) {
            if (type.label.equals(label)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
