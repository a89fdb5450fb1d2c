package org.starling.engine;

/** What the operator grants to a host, with the names of Core's {@code -whitelist}. */
public enum Permission {
    BLOOMFILTER("bloomfilter"),
    NOBAN("noban"),
    FORCERELAY("forcerelay"),
    RELAY("relay"),
    MEMPOOL("mempool"),
    DOWNLOAD("download"),
    ADDR("addr");

    private final String label;

    Permission(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
