package org.starling.chain;

import org.jspecify.annotations.Nullable;
import org.starling.consensus.Coin;
import org.starling.consensus.OutPoint;

/** The unspent outputs at one block. */
@FunctionalInterface
public interface CoinsView {
    /** The coin, or null if it never was or is spent. */
    @Nullable
    Coin coin(OutPoint outPoint);

    default boolean has(OutPoint outPoint) {
        return coin(outPoint) != null;
    }
}
