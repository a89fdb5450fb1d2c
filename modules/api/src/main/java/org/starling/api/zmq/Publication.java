package org.starling.api.zmq;

import java.util.Locale;

/**
 * What is published where.
 *
 * @param address of ZeroMQ: {@code tcp://host:port} or {@code ipc://path}
 * @param highWaterMark messages that wait for a slow subscriber before further ones are lost to it; 0 for no limit
 */
public record Publication(Topic topic, String address, int highWaterMark) {
    static final String UNIX = "ipc://";
    public static final int DEFAULT_HIGH_WATER_MARK = 1000;

    /** What is told of. */
    public enum Topic {
        /** The hash of each new tip, once the node has caught up. */
        HASHBLOCK,
        /** The id of each transaction that enters the mempool, a connected or a disconnected block. */
        HASHTX,
        /** The block that is the new tip. */
        RAWBLOCK,
        /** As {@link #HASHTX}, the whole transaction. */
        RAWTX,
        /** Blocks connected and disconnected, transactions that enter or leave the mempool, in their order. */
        SEQUENCE;

        /** The first part of each message. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Publication {
        if (address.startsWith("unix:")) {
            address = UNIX + address.substring("unix:".length());
        }
    }
}
