package org.starling.wallet.psbt;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.crypto.PublicKeys;

/**
 * Whose part of a MuSig2 signature it is, and of which (BIP-0373).
 *
 * @param participant public key, 33 bytes
 * @param aggregate public key, 33 bytes, as it stands in the output or in the script, with all tweaks
 * @param leafHash of the script that is signed for; null for the output key
 */
public record MusigSigner(
        Bytes participant, Bytes aggregate, @Nullable Hash256 leafHash) {
    static Map<MusigSigner, Bytes> read(SortedMap<Bytes, Bytes> fields) {
        Map<MusigSigner, Bytes> read = new LinkedHashMap<>();
        fields.forEach((data, value) -> read.put(read(data), value));
        return read;
    }

    private static MusigSigner read(Bytes data) {
        int keys = 2 * PublicKeys.COMPRESSED;
        return new MusigSigner(
                data.slice(0, PublicKeys.COMPRESSED),
                data.slice(PublicKeys.COMPRESSED, keys),
                data.length() == keys ? null : Hash256.of(data.from(keys)));
    }

    Bytes data() {
        Bytes keys = Bytes.concat(participant, aggregate);
        return leafHash == null ? keys : Bytes.concat(keys, leafHash.toBytes());
    }
}
