package org.starling.mempool;

/** Why a transaction left the mempool. */
public enum RemovalReason {
    /** It waited too long. */
    EXPIRY,
    /** The mempool was full. */
    SIZE_LIMIT,
    /** The chain changed so that it cannot be in the next block. */
    REORGANISATION,
    /** It is in a block. */
    BLOCK,
    /** A block holds another transaction that spends the same. */
    CONFLICT,
    /** Another transaction that pays more took its place. */
    REPLACED
}
