package org.starling.chain;

import org.starling.consensus.Rejection;

/** What became of headers or a block that were handed to the {@link Chain}. */
public sealed interface Acceptance {
    /**
     * It keeps all rules that could be checked so far.
     *
     * @param entry its place; of several headers, the last one's
     * @param fresh whether it was stored now: false for what was known before, and for a block that no one asked for
     *     and that is of no use
     */
    record Accepted(BlockEntry entry, boolean fresh) implements Acceptance {}

    record Refused(Rejection rejection) implements Acceptance {}
}
