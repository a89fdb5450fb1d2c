package org.starling.wallet.psbt;

import org.starling.bytes.ByteReader;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;

/**
 * A field of some software's own (BIP-0174).
 *
 * @param identifier of the software
 * @param key the whole key, with type, identifier and subtype
 */
public record Proprietary(Bytes identifier, long subtype, Bytes key, Bytes value) {
    static Proprietary read(Bytes data, Bytes value) {
        try {
            ByteReader reader = data.reader();
            return new Proprietary(
                    reader.varBytes(),
                    reader.compactSizeOfAnyRange(),
                    PsbtMap.key(FieldRules.PROPRIETARY, data),
                    value);
        } catch (MalformedException e) {
            throw new AssertionError("checked before: " + data, e);
        }
    }
}
