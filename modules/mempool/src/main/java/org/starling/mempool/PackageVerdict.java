package org.starling.mempool;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Hash256;
import org.starling.consensus.Rejection;

/**
 * What is said to a package of transactions.
 *
 * @param rejection what is wrong with the package as a whole; null if nothing is, or only with one of its transactions
 * @param results by wtxid, of the transactions that were judged: after the first refusal the others are not
 */
public record PackageVerdict(@Nullable Rejection rejection, Map<Hash256, AcceptResult> results) {
    public PackageVerdict {
        results = Map.copyOf(results);
    }
}
