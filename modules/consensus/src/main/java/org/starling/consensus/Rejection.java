package org.starling.consensus;

/**
 * Why a header, block or transaction is not accepted. A check that passes gives null.
 *
 * @param reason the reject reason, in the words that the ecosystem's tools expect ({@code bad-txns-vin-empty})
 * @param debugMessage more for a log; may be empty
 * @param kind what the one who sent it may be held to
 */
public record Rejection(String reason, String debugMessage, Kind kind) {
    /** What sort of failure it is. The first group is for blocks, the second for transactions. */
    public enum Kind {
        /** Broken consensus rule: invalid for ever. Blocks and transactions. */
        CONSENSUS,
        /** The block was found invalid earlier. */
        CACHED_INVALID,
        /** The header breaks a rule: proof of work, difficulty, time too old, version. */
        INVALID_HEADER,
        /** The data is not what the header commits to; another block with this header may be valid. */
        MUTATED,
        /** The parent is not known. */
        MISSING_PREV,
        /** The parent, or a block before it, is invalid. */
        INVALID_PREV,
        /** The time is over two hours ahead; may be valid later. */
        TIME_FUTURE,
        /** On a chain with too little work to be stored. */
        LOW_WORK,

        /** What an input spends, or its script, is not standard. */
        INPUTS_NOT_STANDARD,
        /** Some part that policy rules is not standard. */
        NOT_STANDARD,
        /** An input's coin is not known, or is spent. */
        MISSING_INPUTS,
        /** A coinbase spent too early, or a lock not yet open. */
        PREMATURE_SPEND,
        /** The witness was changed, or is not standard; another witness may do. */
        WITNESS_MUTATED,
        /** The witness is missing. */
        WITNESS_STRIPPED,
        /** Already in the mempool or in the chain. */
        CONFLICT,
        /** A limit of the mempool: fees, sizes, ancestors, replacement. */
        MEMPOOL_POLICY,
        /** Fails alone, and might be accepted in a package. */
        RECONSIDERABLE
    }

    public static Rejection consensus(String reason) {
        return new Rejection(reason, "", Kind.CONSENSUS);
    }

    public static Rejection consensus(String reason, String debugMessage) {
        return new Rejection(reason, debugMessage, Kind.CONSENSUS);
    }

    public static Rejection of(Kind kind, String reason) {
        return new Rejection(reason, "", kind);
    }

    public static Rejection of(Kind kind, String reason, String debugMessage) {
        return new Rejection(reason, debugMessage, kind);
    }

    /** The reason, and after a comma the debug message if there is one. */
    @Override
    public String toString() {
        return debugMessage.isEmpty() ? reason : reason + ", " + debugMessage;
    }
}
