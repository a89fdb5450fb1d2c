package org.starling.wallet.psbt;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;

/**
 * What an input lacks.
 *
 * @param publicKeys hashes of keys that nobody named yet
 * @param signatures hashes of the keys that have not signed
 * @param redeemScript hash of it, 20 bytes, or null
 * @param witnessScript hash of it, 32 bytes, or null
 */
public record Missing(
        List<Bytes> publicKeys,
        List<Bytes> signatures,
        @Nullable Bytes redeemScript,
        @Nullable Bytes witnessScript) {
    static final Missing NOTHING = new Missing(List.of(), List.of(), null, null);

    public Missing {
        publicKeys = List.copyOf(publicKeys);
        signatures = List.copyOf(signatures);
    }

    /** Whether signatures are all that is missing. */
    boolean isOnlySignatures() {
        return publicKeys.isEmpty() && redeemScript == null && witnessScript == null && !signatures.isEmpty();
    }
}
