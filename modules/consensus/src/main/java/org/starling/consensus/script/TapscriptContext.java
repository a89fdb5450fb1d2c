package org.starling.consensus.script;

import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;

/** What signatures in a Tapscript sign besides the transaction, and how many more of them the witness pays for. */
final class TapscriptContext {
    /** What each signature check costs (BIP-0342). */
    private static final int SIGNATURE_COST = 50;

    /** What a witness may cost beyond its size. */
    private static final int ALLOWANCE = 50;

    final Hash256 leafHash;
    final @Nullable Hash256 annexHash;
    private long budget;

    /** For a witness of so many serialized bytes. */
    TapscriptContext(Hash256 leafHash, @Nullable Hash256 annexHash, long witnessBytes) {
        this.leafHash = leafHash;
        this.annexHash = annexHash;
        this.budget = witnessBytes + ALLOWANCE;
    }

    /** Pays for one signature check, and tells whether that was possible. */
    boolean pay() {
        budget -= SIGNATURE_COST;
        return budget >= 0;
    }
}
