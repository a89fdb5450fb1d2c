package org.starling.consensus;

import org.starling.bytes.ByteReader;
import org.starling.bytes.ByteWriter;
import org.starling.bytes.Bytes;
import org.starling.bytes.Hash256;
import org.starling.bytes.MalformedException;
import org.starling.crypto.Sha256;

/**
 * The 80 bytes that are mined.
 *
 * @param time seconds since 1970, unsigned in 32 bits
 * @param bits the target in compact form
 */
public record BlockHeader(int version, Hash256 previous, Hash256 merkleRoot, long time, int bits, int nonce) {
    public static final int BYTES = 80;

    public static BlockHeader read(ByteReader reader) throws MalformedException {
        return new BlockHeader(
                reader.i32(), reader.hash256(), reader.hash256(), reader.u32(), reader.i32(), reader.i32());
    }

    public void write(ByteWriter writer) {
        writer.i32(version)
                .hash256(previous)
                .hash256(merkleRoot)
                .u32(time)
                .i32(bits)
                .i32(nonce);
    }

    public Bytes serialized() {
        ByteWriter writer = new ByteWriter(BYTES);
        write(writer);
        return Bytes.wrap(writer.sharedArray());
    }

    /** The block hash; computed each time. */
    public Hash256 hash() {
        return Sha256.twice(serialized());
    }

    public BlockHeader withNonce(int newNonce) {
        return new BlockHeader(version, previous, merkleRoot, time, bits, newNonce);
    }
}
