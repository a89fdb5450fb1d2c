package org.starling.wallet.psbt;

import java.util.ArrayList;
import java.util.List;
import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.wallet.KeyOrigin;

/** How fields of a PSBT say where keys come from. */
final class Origins {
    private static final int FINGERPRINT_BYTES = 4;

    private Origins() {}

    static KeyOrigin read(Bytes value) {
        try {
            ByteReader reader = value.reader();
            Bytes fingerprint = reader.bytes(FINGERPRINT_BYTES);
            List<Integer> path = new ArrayList<>();
            while (reader.hasRemaining()) {
                path.add(reader.i32());
            }
            return new KeyOrigin(fingerprint, path);
        } catch (MalformedException e) {
            throw new AssertionError("checked before: " + value, e);
        }
    }

    static Bytes write(KeyOrigin origin) {
        ByteWriter writer =
                new ByteWriter(FINGERPRINT_BYTES * (1 + origin.path().size()));
        writer.bytes(origin.fingerprint());
        origin.path().forEach(writer::i32);
        return writer.toBytes();
    }

    static TaprootOrigin readTaproot(Bytes value) {
        try {
            ByteReader reader = value.reader();
            int count = reader.compactSize();
            List<Hash256> leaves = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                leaves.add(reader.hash256());
            }
            return new TaprootOrigin(leaves, read(reader.bytes(reader.remaining())));
        } catch (MalformedException e) {
            throw new AssertionError("checked before: " + value, e);
        }
    }

    static Bytes writeTaproot(TaprootOrigin origin) {
        ByteWriter writer = new ByteWriter();
        writer.compactSize(origin.leafHashes().size());
        origin.leafHashes().forEach(writer::hash256);
        return writer.bytes(write(origin.origin())).toBytes();
    }
}
