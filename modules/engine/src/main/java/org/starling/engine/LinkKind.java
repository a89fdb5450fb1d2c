package org.starling.engine;

/** Why a link exists. */
public enum LinkKind {
    /** Others connected to us. */
    INBOUND("inbound"),
    /** We chose it; everything is exchanged. */
    OUTBOUND_FULL_RELAY("outbound-full-relay"),
    /** We chose it; blocks only, so that it cannot be seen in what is gossiped. */
    BLOCK_RELAY("block-relay-only"),
    /** The operator named it. */
    MANUAL("manual"),
    /** To see whether an address works, then closed. */
    FEELER("feeler"),
    /** To ask for addresses, then closed. */
    ADDR_FETCH("addr-fetch");

    private final String label;

    LinkKind(String label) {
        this.label = label;
    }

    public boolean isInbound() {
        return this == INBOUND;
    }

    /** As getpeerinfo names it. */
    public String label() {
        return label;
    }
}
