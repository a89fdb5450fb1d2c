package org.starling.bitcoin;

import java.util.Map;
import java.util.Set;
import org.starling.bytes.Hash256;
import org.starling.consensus.Rejection;

/**
 * What became of a parent and its child that were offered together, by wtxid. A transaction in neither was not judged.
 *
 * @param taken those that came into the mempool now
 * @param refused those that did not, and why
 */
public record PackageVerdict(Set<Hash256> taken, Map<Hash256, Rejection> refused) {
    public PackageVerdict {
        taken = Set.copyOf(taken);
        refused = Map.copyOf(refused);
    }
}
