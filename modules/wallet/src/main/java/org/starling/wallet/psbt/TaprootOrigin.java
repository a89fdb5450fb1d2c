package org.starling.wallet.psbt;

import java.util.Comparator;
import java.util.List;
import org.starling.bytes.Hash256;
import org.starling.wallet.KeyOrigin;

/**
 * Where a key of a Taproot output comes from, and which of the output's scripts have it (BIP-0371).
 *
 * @param leafHashes of those scripts, sorted; none for the internal key alone
 */
public record TaprootOrigin(List<Hash256> leafHashes, KeyOrigin origin) {
    /** The order of leaf hashes: as bytes. */
    static final Comparator<Hash256> LEAF_ORDER = Comparator.comparing(Hash256::toBytes);

    public TaprootOrigin {
        leafHashes = List.copyOf(leafHashes);
    }
}
