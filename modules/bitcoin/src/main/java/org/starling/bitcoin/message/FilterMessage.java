package org.starling.bitcoin.message;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;

/** A message of BIP-0157, by which light clients get the filters of blocks. */
public sealed interface FilterMessage extends Message
        permits GetCFilters, CFilter, GetCFHeaders, CFHeaders, GetCFCheckpoint, CFCheckpoint {

    static List<Hash256> readHashes(ByteReader reader) throws MalformedException {
        int count = reader.count(Hash256.BYTES);
        List<Hash256> hashes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            hashes.add(reader.hash256());
        }
        return hashes;
    }

    static void writeHashes(ByteWriter writer, List<Hash256> hashes) {
        writer.compactSize(hashes.size());
        hashes.forEach(writer::hash256);
    }
}
